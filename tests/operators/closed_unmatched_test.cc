// What a left or outer join gives out, and how many rows it passes by for that.
#include <pawl/engine/operator_time.h>
#include <pawl/operators/nodes/closed_unmatched.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <random>
#include <tuple>
#include <utility>
#include <vector>

namespace pawl::test {
namespace {

using internal::ClosingTimes;
using internal::JoinSide;
using internal::StreamJoinProgress;
using internal::UnmatchedKey;
using internal::UnmatchedVerdict;
using std::chrono::milliseconds;

// time, side: the order of the store
using Row = std::pair<std::int64_t, JoinSide>;

// A store that counts the rows it passes by. Deleted ones stay as tombstones, as in an overlay.
class CountingRows {
 public:
  void keep(JoinSide side, std::int64_t time) { rows_[{time, side}] = true; }
  void forget(const Row& row) { rows_[row] = false; }
  [[nodiscard]] Timestamp earliest() const {
    const auto first =
        std::find_if(rows_.begin(), rows_.end(), [](const auto& row) { return row.second; });
    return first == rows_.end() ? Timestamp::max() : Timestamp(first->first.first);
  }
  template <class Visit>
  void take_while(Timestamp from, Timestamp /*now*/, Visit visit) {
    for (auto row = rows_.lower_bound({from.value(), JoinSide::right}); row != rows_.end(); ++row) {
      ++passed;
      if (!row->second) {
        continue;
      }
      const UnmatchedVerdict verdict =
          visit(UnmatchedKey{Timestamp(row->first.first), row->first.second, {}}, BytesView());
      if (verdict == UnmatchedVerdict::stop) {
        return;
      }
      row->second = verdict == UnmatchedVerdict::leave;
    }
  }
  // Returns: in order, what is closed.
  [[nodiscard]] std::vector<Row> closed(const ClosingTimes& closing) const {
    std::vector<Row> closed;
    for (const auto& [row, present] : rows_) {
      if (present && Timestamp(row.first) < closing.of(row.second)) {
        closed.push_back(row);
      }
    }
    return closed;
  }
  std::int64_t passed = 0;

 private:
  std::map<Row, bool> rows_;
};

// The two sides' shared part, and a store, under a clock of records.
struct Kept {
  explicit Kept(const JoinWindows& join_windows) : windows(join_windows) {}

  std::vector<Row> give_out() {
    std::vector<Row> given;
    progress.learn(true, [this] { return rows.earliest(); });
    internal::ClosedUnmatched<CountingRows>(progress, rows, windows, time.value(), Timestamp(0))
        .take([&](const UnmatchedKey& key, BytesView /*row*/) {
          given.emplace_back(key.timestamp.value(), key.side);
        });
    return given;
  }
  void keep(JoinSide side, std::int64_t at) {
    rows.keep(side, at);
    progress.kept(side, Timestamp(at));
  }
  [[nodiscard]] ClosingTimes closing() const { return ClosingTimes::at(time.value(), windows); }

  JoinWindows windows;
  OperatorTime time;
  StreamJoinProgress progress{time, milliseconds(0)};
  CountingRows rows;
};

TEST(ClosedUnmatched, AreGivenOutInTheOrderOfTimeAndSideAsSoonAsTheyAreClosed) {
  for (unsigned seed = 1; seed <= 500; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 dice(seed);
    const auto draw = [&](std::int64_t from, std::int64_t to) {
      return std::uniform_int_distribution<std::int64_t>(from, to)(dice);
    };
    const milliseconds after(draw(0, 50));
    const milliseconds before(draw(0, 3) == 0 ? -draw(0, after.count()) : draw(0, 50));
    Kept kept(JoinWindows(before, after, milliseconds(draw(1, 20)), Unmatched::when_window_closes));
    std::int64_t now = 0;
    for (int step = 0; step < 200; ++step) {
      now += draw(0, 9) == 0 ? draw(0, 200) : draw(0, 5);
      kept.time.advance(Timestamp(now));
      if (draw(0, 30) == 0) {
        kept.time.commit();
        kept.time.drop();  // what was learned is doubtful
      }
      const std::vector<Row> expected = kept.rows.closed(kept.closing());

      EXPECT_EQ(kept.give_out(), expected);

      const JoinSide side = draw(0, 1) == 0 ? JoinSide::left : JoinSide::right;
      const std::int64_t time = std::max<std::int64_t>(0, now - draw(0, 30));
      kept.keep(side, time);
      if (draw(0, 4) == 0) {
        kept.rows.forget({time, side});
      }
    }
  }
}

// Thousands are open on one side while each record closes one of the other, or of the same.
TEST(ClosedUnmatched, ArePassedByAFewTimesOnlyHoweverManyAreOpen) {
  constexpr std::int64_t kRecords = 20'000;
  for (const auto& [before, after] : std::vector<std::pair<int, int>>{
           {5'000, 5'000}, {0, 5'000}, {5'000, 0}, {100, 5'000}, {-100, 5'000}}) {
    Kept kept(JoinWindows(milliseconds(before), milliseconds(after), milliseconds(1),
                          Unmatched::when_window_closes));
    std::int64_t given = 0;
    for (std::int64_t now = 0; now < kRecords; ++now) {
      kept.time.advance(Timestamp(now));
      given += static_cast<std::int64_t>(kept.give_out().size());
      kept.keep(now % 2 == 0 ? JoinSide::left : JoinSide::right, now);
    }

    EXPECT_GT(given, kRecords / 2);
    EXPECT_LT(kept.rows.passed, 6 * kRecords) << before << ", " << after;
  }
}

}  // namespace
}  // namespace pawl::test

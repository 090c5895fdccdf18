// Window stores: what the randomized test (overlaid_store_model_test.cc) does not reach.
#include "overlaid_window_store.h"

#include "statestore/backend_under_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

StoreSpec window_spec(WindowLayout layout = WindowLayout::key_first) {
  StoreSpec spec;
  spec.name = "win";
  spec.kind = StoreKind::window;
  spec.retention = milliseconds(100);
  spec.segment_interval = milliseconds(50);
  spec.layout = layout;
  return spec;
}

WindowStore& windows_of(StoreUnderTest& store) {
  return static_cast<WindowStore&>(store->store());
}

std::vector<std::string> text_of(const std::unique_ptr<WindowCursor>& cursor) {
  std::vector<std::string> rows;
  for (; cursor->valid(); cursor->next()) {
    rows.push_back(std::string(cursor->key()) + "@" + std::to_string(cursor->start().value()) +
                   "=" + std::string(cursor->value()));
  }
  return rows;
}

class OverlaidWindowStoreTest : public ::testing::TestWithParam<BackendKind> {
 protected:
  BackendUnderTest backend_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(, OverlaidWindowStoreTest,
                         ::testing::Values(BackendKind::memory, BackendKind::rocksdb),
                         [](const auto& test) { return to_string(test.param); });

// visible is start > observed - retention
TEST_P(OverlaidWindowStoreTest, ARowExpiresExactlyOneRetentionAfterItsStart) {
  StoreUnderTest store(*backend_, window_spec());
  WindowStore& windows = windows_of(store);
  windows.put("k", "old", Timestamp(10), Timestamp(1));
  store.commit();

  windows.put("k", "new", Timestamp(109), Timestamp(1));
  EXPECT_EQ(windows.get("k", Timestamp(10)), "old");
  windows.put("k", "newer", Timestamp(110), Timestamp(1));
  EXPECT_EQ(windows.get("k", Timestamp(10)), std::nullopt);

  store->drop();
  EXPECT_EQ(windows.get("k", Timestamp(10)), "old") << "an abort takes the time back";
  EXPECT_EQ(windows.observed_time(), Timestamp(10));
}

TEST_P(OverlaidWindowStoreTest, ReplaySkipsExpiredRowsButTakesTheirTime) {
  StoreUnderTest store(*backend_, window_spec());
  const auto replay = [&](BytesView key, std::int64_t start, BytesView value) {
    Bytes row;
    internal::encode_changelog_window_key({key, Timestamp(start), 0}, row);
    return store->replay({row, value, Timestamp(1)}).has_value();
  };
  ASSERT_TRUE(replay("k", 500, "new"));
  ASSERT_TRUE(replay("k", 400, "expired"));
  ASSERT_TRUE(replay("k", 401, "in time"));
  store.commit();

  EXPECT_THAT(
      text_of(windows_of(store).fetch("k", Timestamp(0), Timestamp::max(), Direction::backward)),
      ElementsAre("k@500=new", "k@401=in time"));
  EXPECT_EQ(store->committed_progress().time, Timestamp(500));
}

TEST_P(OverlaidWindowStoreTest, ReplayRefusesAKeyThatIsNoWindowKey) {
  StoreUnderTest store(*backend_, window_spec());
  Bytes before_the_epoch;
  internal::encode_changelog_window_key({"k", Timestamp(-1), 0}, before_the_epoch);

  for (const Bytes& key : {Bytes("11 bytes..."), before_the_epoch}) {
    const Result<void> replayed = store->replay({key, "v", Timestamp(1)});
    ASSERT_FALSE(replayed.has_value());
    EXPECT_EQ(replayed.error().kind, ErrorKind::corrupted_state);
    EXPECT_THAT(replayed.error().message, HasSubstr("win"));
  }
}

// The numbers of duplicates go on after a restart, so that no row is overwritten.
TEST_P(OverlaidWindowStoreTest, DuplicatesAreNumberedOnFromWhatWasCommitted) {
  StoreSpec spec = window_spec();
  spec.retain_duplicates = true;
  StoreUnderTest first(*backend_, spec);
  windows_of(first).put("k", "1", Timestamp(5), Timestamp(1));
  windows_of(first).put("k", "2", Timestamp(5), Timestamp(1));
  first.commit();
  windows_of(first).put("k", "aborted", Timestamp(5), Timestamp(1));
  first->drop();
  first->resume(first->committed_progress());

  windows_of(first).put("k", "3", Timestamp(5), Timestamp(1));

  EXPECT_EQ(first->committed_progress().sequence, 2);
  EXPECT_THAT(text_of(windows_of(first).fetch("k", Timestamp(0), Timestamp(9), Direction::forward)),
              ElementsAre("k@5=1", "k@5=2", "k@5=3"));
}

// Keys and values of a changelog, as records that can be replayed.
class Recorded final : public ChangelogSink {
 public:
  void append(BytesView key, NullableBytesView value, Timestamp /*timestamp*/,
              const Headers& /*headers*/) override {
    records_.emplace_back(key, value.has_value() ? std::optional<Bytes>(*value) : std::nullopt);
  }
  void replay_into(ManagedStore& store) const {
    for (const auto& [key, value] : records_) {
      const NullableBytesView bytes = value.has_value() ? NullableBytesView(*value) : std::nullopt;
      ASSERT_TRUE(store.replay({key, bytes, Timestamp(1)}).has_value());
    }
  }

 private:
  std::vector<std::pair<Bytes, std::optional<Bytes>>> records_;
};

// Rolling forward begins before what the store has: rows that are logged at once must have the
// numbers of the changelog, also behind nulls and after a restart.
TEST_P(OverlaidWindowStoreTest, DuplicatesReplayedAgainStayWhatTheyAre) {
  for (const ChangelogMode mode : {ChangelogMode::coalesced, ChangelogMode::every_put}) {
    Recorded changelog;
    StoreSurroundings surroundings;
    surroundings.changelog = &changelog;
    surroundings.changelog_mode = mode;
    StoreSpec spec = window_spec();
    spec.name += mode == ChangelogMode::coalesced ? "-coalesced" : "-every-put";
    spec.retain_duplicates = true;
    const std::vector<std::string> expected{"k@5=1", "k@5=2", "k@5=3"};
    const auto all = [](StoreUnderTest& store) {
      return text_of(windows_of(store).fetch("k", Timestamp(0), Timestamp(9), Direction::forward));
    };
    std::optional<StoreUnderTest> store;
    store.emplace(*backend_, spec, surroundings);
    windows_of(*store).put("k", std::nullopt, Timestamp(5), Timestamp(1));
    windows_of(*store).put("k", "1", Timestamp(5), Timestamp(1));
    windows_of(*store).put("k", std::nullopt, Timestamp(5), Timestamp(1));
    windows_of(*store).put("k", "2", Timestamp(5), Timestamp(1));
    store->commit();
    if (backend_.kind() == BackendKind::rocksdb) {  // in memory rows end with their store
      const StoreProgress progress = (*store)->committed_progress();
      store.reset();
      store.emplace(*backend_, spec, surroundings);
      (*store)->resume(progress);
    }
    windows_of(*store).put("k", "3", Timestamp(5), Timestamp(1));
    store->commit();
    ASSERT_EQ(all(*store), expected);

    changelog.replay_into(**store);

    EXPECT_EQ(all(*store), expected);
    BackendUnderTest empty(backend_.kind());
    StoreUnderTest restored(*empty, spec);
    changelog.replay_into(*restored);
    EXPECT_EQ(all(restored), expected);
  }
}

TEST_P(OverlaidWindowStoreTest, RefusesAStartThatIsNegative) {
  StoreUnderTest store(*backend_, window_spec());

  EXPECT_THROW(windows_of(store).put("k", "1", Timestamp::unknown(), Timestamp(1)),
               std::invalid_argument);
  EXPECT_EQ(windows_of(store).observed_time(), Timestamp::unknown());
}

// A scan's bounds are bytes of rows, and a start in a row may look like more of the key.
TEST_P(OverlaidWindowStoreTest, ARangeHasShortKeysThatComeBeforeLongOnes) {
  StoreUnderTest store(*backend_, window_spec());
  WindowStore& windows = windows_of(store);
  const Bytes longer("a\0\0\0\0\0\0\0\0", 9);
  windows.put("a", "short", Timestamp(90), Timestamp(1));
  windows.put(longer, "long", Timestamp(1), Timestamp(1));
  store.commit();

  EXPECT_EQ(text_of(windows.fetch_range("a", NullableBytesView(longer), Timestamp(0), Timestamp(99),
                                        Direction::forward))
                .size(),
            2U);
}

TEST_P(OverlaidWindowStoreTest, TimeGoesToTheEndOfItsRange) {
  for (const WindowLayout layout : {WindowLayout::key_first, WindowLayout::time_first}) {
    for (const milliseconds step : {milliseconds(0), milliseconds(1), milliseconds(10)}) {
      StoreSpec spec = window_spec(layout);
      spec.name += std::to_string(static_cast<int>(layout)) + std::to_string(step.count());
      spec.start_step = step;
      StoreUnderTest store(*backend_, spec);
      WindowStore& windows = windows_of(store);
      const std::int64_t end = Timestamp::max().value();
      const std::int64_t last = step.count() == 0 ? end : end / step.count() * step.count();
      windows.put("k", "v", Timestamp(last), Timestamp(1));
      store.commit();

      const auto fetch = [&](Timestamp from, Timestamp to) {
        const auto forward = text_of(windows.fetch("k", from, to, Direction::forward));
        EXPECT_EQ(text_of(windows.fetch("k", from, to, Direction::backward)), forward);
        EXPECT_EQ(windows.contains("k", from, to), !forward.empty());
        return forward;
      };
      const std::string row = "k@" + std::to_string(last) + "=v";
      EXPECT_THAT(fetch(Timestamp::min(), Timestamp::max()), ElementsAre(row));
      EXPECT_THAT(fetch(Timestamp(last), Timestamp::max()), ElementsAre(row));
      EXPECT_THAT(fetch(Timestamp(last) - milliseconds(9), Timestamp(last) - milliseconds(1)),
                  IsEmpty());
      EXPECT_EQ(fetch(Timestamp::max(), Timestamp::max()).size(), last == end ? 1U : 0U);
      EXPECT_THAT(fetch(Timestamp::min(), Timestamp(-1)), IsEmpty());
    }
  }
}

// With a look at the other rows of the key for each new one the test would time out.
TEST_P(OverlaidWindowStoreTest, ManyDuplicatesOfOneKeyInATransactionAreNotComparedWithEachOther) {
  StoreSpec spec = window_spec();
  spec.retain_duplicates = true;
  StoreUnderTest store(*backend_, spec);
  constexpr std::size_t kRows = 500'000;

  for (std::size_t row = 0; row < kRows; ++row) {
    windows_of(store).put("hot", "v", Timestamp(10), Timestamp(1));
  }

  EXPECT_EQ(store->pending().rows, kRows);
}

// The same at a restore, of windows that are not duplicates as well.
TEST_P(OverlaidWindowStoreTest, ManyRowsOfOneKeyInABatchAreNotComparedWithEachOther) {
  for (const bool duplicates : {true, false}) {
    StoreSpec spec = window_spec();
    spec.name += duplicates ? "-duplicates" : "";
    spec.retention = std::chrono::hours(1);
    spec.segment_interval = std::chrono::hours(1);
    spec.retain_duplicates = duplicates;
    StoreUnderTest store(*backend_, spec);
    constexpr std::int32_t kRows = 500'000;
    Bytes key;
    for (std::int32_t row = 0; row < kRows; ++row) {
      internal::encode_changelog_window_key(
          {"hot", Timestamp(duplicates ? 10 : row), duplicates ? row : 0}, key);
      ASSERT_TRUE(store->replay({key, "v", Timestamp(1)}).has_value());
    }

    EXPECT_EQ(store->pending().rows, static_cast<std::size_t>(kRows));
  }
}

// With a look at the rows of longer keys for each fetch the test would time out.
TEST_P(OverlaidWindowStoreTest, FetchesTheRowsOfAKeyWithoutALookAtThoseOfLongerOnes) {
  for (const bool indexed : {false, true}) {
    StoreSpec spec = window_spec(indexed ? WindowLayout::time_first : WindowLayout::key_first);
    spec.name += indexed ? "-indexed" : "";
    spec.key_index = indexed;
    spec.retention = std::chrono::hours(1);
    spec.segment_interval = std::chrono::hours(1);
    StoreUnderTest store(*backend_, spec);
    windows_of(store).put("1", "v", Timestamp(10), Timestamp(1));
    for (int key = 100'000; key < 200'000; ++key) {
      windows_of(store).put(std::to_string(key), "v", Timestamp(10), Timestamp(1));
    }
    constexpr std::size_t kFetches = 50'000;
    std::size_t found = 0;
    for (std::size_t fetch = 0; fetch < kFetches; ++fetch) {
      found +=
          text_of(windows_of(store).fetch("1", Timestamp(0), Timestamp::max(), Direction::forward))
              .size();
    }

    EXPECT_EQ(found, kFetches);
  }
}

TEST_P(OverlaidWindowStoreTest, ACursorGoesOnWhenItsStoreIsWritten) {
  StoreUnderTest store(*backend_, window_spec());
  WindowStore& windows = windows_of(store);
  for (const std::int64_t start : {10, 20, 30, 60}) {
    windows.put("k", "v", Timestamp(start), Timestamp(1));
  }
  store.commit();
  std::vector<std::int64_t> seen;

  for (auto row = windows.fetch("k", Timestamp(0), Timestamp(99), Direction::forward); row->valid();
       row->next()) {
    const std::int64_t start = row->start().value();
    seen.push_back(start);
    windows.put("k", std::nullopt, Timestamp(start), Timestamp(1));
    if (start == 20) {
      windows.put("k", "behind", Timestamp(15), Timestamp(1));
      windows.put("k", "ahead", Timestamp(25), Timestamp(1));
      windows.put("k", std::nullopt, Timestamp(60), Timestamp(1));
    }
  }

  EXPECT_THAT(seen, ElementsAre(10, 20, 25, 30));
  EXPECT_TRUE(windows.contains("k", Timestamp(0), Timestamp(99))) << "the one behind is left";
}

}  // namespace
}  // namespace pawl::test

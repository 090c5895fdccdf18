// Random operations on a store and on a model of it, on both backends, with crashes.
#include "statestore/layered_model.h"
#include "statestore/seeds.h"
#include "statestore/store_with_model.h"

#include <pawl/statestore/key_value_store.h>
#include <pawl/statestore/window_store.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <compare>
#include <ostream>
#include <string>
#include <tuple>
#include <vector>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;

class KeyValueModelTest : public ::testing::TestWithParam<BackendKind> {};

INSTANTIATE_TEST_SUITE_P(, KeyValueModelTest,
                         ::testing::Values(BackendKind::memory, BackendKind::rocksdb),
                         [](const auto& test) { return to_string(test.param); });

TEST_P(KeyValueModelTest, ShowsWhatAMapWouldShow) {
  for (const std::uint64_t seed : test_seeds()) {
    Dice dice(seed);
    StoreSpec spec;
    spec.name = "kv";
    StoreWithModel<LayeredModel<Bytes, Bytes, NoProgress>> pair(GetParam(), spec, {});
    for (int step = 0; step < 1000 && !::testing::Test::HasFailure(); ++step) {
      SCOPED_TRACE(step);
      auto& store = static_cast<KeyValueStore&>(pair.store()->store());
      const Bytes& key = dice.pick(keys());
      switch (dice.below(6)) {
        case 0:
        case 1: {
          const Bytes value(static_cast<std::size_t>(dice.below(30)),
                            static_cast<char>('a' + dice.below(26)));
          store.put(key, value, Timestamp(1));
          pair.model().write(key, value);
          break;
        }
        case 2:
          store.put(key, std::nullopt, Timestamp(1));
          pair.model().write(key, std::nullopt);
          break;
        case 3: {
          const auto rows = pair.model().visible();
          const auto row = rows.find(key);
          EXPECT_EQ(store.get(key),
                    row == rows.end() ? std::nullopt : NullableBytesView(row->second));
          break;
        }
        case 4: {
          const NullableBytesView from = bound_or_open(dice);
          const NullableBytesView to = bound_or_open(dice);
          const Direction direction = any_direction(dice);
          Rows expected;
          for (const auto& [row_key, value] : pair.model().visible()) {
            if (within(row_key, from, to)) {
              expected.emplace_back(row_key, value);
            }
          }
          EXPECT_EQ(rows_of(store.range(from, to, direction)),
                    direction == Direction::forward ? expected : reversed(expected));
          break;
        }
        default:
          pair.live(dice);
      }
    }
  }
}

struct WindowId {
  std::int64_t start;
  Bytes key;
  std::int32_t sequence;
  friend auto operator<=>(const WindowId&, const WindowId&) = default;
};

struct WindowProgress {
  std::int64_t time = -1;
  std::int32_t sequence = 0;
};

using WindowModel = LayeredModel<WindowId, Bytes, WindowProgress>;
using WindowRows = std::vector<std::tuple<Bytes, std::int64_t, Bytes>>;  // key, start, value

WindowRows rows_of(const std::unique_ptr<WindowCursor>& cursor) {
  WindowRows rows;
  for (; cursor->valid(); cursor->next()) {
    rows.emplace_back(cursor->key(), cursor->start().value(), cursor->value());
  }
  return rows;
}

// Runs one seed: operations on a window store and on its model.
class WindowRun {
 public:
  WindowRun(BackendKind kind, StoreSpec spec, std::uint64_t seed)
      : dice_(seed),
        pair_(kind, std::move(spec),
              {.committed_cache_bytes_max = dice_.one_in(2) ? 400U : 1U << 20U}) {}

  void step() {
    switch (dice_.below(8)) {
      case 0:
      case 1:
      case 2:
        return put();
      case 3:
        return check_one_window();
      case 4:
        return check_fetch();
      case 5:
        return check_fetch_range();
      default:
        pair_.live(dice_);
        EXPECT_EQ(store().observed_time().value(), pair_.model().progress().time);
    }
  }

 private:
  WindowStore& store() { return static_cast<WindowStore&>(pair_.store()->store()); }
  const StoreSpec& spec() { return pair_.spec(); }
  // A start about the observed time: late, in time, or a little ahead. Mostly one of few, so that
  // windows are written and deleted again.
  std::int64_t any_start() {
    const std::int64_t now = pair_.model().progress().time;
    const std::int64_t start =
        std::max<std::int64_t>(0, now - 130 + dice_.below(dice_.one_in(10) ? 250 : 140));
    const bool free = spec().start_step.count() == 0 && dice_.one_in(4);
    return free ? start : start / 10 * 10;
  }
  std::int64_t any_span() { return dice_.below(dice_.one_in(2) ? 15 : 150); }
  // The visible rows: (start, key, sequence) to value.
  WindowModel::Rows visible() {
    const std::int64_t hidden_until = last_hidden();
    WindowModel::Rows rows = pair_.model().visible();
    std::erase_if(rows, [&](const auto& row) { return row.first.start <= hidden_until; });
    return rows;
  }

  std::int64_t last_hidden() {
    return pair_.model().progress().time - spec().retention.count() - (spec().edge_visible ? 1 : 0);
  }

  void put() {
    const Bytes& key = dice_.pick(keys());
    const std::int64_t start = any_start();
    const bool remove = dice_.one_in(3);
    const Bytes value = std::to_string(dice_.below(1000));
    WindowProgress& progress = pair_.model().progress();
    const bool does_nothing = spec().retain_duplicates && remove;
    if (!does_nothing) {
      progress.time = std::max(progress.time, start);
    }
    const std::uint64_t expired = store().expired_puts();

    store().put(key, remove ? std::nullopt : NullableBytesView(value), Timestamp(start),
                Timestamp(1));

    if (does_nothing) {
      return;
    }
    const std::int32_t sequence = spec().retain_duplicates ? ++progress.sequence : 0;
    if (start <= last_hidden()) {
      EXPECT_EQ(store().expired_puts(), expired + 1);
    } else {
      pair_.model().write({start, key, sequence},
                          remove ? std::nullopt : std::optional<Bytes>(value));
    }
  }

  void check_one_window() {
    const Bytes& key = dice_.pick(keys());
    const std::int64_t start = any_start();
    const WindowModel::Rows rows = visible();
    const auto row = rows.find({start, key, 0});
    EXPECT_EQ(store().get(key, Timestamp(start)),
              row == rows.end() ? std::nullopt : NullableBytesView(row->second));
  }

  WindowRows expected(NullableBytesView key_from, NullableBytesView key_to, std::int64_t from,
                      std::int64_t to, Direction direction, bool segments_by_key) {
    std::vector<std::pair<Bytes, std::tuple<Bytes, std::int64_t, Bytes>>> sorted;
    for (const auto& [id, value] : visible()) {
      if (within(id.key, key_from, key_to) && id.start >= from && id.start <= to) {
        Bytes place;
        if (segments_by_key) {  // segment by segment; in it by the bytes of key, start, sequence
          big_endian::append_i64(id.start / segment_interval_of(spec()).count(), place);
          place += id.key;
        }
        big_endian::append_i64(id.start, place);
        if (!segments_by_key) {
          place += id.key;
        }
        big_endian::append_i32(id.sequence, place);
        sorted.emplace_back(place, std::tuple(id.key, id.start, value));
      }
    }
    std::sort(sorted.begin(), sorted.end());
    WindowRows rows;
    for (auto& [place, row] : sorted) {
      rows.push_back(std::move(row));
    }
    if (direction == Direction::backward) {
      std::reverse(rows.begin(), rows.end());
    }
    return rows;
  }

  void check_fetch() {
    const Bytes& key = dice_.pick(keys());
    const std::int64_t from = any_start() - dice_.below(10);
    const std::int64_t to = dice_.one_in(5) ? Timestamp::max().value() : from + any_span();
    const Direction direction = any_direction(dice_);
    const WindowRows rows = expected(key, key, from, to, direction, false);

    EXPECT_EQ(rows_of(store().fetch(key, Timestamp(from), Timestamp(to), direction)), rows);
    EXPECT_EQ(store().contains(key, Timestamp(from), Timestamp(to)), !rows.empty());
  }

  void check_fetch_range() {
    const NullableBytesView key_from = bound_or_open(dice_);
    const NullableBytesView key_to = bound_or_open(dice_);
    const std::int64_t from = dice_.one_in(3) ? 0 : any_start();
    const std::int64_t to = dice_.one_in(3) ? Timestamp::max().value() : from + any_span();
    const Direction direction = any_direction(dice_);
    if (!spec().retain_duplicates) {
      EXPECT_EQ(rows_of(store().fetch_by_time(Timestamp(from), Timestamp(to))),
                expected(std::nullopt, std::nullopt, from, to, Direction::forward, false));
    }
    EXPECT_EQ(
        rows_of(store().fetch_range(key_from, key_to, Timestamp(from), Timestamp(to), direction)),
        expected(key_from, key_to, from, to, direction, store().persistent()));
  }

  Dice dice_;
  StoreWithModel<WindowModel> pair_;
};

// What the operators make: aggregations, joins, deduplication, and the remaining combination.
struct WindowStoreKind {
  std::string name;
  WindowLayout layout = WindowLayout::key_first;
  bool retain_duplicates = false;
  bool key_filter = false;
  milliseconds start_step{0};
  bool emits_on_close = false;
};

void PrintTo(const WindowStoreKind& kind, std::ostream* out) {
  *out << kind.name;
}

class WindowModelTest : public ::testing::TestWithParam<std::tuple<BackendKind, WindowStoreKind>> {
};

INSTANTIATE_TEST_SUITE_P(
    , WindowModelTest,
    ::testing::Combine(::testing::Values(BackendKind::memory, BackendKind::rocksdb),
                       ::testing::Values(WindowStoreKind{.name = "Aggregation",
                                                         .layout = WindowLayout::time_first,
                                                         .start_step = milliseconds(10)},
                                         WindowStoreKind{.name = "UnalignedAggregation",
                                                         .layout = WindowLayout::time_first},
                                         WindowStoreKind{.name = "EmissionOnClose",
                                                         .layout = WindowLayout::time_first,
                                                         .emits_on_close = true},
                                         WindowStoreKind{.name = "Join", .retain_duplicates = true},
                                         WindowStoreKind{.name = "Deduplication",
                                                         .key_filter = true},
                                         WindowStoreKind{.name = "DuplicatesByTime",
                                                         .layout = WindowLayout::time_first,
                                                         .retain_duplicates = true})),
    [](const auto& test) {
      return to_string(std::get<0>(test.param)) + std::get<1>(test.param).name;
    });

TEST_P(WindowModelTest, ShowsWhatAMapWouldShow) {
  const auto& [backend, kind] = GetParam();
  StoreSpec spec;
  spec.name = "win";
  spec.kind = StoreKind::window;
  spec.retention = milliseconds(100);
  spec.segment_interval = milliseconds(30);
  spec.window_size = milliseconds(10);
  spec.layout = kind.layout;
  spec.retain_duplicates = kind.retain_duplicates;
  spec.key_filter = kind.key_filter;
  spec.start_step = kind.start_step;
  spec.key_index = kind.emits_on_close;
  spec.edge_visible = kind.emits_on_close;
  for (const std::uint64_t seed : test_seeds()) {
    WindowRun run(backend, spec, seed);
    for (int step = 0; step < 1000 && !HasFailure(); ++step) {
      SCOPED_TRACE(step);
      run.step();
    }
  }
}

}  // namespace
}  // namespace pawl::test

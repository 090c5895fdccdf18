// The record cache over window stores, and what a cursor shows while rows leave the cache.
#include "statestore/cache_under_test.h"

#include <pawl/statestore/window_store.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;

using WindowRows = std::vector<std::tuple<Bytes, std::int64_t, Bytes>>;

WindowRows window_rows(const std::unique_ptr<WindowCursor>& cursor) {
  WindowRows rows;
  for (; cursor->valid(); cursor->next()) {
    rows.emplace_back(cursor->key(), cursor->start().value(), cursor->value());
  }
  return rows;
}

class CachedWindowStoreTest
    : public ::testing::TestWithParam<std::tuple<Persistence, WindowLayout>> {
 protected:
  // Long enough for nothing to expire; three segments.
  static StoreSpec spec() {
    StoreSpec spec;
    spec.name = "windows";
    spec.kind = StoreKind::window;
    spec.persistence = std::get<0>(GetParam());
    spec.layout = std::get<1>(GetParam());
    spec.retention = milliseconds(400);
    spec.segment_interval = milliseconds(100);
    spec.window_size = milliseconds(10);
    return spec;
  }
};

INSTANTIATE_TEST_SUITE_P(
    , CachedWindowStoreTest,
    ::testing::Combine(::testing::Values(Persistence::persistent, Persistence::in_memory),
                       ::testing::Values(WindowLayout::time_first, WindowLayout::key_first)));

TEST_P(CachedWindowStoreTest, ShowsWhatAStoreWithoutACacheShows) {
  for (const std::uint64_t seed : test_seeds()) {
    Dice dice(seed);
    Twins<WindowStore> twins(spec());
    twins.budget.bytes_max = static_cast<std::size_t>(dice.below(4000));
    twins.budget.order = dice.one_in(2) ? EvictionOrder::by_change : EvictionOrder::evicted_first;
    for (int step = 0; step < 3000; ++step) {
      const Bytes key = some_key(dice);
      const Bytes other = some_key(dice);
      const Timestamp start(dice.below(300));
      const Timestamp from(dice.below(300) - 20);
      const Timestamp to = dice.one_in(8) ? Timestamp::max() : from + milliseconds(dice.below(200));
      const auto both = [&](auto&& act) {
        ASSERT_EQ(act(twins.with_cache()), act(twins.without())) << "step " << step;
      };
      const Direction direction = dice.one_in(2) ? Direction::forward : Direction::backward;
      const NullableBytesView lower =
          dice.one_in(3) ? std::nullopt : NullableBytesView(std::min(key, other));
      const NullableBytesView upper =
          dice.one_in(3) ? std::nullopt : NullableBytesView(std::max(key, other));
      switch (dice.below(8)) {
        case 0:
        case 1:
        case 2: {
          const Bytes value = std::to_string(step);
          const auto row = dice.one_in(4) ? std::nullopt : NullableBytesView(value);
          twins.with_cache().put(key, row, start, Timestamp(step));
          twins.without().put(key, row, start, Timestamp(step));
          both([&](WindowStore& store) { return store.observed_time(); });
          break;
        }
        case 3:
          both([&](WindowStore& store) { return text_of(store.get(key, start)); });
          break;
        case 4:
          both([&](WindowStore& store) {
            return window_rows(store.fetch(key, from, to, direction));
          });
          break;
        case 5:
          both([&](WindowStore& store) {
            return window_rows(store.fetch_range(lower, upper, from, to, direction));
          });
          break;
        case 6:
          both([&](WindowStore& store) { return store.contains(key, from, to); });
          break;
        default:
          dice.one_in(4) ? twins.abort() : twins.commit();
      }
    }
  }
}

TEST_P(CachedWindowStoreTest, ReckonsEntriesAsKafkaStreamsDoes) {
  Twins<WindowStore> twins(spec());
  twins.budget.bytes_max = kPlenty;

  twins.with_cache().put("key", "value", Timestamp(5), Timestamp(5));

  EXPECT_EQ(twins.budget.bytes_used, 8U + 3 + 8 + 4 /*segment, key, start, number*/ + 5 + 45);
}

// With a look at the rows of other keys for each fetch the test would time out.
TEST_P(CachedWindowStoreTest, FetchesTheRowsOfAKeyWithoutALookAtThoseOfOthers) {
  StoreSpec long_kept = spec();
  long_kept.retention = std::chrono::hours(24);
  long_kept.segment_interval = std::chrono::hours(12);
  long_kept.key_index = long_kept.layout == WindowLayout::time_first;
  Twins<WindowStore> twins(long_kept);
  twins.budget.bytes_max = std::size_t{1} << 30U;
  constexpr int kKeys = 100'000;
  for (int key = 0; key < kKeys; ++key) {
    twins.with_cache().put(std::to_string(key), "v", Timestamp(key), Timestamp(key));
  }
  std::size_t found = 0;
  for (int key = 0; key < kKeys; ++key) {
    found += window_rows(twins.with_cache().fetch(std::to_string(key % 10), Timestamp(0),
                                                  Timestamp::max(), Direction::forward))
                 .size();
  }

  EXPECT_EQ(found, static_cast<std::size_t>(kKeys));
}

TEST_P(CachedWindowStoreTest, RefusesAStartThatIsNegative) {
  Twins<WindowStore> twins(spec());
  twins.budget.bytes_max = kPlenty;

  EXPECT_THROW(twins.with_cache().put("k", "1", Timestamp(-1), Timestamp(1)),
               std::invalid_argument);
  EXPECT_EQ(twins.cache->dirty_rows(), 0U);
}

TEST_P(CachedWindowStoreTest, TellsTheListenerKeyAndWindow) {
  Twins<WindowStore> twins(spec());
  twins.budget.bytes_max = kPlenty;
  Heard heard(twins.record);
  std::vector<Window> windows;
  heard.act = [&](const FlushedRow& row) { windows.push_back(row.window); };
  twins.cache->listen(heard, OldRows::wanted);
  twins.with_cache().put("b", "1", Timestamp(20), Timestamp(1));
  twins.with_cache().put("a", "1", Timestamp(10), Timestamp(1));
  twins.with_cache().put("c", std::nullopt, Timestamp(10), Timestamp(1));

  twins.cache->flush();

  EXPECT_THAT(heard.take(), ElementsAre("b: null -> 1 @0 #-1", "a: null -> 1 @0 #-1"));
  EXPECT_THAT(windows, ElementsAre(Window{Timestamp(20), Timestamp(30)},
                                   Window{Timestamp(10), Timestamp(20)}));
}

// What a cursor shows of rows that an eviction takes out of the cache while it runs.
class EvictionUnderACursorTest
    : public ::testing::TestWithParam<std::tuple<EvictionOrder, Persistence>> {
 protected:
  static StoreSpec spec() {
    StoreSpec spec;
    spec.name = "windows";
    spec.kind = StoreKind::window;
    spec.persistence = std::get<1>(GetParam());
    spec.retention = milliseconds(400);
    return spec;
  }
};

INSTANTIATE_TEST_SUITE_P(
    , EvictionUnderACursorTest,
    ::testing::Combine(::testing::Values(EvictionOrder::by_change, EvictionOrder::evicted_first),
                       ::testing::Values(Persistence::persistent, Persistence::in_memory)));

// Kafka Streams' cursor over RocksDB sees neither the entry nor what was written below for it.
TEST_P(EvictionUnderACursorTest, ShowsWhatIsBelowButInKafkaStreamsOnDisk) {
  Twins<WindowStore> twins(spec());
  twins.budget.bytes_max = kPlenty;
  twins.budget.order = std::get<0>(GetParam());
  WindowStore& store = twins.with_cache();
  store.put("a", "old", Timestamp(1), Timestamp(1));
  twins.cache->flush();
  store.put("a", "new", Timestamp(1), Timestamp(1));
  store.put("a", "fresh", Timestamp(2), Timestamp(2));
  store.put("a", "last", Timestamp(3), Timestamp(3));

  const auto row = store.fetch("a", Timestamp(0), Timestamp(9), Direction::backward);
  std::string seen(row->value());
  twins.budget.bytes_max = twins.budget.bytes_used;
  store.put("b", std::string(100, 'x'), Timestamp(3), Timestamp(3));  // both others have to go
  for (row->next(); row->valid(); row->next()) {
    seen += " " + std::string(row->value());
  }

  const bool loses =
      GetParam() == std::tuple(EvictionOrder::evicted_first, Persistence::persistent);
  EXPECT_EQ(seen, loses ? "last old" : "last fresh new");
}

TEST_P(EvictionUnderACursorTest, RowsCountAsUsedWhenTheCursorComesToThem) {
  Twins<WindowStore> twins(spec());
  twins.budget.bytes_max = kPlenty;
  twins.budget.order = std::get<0>(GetParam());
  WindowStore& store = twins.with_cache();
  for (const std::int64_t start : {1, 2, 3, 4}) {
    store.put("a", "1", Timestamp(start), Timestamp(start));
  }
  twins.cache->flush();
  Heard heard(twins.record);
  std::string evicted;
  heard.act = [&](const FlushedRow& row) {
    evicted += std::to_string(row.window.start.value()) + " ";
  };
  twins.cache->listen(heard, OldRows::unwanted);
  store.put("a", "2", Timestamp(4), Timestamp(4));
  const auto row = store.fetch("a", Timestamp(0), Timestamp(9), Direction::forward);
  row->next();  // 1 and 2 are used, 3 and 4 are not: the order is 3 4 1 2
  twins.budget.bytes_max = twins.budget.bytes_used;

  store.put("b", "1", Timestamp(5), Timestamp(5));
  EXPECT_EQ(evicted, "") << "3 went, which is clean";
  store.put("b", "1", Timestamp(6), Timestamp(6));

  EXPECT_EQ(evicted, "4 5 6 ") << "4 went, and with it all that is changed";
}

}  // namespace
}  // namespace pawl::test

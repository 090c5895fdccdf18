// The record cache over a store: what it holds back, what it lets go and in which order, and that
// readers cannot tell it from the store below.
#include "statestore/cache_under_test.h"

#include <pawl/serde/primitives.h>
#include <pawl/statestore/key_value_store.h>
#include <pawl/statestore/typed/stores.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class CachedKeyValueStoreTest : public ::testing::Test {
 protected:
  static StoreSpec spec(const std::string& name = "kv") {
    StoreSpec spec;
    spec.name = name;
    return spec;
  }
  KeyValueStore& below() { return dynamic_cast<KeyValueStore&>(managed_->store()); }
  KeyValueStore& store() { return dynamic_cast<KeyValueStore&>(cache_->store()); }
  // A record at `time`, which is its offset as well.
  void put(BytesView key, NullableBytesView value, std::int64_t time = 1) {
    record_.write.timestamp = Timestamp(time);
    record_.where = {"in", PartitionId(0), Offset(time)};
    store().put(key, value, Timestamp(time));
  }

  BackendUnderTest backend_{BackendKind::memory};
  WrittenChangelog changelog_;
  HandedRecord record_;
  CacheBudget budget_{kPlenty, 0};
  StoreUnderTest managed_{
      *backend_, spec(), {.changelog = &changelog_, .changelog_mode = ChangelogMode::every_put}};
  std::unique_ptr<CachedStore> cache_ =
      make_cached_store(spec(), managed_->store(), budget_, record_);
  Heard heard_{record_};
};

TEST_F(CachedKeyValueStoreTest, HoldsWritesBackUntilTheFlush) {
  put("a", "1");
  EXPECT_EQ(store().get("a"), "1");
  EXPECT_EQ(below().get("a"), std::nullopt);
  EXPECT_EQ(cache_->dirty_rows(), 1U);

  cache_->flush();

  EXPECT_EQ(below().get("a"), "1");
  EXPECT_EQ(cache_->dirty_rows(), 0U);
  EXPECT_EQ(cache_->dirty_bytes(), 0U);
}

TEST_F(CachedKeyValueStoreTest, WritesBackInTheOrderOfTheLastChange) {
  put("b", "1", 1);
  put("a", "1", 2);
  put("c", "1", 3);
  put("b", "2", 4);

  cache_->flush();

  EXPECT_THAT(changelog_.take(), ElementsAre("a=1@2", "c=1@3", "b=2@4"));
}

TEST_F(CachedKeyValueStoreTest, TellsTheListenerOldRowsOfTheStoreBelowAndTheRecordOfTheEntry) {
  cache_->listen(heard_, OldRows::wanted);
  put("a", "1", 1);
  put("a", "2", 2);
  cache_->flush();
  put("a", "3", 3);
  put("a", "4", 4);
  record_.where = {"other", PartitionId(0), Offset(9)};

  cache_->flush();

  EXPECT_THAT(heard_.take(), ElementsAre("a: null -> 2 @2 in#2", "a: 2 -> 4 @4 in#4"));
  EXPECT_EQ(record_.where.topic, "other") << "and then the former record is in hand again";
}

TEST_F(CachedKeyValueStoreTest, SwallowsRowsThatCameAndWentWhereSomebodyListens) {
  put("a", "1", 1);
  put("a", std::nullopt, 2);
  cache_->flush();
  EXPECT_THAT(changelog_.take(), ElementsAre("a=null@2"));
  cache_->listen(heard_, OldRows::unwanted);
  put("b", "1", 3);
  put("b", std::nullopt, 4);

  cache_->flush();

  EXPECT_THAT(changelog_.take(), IsEmpty());
  EXPECT_THAT(heard_.take(), IsEmpty());
  EXPECT_EQ(store().get("b"), std::nullopt);
}

TEST_F(CachedKeyValueStoreTest, ReckonsEntriesAsKafkaStreamsDoes) {
  const Headers headers{{"name", "123"}, {"n", std::nullopt}};
  record_.write.headers = &headers;
  put("key", "value");
  constexpr std::size_t kLinks = 24;
  constexpr std::size_t kRecord = 1 + 8 + 8 + 4;
  const std::size_t expected = 3 + 5 + kLinks + kRecord + 2 /*in*/ + 7 /*name 123*/ + 1 /*n*/;
  EXPECT_EQ(budget_.bytes_used, expected);
  EXPECT_EQ(cache_->dirty_bytes(), expected);

  record_.write.headers = &Headers::none();
  put("key", std::nullopt);
  EXPECT_EQ(budget_.bytes_used, expected - 5 - 8);

  cache_->flush();
  EXPECT_EQ(budget_.bytes_used, 0U) << "what is deleted below needs no entry";
}

TEST_F(CachedKeyValueStoreTest, WritesTheEvictedEntryBackFirstAsKafkaStreamsDoes) {
  cache_->listen(heard_, OldRows::unwanted);
  budget_.order = EvictionOrder::evicted_first;
  const std::size_t entry = 1 + 1 + 24 + 21 + 2;
  budget_.bytes_max = 3 * entry;
  put("a", "1", 1);
  put("b", "1", 2);
  put("c", "1", 3);
  (void)store().get("a");  // used again
  EXPECT_THAT(heard_.take(), IsEmpty());

  put("d", "1", 4);

  EXPECT_THAT(heard_.take(), ElementsAre("b: null -> 1 @2 in#2", "a: null -> 1 @1 in#1",
                                         "c: null -> 1 @3 in#3", "d: null -> 1 @4 in#4"));
  EXPECT_EQ(budget_.bytes_used, 3 * entry);
  EXPECT_EQ(cache_->dirty_rows(), 0U);
  put("e", "1", 5);
  EXPECT_THAT(heard_.take(), IsEmpty()) << "c was clean";
}

TEST_F(CachedKeyValueStoreTest, WritesBackInTheOrderOfTheLastChangeWhateverIsEvicted) {
  cache_->listen(heard_, OldRows::unwanted);
  const std::size_t entry = 1 + 1 + 24 + 21 + 2;
  budget_.bytes_max = 3 * entry;
  put("a", "1", 1);
  put("b", "1", 2);
  put("c", "1", 3);
  (void)store().get("a");

  put("d", "1", 4);

  EXPECT_THAT(heard_.take(), ElementsAre("a: null -> 1 @1 in#1", "b: null -> 1 @2 in#2",
                                         "c: null -> 1 @3 in#3", "d: null -> 1 @4 in#4"));
  EXPECT_EQ(budget_.bytes_used, 3 * entry);
  put("b", "2", 5);
  EXPECT_THAT(heard_.take(), IsEmpty());
  EXPECT_EQ(budget_.bytes_used, 3 * entry) << "b was the one that went; c goes for it";
}

TEST_F(CachedKeyValueStoreTest, AnEvictionEndsAlsoIfTheEntryIsPutAgainAndAgain) {
  cache_->listen(heard_, OldRows::unwanted);
  budget_.bytes_max = 1;
  for (const EvictionOrder order : {EvictionOrder::by_change, EvictionOrder::evicted_first}) {
    budget_.order = order;
    heard_.act = [this](const FlushedRow& row) { put(Bytes(row.key), "again", 2); };

    put("a", "1", 1);

    EXPECT_THAT(heard_.take(), ElementsAre("a: null -> 1 @1 in#1"));
    EXPECT_EQ(cache_->dirty_rows(), 1U);
    cache_->drop();
    managed_->drop();
  }
}

TEST_F(CachedKeyValueStoreTest, EvictsItsOwnEntriesOnly) {
  StoreUnderTest other_below(*backend_, spec("other"));
  const auto other = make_cached_store(spec("other"), other_below->store(), budget_, record_);
  budget_.bytes_max = 120;
  put("a", "1");
  put("b", "1");
  EXPECT_EQ(cache_->dirty_rows(), 2U);

  dynamic_cast<KeyValueStore&>(other->store()).put("big", std::string(100, 'x'), Timestamp(1));

  EXPECT_EQ(cache_->dirty_rows(), 2U);
  EXPECT_EQ(other->dirty_rows(), 0U);
}

TEST_F(CachedKeyValueStoreTest, KeepsAChangeThatIsMadeWhileItFlushes) {
  cache_->listen(heard_, OldRows::unwanted);
  heard_.act = [this](const FlushedRow& row) {
    if (row.key == "a" && row.new_row == "1") {
      put("a", "again", 9);
    }
  };
  put("a", "1", 1);
  put("b", "1", 2);

  cache_->flush();

  EXPECT_THAT(heard_.take(), ElementsAre("a: null -> 1 @1 in#1", "b: null -> 1 @2 in#2"));
  EXPECT_EQ(store().get("a"), "again");
  EXPECT_EQ(cache_->dirty_rows(), 1U);
  cache_->flush();
  EXPECT_THAT(heard_.take(), ElementsAre("a: null -> again @9 in#9"));
}

TEST_F(CachedKeyValueStoreTest, DropForgetsEverythingAndGivesItsMemoryBack) {
  put("a", "1");
  cache_->flush();
  put("b", "1");

  managed_->drop();
  cache_->drop();

  EXPECT_EQ(store().get("a"), std::nullopt) << "a clean entry may show what was never committed";
  EXPECT_EQ(store().get("b"), std::nullopt);
  EXPECT_EQ(budget_.bytes_used, 0U);
  put("c", "1");
  cache_.reset();
  EXPECT_EQ(budget_.bytes_used, 0U);
}

TEST_F(CachedKeyValueStoreTest, ACursorSeesRowsThatLeaveTheCacheWhileItRuns) {
  for (const char* key : {"a", "c", "e"}) {
    put(key, "1");
  }
  auto row = store().range(std::nullopt, std::nullopt, Direction::forward);
  EXPECT_EQ(row->key(), "a");

  budget_.bytes_max = 0;
  put("d", "1");  // nothing stays
  std::string seen;
  for (; row->valid(); row->next()) {
    seen += row->key();
  }

  EXPECT_EQ(seen, "acde");
}

TEST(CachedStore, IsNotMadeOverDuplicatesAndBuffers) {
  BackendUnderTest backend(BackendKind::memory);
  CacheBudget budget{kPlenty, 0};
  HandedRecord record;
  StoreSpec spec;
  spec.name = "duplicates";
  spec.kind = StoreKind::window;
  spec.retention = milliseconds(10);
  spec.retain_duplicates = true;
  StoreUnderTest duplicates(*backend, spec);
  EXPECT_EQ(make_cached_store(spec, duplicates->store(), budget, record), nullptr);

  StoreSpec buffer;
  buffer.name = "buffer";
  buffer.kind = StoreKind::time_ordered_buffer;
  StoreUnderTest changes(*backend, buffer);
  EXPECT_EQ(make_cached_store(buffer, changes->store(), budget, record), nullptr);
}

TEST(CachedKeyValueStore, ShowsWhatAStoreWithoutACacheShows) {
  for (const std::uint64_t seed : test_seeds()) {
    Dice dice(seed);
    StoreSpec spec;
    spec.name = "kv";
    Twins<KeyValueStore> twins(spec);
    twins.budget.bytes_max = static_cast<std::size_t>(dice.below(2000));
    twins.budget.order = dice.one_in(2) ? EvictionOrder::by_change : EvictionOrder::evicted_first;
    for (int step = 0; step < 3000; ++step) {
      const Bytes key = some_key(dice);
      const Bytes other = some_key(dice);
      const auto both = [&](auto&& act) {
        ASSERT_EQ(act(twins.with_cache()), act(twins.without())) << "step " << step;
      };
      const Direction direction = dice.one_in(2) ? Direction::forward : Direction::backward;
      switch (dice.below(8)) {
        case 0:
        case 1:
        case 2: {
          const Bytes value = std::to_string(step);
          const auto row = dice.one_in(4) ? std::nullopt : NullableBytesView(value);
          twins.with_cache().put(key, row, Timestamp(step));
          twins.without().put(key, row, Timestamp(step));
          break;
        }
        case 3:
          both([&](KeyValueStore& store) { return text_of(store.get(key)); });
          break;
        case 4:
          both([&](KeyValueStore& store) { return rows_of(store.range(key, other, direction)); });
          break;
        case 5:
          both([&](KeyValueStore& store) {
            return rows_of(store.range(std::nullopt, std::nullopt, direction));
          });
          break;
        case 6:
          both([&](KeyValueStore& store) { return rows_of(store.prefix(key)); });
          break;
        default:
          dice.one_in(4) ? twins.abort() : twins.commit();
      }
    }
    twins.commit();
    EXPECT_EQ(rows_of(twins.without().range(std::nullopt, std::nullopt, Direction::forward)),
              rows_of(dynamic_cast<KeyValueStore&>(twins.cached->store())
                          .range(std::nullopt, std::nullopt, Direction::forward)));
  }
}

// Rows are cached as they are kept, headers included.
TEST(CachedStoreWithHeaders, GivesHeadersBackBeforeAndAfterTheFlush) {
  const auto definition =
      stores::key_value_with_headers<std::string, std::string>("kv").in_memory();
  Twins<KeyValueStore> twins(definition.spec());
  twins.budget.bytes_max = kPlenty;
  auto store = definition.bind(twins.with_cache());
  const Headers headers{{"h", Bytes("1")}};
  const ValueWithHeaders<std::string> expected{"x", Timestamp(10), headers};

  store.put("a", "x", Timestamp(10), headers);

  EXPECT_EQ(store.get("a"), expected);
  twins.commit();
  twins.cache->drop();
  EXPECT_EQ(store.get("a"), expected);
}

}  // namespace
}  // namespace pawl::test

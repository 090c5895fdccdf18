// Random operations on an LRU store and on a model of it, with commits in their steps and aborts.
#include "statestore/backend_under_test.h"
#include "statestore/seeds.h"

#include <pawl/statestore/key_value_store.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <list>
#include <map>
#include <string>
#include <vector>

namespace pawl::test {
namespace {

// Keys with their values, longest unused first.
class LruModel {
 public:
  explicit LruModel(std::size_t entries_max) : entries_max_(entries_max) {}

  std::optional<Bytes> get(const Bytes& key) {
    const auto found = find(key);
    if (found == rows_.end()) {
      return std::nullopt;
    }
    rows_.splice(rows_.end(), rows_, found);
    return rows_.back().second;
  }
  void put(const Bytes& key, const Bytes& value) {
    erase(key);
    if (rows_.size() == entries_max_) {
      rows_.pop_front();
    }
    rows_.emplace_back(key, value);
  }
  void erase(const Bytes& key) {
    if (const auto found = find(key); found != rows_.end()) {
      rows_.erase(found);
    }
  }
  [[nodiscard]] Rows sorted() const {
    Rows rows(rows_.begin(), rows_.end());
    std::sort(rows.begin(), rows.end());
    return rows;
  }

 private:
  std::list<std::pair<Bytes, Bytes>>::iterator find(const Bytes& key) {
    return std::find_if(rows_.begin(), rows_.end(),
                        [&](const auto& row) { return row.first == key; });
  }
  std::size_t entries_max_;
  std::list<std::pair<Bytes, Bytes>> rows_;
};

StoreSpec lru(std::size_t entries_max) {
  StoreSpec spec;
  spec.name = "lru";
  spec.persistence = Persistence::in_memory;
  spec.entries_max = entries_max;
  return spec;
}

TEST(LruStoreModel, KeepsTheKeysThatWereUsedLast) {
  const std::vector<Bytes> keys{"a", "b", "c", "d", "e", "f", "g", ""};
  for (const std::uint64_t seed : test_seeds()) {
    Dice dice(seed);
    const auto entries_max = static_cast<std::size_t>(1 + dice.below(6));
    const auto backend = make_memory_backend();
    StoreUnderTest tested(*backend, lru(entries_max));
    auto& store = static_cast<KeyValueStore&>(tested->store());
    LruModel active(entries_max);
    LruModel committed = active;
    std::optional<LruModel> frozen;
    for (int step = 0; step < 3000 && !::testing::Test::HasFailure(); ++step) {
      SCOPED_TRACE(step);
      const Bytes& key = dice.pick(keys);
      switch (dice.below(8)) {
        case 0:
        case 1: {
          const Bytes value = std::to_string(step);
          store.put(key, NullableBytesView(value), Timestamp(1));
          active.put(key, value);
          break;
        }
        case 2:
        case 3: {
          const std::optional<Bytes> expected = active.get(key);
          EXPECT_EQ(store.get(key),
                    expected.has_value() ? NullableBytesView(*expected) : std::nullopt);
          break;
        }
        case 4:
          store.put(key, std::nullopt, Timestamp(1));
          active.erase(key);
          break;
        case 5:
          EXPECT_EQ(rows_of(store.range(std::nullopt, std::nullopt, Direction::forward)),
                    active.sorted());
          break;
        case 6:
          if (frozen.has_value()) {
            tested.apply_frozen();
            committed = *std::exchange(frozen, std::nullopt);
          } else {
            tested->freeze();
            frozen = active;
          }
          break;
        default:
          tested->drop();
          frozen.reset();
          active = committed;
      }
    }
  }
}

// Keeps the keys that were logged, with `-` for deletions.
class LoggedKeys final : public ChangelogSink {
 public:
  void append(BytesView key, NullableBytesView value, Timestamp /*timestamp*/,
              const Headers& /*headers*/) override {
    keys.push_back((value.has_value() ? "" : "-") + std::string(key));
  }
  std::vector<std::string> keys;
};

TEST(LruStore, LogsADeletionBeforeThePutThatCausedIt) {
  LoggedKeys changelog;
  StoreSurroundings surroundings;
  surroundings.changelog = &changelog;
  surroundings.changelog_mode = ChangelogMode::every_put;
  const auto backend = make_memory_backend();
  StoreUnderTest tested(*backend, lru(2), surroundings);
  auto& store = static_cast<KeyValueStore&>(tested->store());

  for (const char* key : {"a", "b", "c"}) {
    store.put(key, NullableBytesView("x"), Timestamp(1));
  }

  EXPECT_THAT(changelog.keys, ::testing::ElementsAre("a", "b", "-a", "c"));
}

// Kafka Streams does not see the cache behind timestamped rows.
TEST(LruStore, OfATableLogsItsDeletionsNativelyOnly) {
  for (const ChangelogMode mode : {ChangelogMode::coalesced, ChangelogMode::every_put}) {
    LoggedKeys changelog;
    StoreSurroundings surroundings;
    surroundings.changelog = &changelog;
    surroundings.changelog_mode = mode;
    const auto backend = make_memory_backend();
    StoreSpec spec = lru(1);
    spec.timestamped = true;
    StoreUnderTest tested(*backend, spec, surroundings);
    auto& store = static_cast<KeyValueStore&>(tested->store());

    const Bytes row("\0\0\0\0\0\0\0\1x", 9);
    store.put("a", NullableBytesView(row), Timestamp(1));
    tested.commit();
    store.put("b", NullableBytesView(row), Timestamp(1));
    tested.commit();

    if (mode == ChangelogMode::coalesced) {
      EXPECT_THAT(changelog.keys, ::testing::ElementsAre("a", "-a", "b"));
    } else {
      EXPECT_THAT(changelog.keys, ::testing::ElementsAre("a", "b"));
    }
    EXPECT_EQ(store.get("a"), std::nullopt);
  }
}

// A changelog as records that can be replayed.
class KeptChangelog final : public ChangelogSink {
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

// A key that was deleted, put again and deleted again is logged at the place of its last deletion:
// behind the put that took its room the first time.
TEST(LruStore, IsTheSameAfterARestore) {
  KeptChangelog changelog;
  StoreSurroundings surroundings;
  surroundings.changelog = &changelog;
  const auto backend = make_memory_backend();
  StoreUnderTest tested(*backend, lru(3), surroundings);
  auto& store = static_cast<KeyValueStore&>(tested->store());
  const auto put = [&](const char* key) { store.put(key, NullableBytesView("x"), Timestamp(1)); };
  put("u");
  put("v");
  put("e");
  tested.commit();
  EXPECT_TRUE(store.get("u").has_value());
  EXPECT_TRUE(store.get("v").has_value());
  put("k");  // deletes e
  EXPECT_TRUE(store.get("u").has_value());
  put("e");  // deletes v
  EXPECT_TRUE(store.get("u").has_value());
  EXPECT_TRUE(store.get("k").has_value());
  put("n");  // deletes e
  tested.commit();
  const Rows expected{{"k", "x"}, {"n", "x"}, {"u", "x"}};
  ASSERT_EQ(rows_of(store.range(std::nullopt, std::nullopt, Direction::forward)), expected);

  StoreUnderTest restored(*backend, lru(3));
  changelog.replay_into(*restored);

  EXPECT_EQ(rows_of(static_cast<KeyValueStore&>(restored->store())
                        .range(std::nullopt, std::nullopt, Direction::forward)),
            expected);
}

TEST(LruStore, HoldsNoMoreThanItsLimitAfterARestoreFromALongerChangelog) {
  const auto backend = make_memory_backend();
  StoreUnderTest tested(*backend, lru(2));
  for (const char* key : {"a", "b", "c", "d"}) {
    ASSERT_TRUE(tested->replay({key, NullableBytesView("x"), Timestamp(1)}).has_value());
  }

  EXPECT_EQ(rows_of(static_cast<KeyValueStore&>(tested->store())
                        .range(std::nullopt, std::nullopt, Direction::forward)),
            (Rows{{"c", "x"}, {"d", "x"}}));
}

}  // namespace
}  // namespace pawl::test

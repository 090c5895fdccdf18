// The record cache over session stores.
#include "statestore/cache_under_test.h"

#include <pawl/statestore/session_store.h>

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

using SessionRows = std::vector<std::tuple<Bytes, std::int64_t, std::int64_t, Bytes>>;

SessionRows session_rows(const std::unique_ptr<SessionCursor>& cursor) {
  SessionRows rows;
  for (; cursor->valid(); cursor->next()) {
    rows.emplace_back(cursor->key(), cursor->window().start.value(), cursor->window().end.value(),
                      cursor->value());
  }
  return rows;
}

class CachedSessionStoreTest
    : public ::testing::TestWithParam<std::tuple<Persistence, WindowLayout>> {
 protected:
  // Long enough for nothing to expire; three segments.
  static StoreSpec spec() {
    StoreSpec spec;
    spec.name = "sessions";
    spec.kind = StoreKind::session;
    spec.persistence = std::get<0>(GetParam());
    spec.layout = std::get<1>(GetParam());
    spec.retention = milliseconds(400);
    spec.segment_interval = milliseconds(100);
    return spec;
  }
};

INSTANTIATE_TEST_SUITE_P(
    , CachedSessionStoreTest,
    ::testing::Combine(::testing::Values(Persistence::persistent, Persistence::in_memory),
                       ::testing::Values(WindowLayout::time_first, WindowLayout::key_first)));

TEST_P(CachedSessionStoreTest, ShowsWhatAStoreWithoutACacheShows) {
  for (const std::uint64_t seed : test_seeds()) {
    Dice dice(seed);
    Twins<SessionStore> twins(spec());
    twins.budget.bytes_max = static_cast<std::size_t>(dice.below(4000));
    twins.budget.order = dice.one_in(2) ? EvictionOrder::by_change : EvictionOrder::evicted_first;
    for (int step = 0; step < 3000; ++step) {
      const Bytes key = some_key(dice);
      const Bytes other = some_key(dice);
      const Timestamp start(dice.below(280));
      const Window session{start, start + milliseconds(dice.one_in(3) ? 0 : dice.below(20))};
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
          twins.with_cache().put(key, session, row, Timestamp(step));
          twins.without().put(key, session, row, Timestamp(step));
          both([&](SessionStore& store) { return store.observed_time(); });
          break;
        }
        case 3:
          both([&](SessionStore& store) { return text_of(store.get(key, session)); });
          break;
        case 4:
          both([&](SessionStore& store) {
            return session_rows(store.find_sessions(key, from, to, direction));
          });
          break;
        case 5:
          both([&](SessionStore& store) {
            return session_rows(store.find_sessions(lower, upper, from, to, direction));
          });
          break;
        case 6:
          both([&](SessionStore& store) { return session_rows(store.ended_between(from, to)); });
          break;
        default:
          dice.one_in(4) ? twins.abort() : twins.commit();
      }
    }
  }
}

TEST_P(CachedSessionStoreTest, ReckonsEntriesAsKafkaStreamsDoes) {
  Twins<SessionStore> twins(spec());
  twins.budget.bytes_max = kPlenty;

  twins.with_cache().put("key", {Timestamp(5), Timestamp(7)}, "value", Timestamp(7));

  EXPECT_EQ(twins.budget.bytes_used, 8U + 3 + 8 + 8 /*segment, key, end, start*/ + 5 + 45);
}

// With a look at the sessions of other keys for each search the test would time out.
TEST_P(CachedSessionStoreTest, FindsTheSessionsOfAKeyWithoutALookAtThoseOfOthers) {
  StoreSpec long_kept = spec();
  long_kept.retention = std::chrono::hours(24);
  long_kept.segment_interval = std::chrono::hours(12);
  Twins<SessionStore> twins(long_kept);
  twins.budget.bytes_max = std::size_t{1} << 30U;
  constexpr int kKeys = 100'000;
  for (int key = 0; key < kKeys; ++key) {
    twins.with_cache().put(std::to_string(key), {Timestamp(key), Timestamp(key)}, "v",
                           Timestamp(key));
  }
  std::size_t found = 0;
  for (int key = 0; key < kKeys; ++key) {
    found += session_rows(twins.with_cache().find_sessions(std::to_string(key % 10), Timestamp(0),
                                                           Timestamp::max(), Direction::forward))
                 .size();
  }

  EXPECT_EQ(found, static_cast<std::size_t>(kKeys));
}

// At once: the record that the cache lets go later is not the one to blame.
TEST_P(CachedSessionStoreTest, RefusesASessionThatItsStoreRefuses) {
  Twins<SessionStore> twins(spec());
  twins.budget.bytes_max = kPlenty;
  for (const Window session :
       {Window{Timestamp(-1), Timestamp(7)}, Window{Timestamp(8), Timestamp(7)}}) {
    EXPECT_THROW(twins.without().put("a", session, "1", Timestamp(7)), std::invalid_argument);
    EXPECT_THROW(twins.with_cache().put("a", session, "1", Timestamp(7)), std::invalid_argument);
  }
  EXPECT_EQ(twins.cache->dirty_rows(), 0U);
}

TEST_P(CachedSessionStoreTest, TellsTheListenerKeySessionAndOldRow) {
  Twins<SessionStore> twins(spec());
  twins.budget.bytes_max = kPlenty;
  Heard heard(twins.record);
  std::vector<Window> windows;
  heard.act = [&](const FlushedRow& row) { windows.push_back(row.window); };
  twins.cache->listen(heard, OldRows::wanted);
  const Window first{Timestamp(10), Timestamp(10)};
  const Window grown{Timestamp(10), Timestamp(14)};
  twins.with_cache().put("a", first, "1", Timestamp(10));
  twins.cache->flush();
  twins.with_cache().put("a", first, std::nullopt, Timestamp(14));
  twins.with_cache().put("a", grown, "2", Timestamp(14));
  twins.with_cache().put("b", first, "1", Timestamp(10));  // comes and goes
  twins.with_cache().put("b", first, std::nullopt, Timestamp(10));

  twins.cache->flush();

  EXPECT_THAT(heard.take(),
              ElementsAre("a: null -> 1 @0 #-1", "a: 1 -> null @0 #-1", "a: null -> 2 @0 #-1"));
  EXPECT_THAT(windows, ElementsAre(first, first, grown));
}

}  // namespace
}  // namespace pawl::test

// Session stores: the rules one by one, and random operations against a map; in both layouts, on
// both backends.
#include "overlaid_session_store.h"

#include "statestore/backend_under_test.h"
#include "statestore/seeds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class OverlaidSessionStoreTest
    : public ::testing::TestWithParam<std::tuple<BackendKind, WindowLayout>> {
 protected:
  [[nodiscard]] static StoreSpec spec() {
    StoreSpec spec;
    spec.name = "sessions";
    spec.kind = StoreKind::session;
    spec.persistence = std::get<0>(GetParam()) == BackendKind::memory ? Persistence::in_memory
                                                                      : Persistence::persistent;
    spec.retention = milliseconds(100);
    spec.segment_interval = milliseconds(30);
    spec.layout = std::get<1>(GetParam());
    return spec;
  }
  BackendUnderTest backend_{std::get<0>(GetParam())};
};

INSTANTIATE_TEST_SUITE_P(
    , OverlaidSessionStoreTest,
    ::testing::Combine(::testing::Values(BackendKind::memory, BackendKind::rocksdb),
                       ::testing::Values(WindowLayout::key_first, WindowLayout::time_first)),
    [](const auto& test) {
      return to_string(std::get<0>(test.param)) +
             (std::get<1>(test.param) == WindowLayout::key_first ? "ByKey" : "ByTime");
    });

SessionStore& sessions_of(StoreUnderTest& store) {
  return static_cast<SessionStore&>(store->store());
}

Window span(std::int64_t start, std::int64_t end) {
  return {Timestamp(start), Timestamp(end)};
}

void put(StoreUnderTest& store, BytesView key, Window session, NullableBytesView value) {
  sessions_of(store).put(key, session, value, Timestamp(1));
}

TEST_P(OverlaidSessionStoreTest, RefusesASessionThatIsNone) {
  StoreUnderTest store(*backend_, spec());

  EXPECT_THROW(put(store, "k", span(-1, 5), "1"), std::invalid_argument);
  EXPECT_THROW(put(store, "k", span(6, 5), "1"), std::invalid_argument);
  EXPECT_EQ(sessions_of(store).observed_time(), Timestamp::unknown());
}

std::vector<std::string> text_of(const std::unique_ptr<SessionCursor>& cursor) {
  std::vector<std::string> rows;
  for (; cursor->valid(); cursor->next()) {
    rows.push_back(
        std::string(cursor->key()) + "[" + std::to_string(cursor->window().start.value()) + "," +
        std::to_string(cursor->window().end.value()) + "]=" + std::string(cursor->value()));
  }
  return rows;
}

// visible is end > observed - retention
TEST_P(OverlaidSessionStoreTest, ASessionExpiresOneRetentionAfterItsEnd) {
  StoreUnderTest store(*backend_, spec());
  put(store, "k", span(2, 10), "old");
  store.commit();

  put(store, "k", span(109, 109), "new");
  EXPECT_EQ(sessions_of(store).get("k", span(2, 10)), "old");
  put(store, "k", span(110, 110), "newer");
  EXPECT_EQ(sessions_of(store).get("k", span(2, 10)), std::nullopt);
  put(store, "k", span(3, 10), "expired");
  EXPECT_EQ(sessions_of(store).expired_puts(), 1U);

  store->drop();
  EXPECT_EQ(sessions_of(store).get("k", span(2, 10)), "old") << "an abort takes the time back";
  EXPECT_EQ(sessions_of(store).observed_time(), Timestamp(10));
}

TEST_P(OverlaidSessionStoreTest, ShowsTheEdgeWhereItIsToBeVisible) {
  StoreSpec visible = spec();
  visible.edge_visible = true;
  StoreUnderTest store(*backend_, visible);
  put(store, "k", span(2, 10), "old");
  put(store, "k", span(110, 110), "new");

  EXPECT_EQ(sessions_of(store).get("k", span(2, 10)), "old");
}

TEST_P(OverlaidSessionStoreTest, FindsSessionsThatOverlapASpan) {
  StoreUnderTest store(*backend_, spec());
  put(store, "k", span(10, 20), "1");
  put(store, "k", span(30, 35), "2");
  store.commit();
  put(store, "k", span(30, 50), "3");
  put(store, "kk", span(15, 25), "4");

  EXPECT_THAT(text_of(sessions_of(store).find_sessions("k", Timestamp(21), Timestamp(40),
                                                       Direction::backward)),
              ElementsAre("k[30,50]=3", "k[30,35]=2"));
  EXPECT_THAT(text_of(sessions_of(store).find_sessions("k", Timestamp(20), Timestamp(29),
                                                       Direction::forward)),
              ElementsAre("k[10,20]=1"));
  EXPECT_THAT(text_of(sessions_of(store).ended_between(Timestamp(20), Timestamp(35))),
              ElementsAre("k[10,20]=1", "kk[15,25]=4", "k[30,35]=2"));
}

// With a look at the sessions of longer keys for each search the test would time out.
TEST_P(OverlaidSessionStoreTest, FindsTheSessionsOfAKeyWithoutALookAtThoseOfLongerOnes) {
  StoreUnderTest store(*backend_, spec());
  put(store, "1", span(5, 10), "v");
  for (int key = 100'000; key < 200'000; ++key) {
    put(store, std::to_string(key), span(5, 10), "v");
  }
  constexpr std::size_t kSearches = 50'000;
  std::size_t found = 0;
  for (std::size_t search = 0; search < kSearches; ++search) {
    for (const auto cursor = sessions_of(store).find_sessions("1", Timestamp(0), Timestamp::max(),
                                                              Direction::forward);
         cursor->valid(); cursor->next()) {
      ++found;
    }
  }

  EXPECT_EQ(found, kSearches);
}

TEST_P(OverlaidSessionStoreTest, ReplayRefusesAKeyThatIsNoSessionKey) {
  StoreUnderTest store(*backend_, spec());
  Bytes backwards;
  internal::encode_session_key({"k", span(5, 4)}, backwards);

  for (const Bytes& key : {Bytes("15 bytes......."), backwards}) {
    const Result<void> replayed = store->replay({key, "v", Timestamp(1)});
    ASSERT_FALSE(replayed.has_value());
    EXPECT_EQ(replayed.error().kind, ErrorKind::corrupted_state);
    EXPECT_THAT(replayed.error().message, HasSubstr("sessions"));
  }
}

TEST_P(OverlaidSessionStoreTest, ReplayTakesTimeAndRows) {
  StoreUnderTest store(*backend_, spec());
  const auto replay = [&](BytesView key, Window session, NullableBytesView value) {
    Bytes row;
    internal::encode_session_key({key, session}, row);
    ASSERT_TRUE(store->replay({row, value, Timestamp(1)}).has_value());
  };
  replay("k", span(400, 500), "new");
  replay("k", span(300, 400), "expired");
  replay("k", span(300, 401), "in time");
  replay("k", span(1, 402), "deleted");
  replay("k", span(1, 402), std::nullopt);
  store.commit();

  EXPECT_THAT(text_of(sessions_of(store).find_sessions("k", Timestamp(0), Timestamp::max(),
                                                       Direction::forward)),
              ElementsAre("k[300,401]=in time", "k[400,500]=new"));
  EXPECT_EQ(store->committed_progress().time, Timestamp(500));
}

// (key, end, start) to value
using Sessions = std::map<std::tuple<Bytes, std::int64_t, std::int64_t>, Bytes>;
using Places = std::vector<std::tuple<Bytes, std::int64_t, std::int64_t, Bytes>>;

Places places_of(const std::unique_ptr<SessionCursor>& cursor) {
  Places places;
  for (; cursor->valid(); cursor->next()) {
    places.emplace_back(cursor->key(), cursor->window().end.value(), cursor->window().start.value(),
                        cursor->value());
  }
  std::sort(places.begin(), places.end());  // the order is another test's matter
  return places;
}

TEST_P(OverlaidSessionStoreTest, ShowsWhatAMapWouldShow) {
  const std::vector<Bytes> keys{"",  "a",       Bytes("a\0\0\0\0\0\0\0\0", 9), "a\xff", "ab",
                                "b", "\xff\xff"};
  for (const std::uint64_t seed : test_seeds()) {
    SCOPED_TRACE(seed);
    Dice dice(seed);
    BackendUnderTest backend(std::get<0>(GetParam()));
    StoreUnderTest store(*backend, spec());
    Sessions rows;
    Sessions committed;
    std::int64_t time = -1;
    std::int64_t committed_time = -1;
    for (int step = 0; step < 400; ++step) {
      const Bytes& key = dice.pick(keys);
      const std::int64_t end = std::max<std::int64_t>(0, time - 130 + dice.below(145));
      const std::int64_t start = std::max<std::int64_t>(0, end - dice.below(40));
      switch (dice.below(10)) {
        case 0:
          store.commit();
          committed = rows;
          committed_time = time;
          break;
        case 1:
          store->drop();
          rows = committed;
          time = committed_time;
          break;
        case 2:
        case 3:
        case 4:
        case 5: {
          const bool remove = dice.one_in(4);
          put(store, key, span(start, end), remove ? std::nullopt : NullableBytesView("v"));
          time = std::max(time, end);
          rows.erase({key, end, start});
          if (!remove) {
            rows[{key, end, start}] = "v";
          }
          break;
        }
        default: {
          const Bytes& key_to = dice.pick(keys);
          const bool single = dice.one_in(2);
          const std::int64_t earliest = std::max(end - 20, time - 99);
          Places expected;
          for (const auto& [place, value] : rows) {
            const auto& [its_key, its_end, its_start] = place;
            if (its_key >= key && its_key <= (single ? key : key_to) && its_end >= earliest &&
                its_start <= end) {
              expected.emplace_back(its_key, its_end, its_start, value);
            }
          }
          const Direction direction = dice.one_in(2) ? Direction::forward : Direction::backward;
          SessionStore& sessions = sessions_of(store);
          EXPECT_EQ(places_of(single ? sessions.find_sessions(key, Timestamp(end - 20),
                                                              Timestamp(end), direction)
                                     : sessions.find_sessions(NullableBytesView(key), key_to,
                                                              Timestamp(end - 20), Timestamp(end),
                                                              direction)),
                    expected)
              << step;
        }
      }
      if (HasFailure()) {
        return;
      }
    }
  }
}

}  // namespace
}  // namespace pawl::test

// What a query from another thread sees of a session store: committed sessions, in both layouts.
#include "statestore/backend_under_test.h"
#include "statestore/counted_rows.h"

#include <pawl/serde/primitives.h>
#include <pawl/statestore/read_only_session_store.h>
#include <pawl/statestore/session_store.h>
#include <pawl/statestore/typed/session_queries.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <tuple>
#include <vector>

namespace pawl::test {
namespace {

using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class ReadOnlySessionStoreTest
    : public ::testing::TestWithParam<std::tuple<BackendKind, WindowLayout>> {
 protected:
  static StoreSpec visits() {
    StoreSpec spec;
    spec.name = "visits";
    spec.kind = StoreKind::session;
    spec.retention = std::chrono::milliseconds(1000);
    spec.segment_interval = std::chrono::milliseconds(100);
    spec.layout = std::get<1>(GetParam());
    return spec;
  }
  static Window span(std::int64_t start, std::int64_t end) {
    return {Timestamp(start), Timestamp(end)};
  }
  void put(BytesView key, Window session, BytesView value) {
    static_cast<SessionStore&>(store_->store()).put(key, session, value, Timestamp(1));
  }
  [[nodiscard]] SessionQueries<std::string, std::string> queries() {
    return {ReadOnlySessionStore(visits(), {store_->snapshots()}), serde::string(),
            serde::string()};
  }
  // Collects what is visited.
  auto into(std::vector<std::string>& rows) {
    return [&rows](const std::string& key, Window session, const std::string& value) {
      rows.push_back(key + "[" + std::to_string(session.start.value()) + "," +
                     std::to_string(session.end.value()) + "]=" + value);
      return true;
    };
  }

  BackendUnderTest backend_{std::get<0>(GetParam())};
  StoreUnderTest store_{*backend_, visits()};
};

INSTANTIATE_TEST_SUITE_P(
    , ReadOnlySessionStoreTest,
    ::testing::Combine(::testing::Values(BackendKind::memory, BackendKind::rocksdb),
                       ::testing::Values(WindowLayout::key_first, WindowLayout::time_first)),
    [](const auto& test) {
      return to_string(std::get<0>(test.param)) +
             (std::get<1>(test.param) == WindowLayout::key_first ? "ByKey" : "ByTime");
    });

TEST_P(ReadOnlySessionStoreTest, SeesWhatIsCommittedAndNothingElse) {
  put("a", span(10, 20), "1");
  store_.commit();
  put("a", span(10, 20), "2");
  put("a", span(30, 40), "2");

  EXPECT_EQ(queries().get("a", span(10, 20)).value(), "1");
  EXPECT_EQ(queries().get("a", span(30, 40)).value(), std::nullopt);
  store_.commit();
  EXPECT_EQ(queries().get("a", span(30, 40)).value(), "2");
}

TEST_P(ReadOnlySessionStoreTest, FindsSessionsOfAKeyThatOverlapASpan) {
  put("a", span(10, 20), "1");
  put("a", span(90, 140), "2");
  put("a", span(300, 310), "3");
  put("ab", span(100, 110), "4");
  store_.commit();

  std::vector<std::string> near;
  ASSERT_TRUE(queries().find_sessions("a", Timestamp(21), Timestamp(299), into(near)).has_value());
  EXPECT_THAT(near, UnorderedElementsAre("a[90,140]=2"));
  std::vector<std::string> of_key;
  ASSERT_TRUE(queries().fetch("a", into(of_key)).has_value());
  EXPECT_THAT(of_key, UnorderedElementsAre("a[10,20]=1", "a[90,140]=2", "a[300,310]=3"));
  std::vector<std::string> all;
  ASSERT_TRUE(queries().all(into(all)).has_value());
  EXPECT_THAT(all,
              UnorderedElementsAre("a[10,20]=1", "a[90,140]=2", "a[300,310]=3", "ab[100,110]=4"));
  std::vector<std::string> none;
  ASSERT_TRUE(queries().fetch("b", into(none)).has_value());
  EXPECT_THAT(none, IsEmpty());
}

TEST_P(ReadOnlySessionStoreTest, AKeyIsLookedUpWithoutVisitingThoseBehindIt) {
  for (int key = 100; key < 200; ++key) {
    put(std::to_string(key), span(10, 20), "1");
  }
  store_.commit();
  const auto rows = std::make_shared<CountedRows>(store_->snapshots());
  const SessionQueries<std::string, std::string> queries(ReadOnlySessionStore(visits(), {rows}),
                                                         serde::string(), serde::string());
  std::vector<std::string> found;

  ASSERT_TRUE(queries.fetch("100", into(found)).has_value());

  EXPECT_THAT(found, UnorderedElementsAre("100[10,20]=1"));
  EXPECT_LT(rows->read(), 10U);
}

}  // namespace
}  // namespace pawl::test

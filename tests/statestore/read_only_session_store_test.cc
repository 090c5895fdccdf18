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

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;

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
  EXPECT_THAT(near, ElementsAre("a[90,140]=2"));
  std::vector<std::string> of_key;
  ASSERT_TRUE(queries().fetch("a", into(of_key)).has_value());
  EXPECT_THAT(of_key, ElementsAre("a[10,20]=1", "a[90,140]=2", "a[300,310]=3"));
  std::vector<std::string> backward;
  ASSERT_TRUE(queries().fetch("a", into(backward), Direction::backward).has_value());
  EXPECT_THAT(backward, ElementsAreArray(of_key.rbegin(), of_key.rend()));
  std::vector<std::string> all;
  ASSERT_TRUE(queries().all(into(all)).has_value());
  EXPECT_THAT(all, ElementsAre("a[10,20]=1", "a[90,140]=2", "ab[100,110]=4", "a[300,310]=3"));
  std::vector<std::string> none;
  ASSERT_TRUE(queries().fetch("b", into(none)).has_value());
  EXPECT_THAT(none, IsEmpty());
}

TEST_P(ReadOnlySessionStoreTest, VisitsARangeOfKeysSegmentBySegmentAndByTheBytesOfKeyEndAndStart) {
  // The bytes behind `a` are an end or the rest of a longer key.
  const std::string longer("a\0", 2);
  put("a", span(0, 0), "1");
  put(longer, span(5, 5), "2");
  put("a", span(4, 10), "3");
  put("a", span(2, 10), "4");
  put("b", span(0, 1), "5");
  put("c", span(90, 120), "6");
  put("b", span(90, 130), "7");
  put("d", span(0, 1), "8");
  store_.commit();
  put("aa", span(0, 1), "9");
  put("a", span(0, 0), "9");
  const std::string a("a");
  const std::string c("c");
  const auto values = [](std::vector<std::string>& found) {
    return [&found](const std::string&, Window, const std::string& value) {
      found.push_back(value);
      return true;
    };
  };

  std::vector<std::string> forward;
  ASSERT_TRUE(queries().fetch(&a, &c, values(forward)).has_value());
  EXPECT_THAT(forward, ElementsAre("1", "2", "4", "3", "5", "7", "6"));
  std::vector<std::string> backward;
  ASSERT_TRUE(queries().fetch(&a, &c, values(backward), Direction::backward).has_value());
  EXPECT_THAT(backward, ElementsAreArray(forward.rbegin(), forward.rend()));
  std::vector<std::string> near;
  ASSERT_TRUE(queries()
                  .find_sessions(&longer, nullptr, Timestamp(1), Timestamp(89), values(near),
                                 Direction::backward)
                  .has_value());
  EXPECT_THAT(near, ElementsAre("8", "5", "2"));
  std::vector<std::string> up_to_a;
  ASSERT_TRUE(queries()
                  .find_sessions(nullptr, &a, Timestamp(0), Timestamp(2), values(up_to_a))
                  .has_value());
  EXPECT_THAT(up_to_a, ElementsAre("1", "4"));
  std::vector<std::string> none;
  ASSERT_TRUE(queries().fetch(&c, &a, values(none)).has_value());
  EXPECT_THAT(none, IsEmpty());
}

TEST_P(ReadOnlySessionStoreTest, VisitsPartAfterPartAndReversesEachByItself) {
  BackendUnderTest backend(std::get<0>(GetParam()));
  StoreUnderTest second(*backend, visits());
  put("b", span(10, 20), "1");
  put("d", span(10, 20), "2");
  store_.commit();
  static_cast<SessionStore&>(second->store())
      .put("c", span(10, 20), NullableBytesView("3"), Timestamp(1));
  second.commit();
  const SessionQueries<std::string, std::string> queries(
      ReadOnlySessionStore(visits(), {store_->snapshots(), second->snapshots()}), serde::string(),
      serde::string());
  std::vector<std::string> forward;
  std::vector<std::string> backward;

  ASSERT_TRUE(queries.all(into(forward)).has_value());
  ASSERT_TRUE(queries.all(into(backward), Direction::backward).has_value());

  EXPECT_THAT(forward, ElementsAre("b[10,20]=1", "d[10,20]=2", "c[10,20]=3"));
  EXPECT_THAT(backward, ElementsAre("d[10,20]=2", "b[10,20]=1", "c[10,20]=3"));
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

  EXPECT_THAT(found, ElementsAre("100[10,20]=1"));
  EXPECT_LT(rows->read(), 10U);
}

}  // namespace
}  // namespace pawl::test

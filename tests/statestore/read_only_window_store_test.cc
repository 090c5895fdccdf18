// What a query from another thread sees of a window store: committed windows, in both layouts in
// the order of Kafka Streams' stores on disk.
#include "statestore/backend_under_test.h"

#include <pawl/serde/primitives.h>
#include <pawl/statestore/read_only_store.h>
#include <pawl/statestore/typed/read_only.h>
#include <pawl/statestore/window_store.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <tuple>
#include <vector>

namespace pawl::test {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;

using Queries = WindowQueries<std::string, std::string>;

class ReadOnlyWindowStoreTest
    : public ::testing::TestWithParam<std::tuple<BackendKind, WindowLayout>> {
 protected:
  static StoreSpec counts() {
    StoreSpec spec;
    spec.name = "counts";
    spec.kind = StoreKind::window;
    spec.retention = std::chrono::milliseconds(1000);
    spec.segment_interval = std::chrono::milliseconds(100);
    spec.layout = std::get<1>(GetParam());
    spec.key_index = spec.layout == WindowLayout::time_first;
    return spec;
  }
  static void put(StoreUnderTest& store, BytesView key, std::int64_t start,
                  NullableBytesView value = "1") {
    static_cast<WindowStore&>(store->store()).put(key, value, Timestamp(start), Timestamp(1));
  }
  // In segments 0, 1 and 3. The bytes behind `a` are a start or the rest of a longer key.
  void put_windows() {
    for (const std::int64_t start : {150, 10, 0}) {
      put(store_, "a", start);
    }
    put(store_, BytesView("a\0", 2), 5);
    put(store_, "c", 310);
    put(store_, "b", 120);
    put(store_, "b", 0);
    put(store_, "ab", 20);
    store_.commit();
  }
  [[nodiscard]] Queries queries() {
    return {ReadOnlyWindowStore(counts(), {store_->snapshots()}), serde::string(), serde::string()};
  }
  // Collects what is visited; a zero byte is shown as an underscore.
  static Queries::Visit into(std::vector<std::string>& rows) {
    return [&rows](std::string key, Timestamp start, const ValueAndTimestamp<std::string>&) {
      std::replace(key.begin(), key.end(), '\0', '_');
      rows.push_back(key + "@" + std::to_string(start.value()));
      return true;
    };
  }
  static std::vector<std::string> all(const Queries& queries,
                                      Direction direction = Direction::forward) {
    std::vector<std::string> rows;
    EXPECT_TRUE(queries.all(into(rows), direction).has_value());
    return rows;
  }
  [[nodiscard]] std::vector<std::string> range(const char* key_from, const char* key_to,
                                               std::int64_t from, Timestamp to,
                                               Direction direction = Direction::forward) {
    const std::string lower(key_from == nullptr ? "" : key_from);
    const std::string upper(key_to == nullptr ? "" : key_to);
    std::vector<std::string> rows;
    EXPECT_TRUE(queries()
                    .fetch(key_from == nullptr ? nullptr : &lower,
                           key_to == nullptr ? nullptr : &upper, Timestamp(from), to, into(rows),
                           direction)
                    .has_value());
    return rows;
  }

  BackendUnderTest backend_{std::get<0>(GetParam())};
  StoreUnderTest store_{*backend_, counts()};
};

INSTANTIATE_TEST_SUITE_P(
    , ReadOnlyWindowStoreTest,
    ::testing::Combine(::testing::Values(BackendKind::memory, BackendKind::rocksdb),
                       ::testing::Values(WindowLayout::key_first, WindowLayout::time_first)),
    [](const auto& test) {
      return to_string(std::get<0>(test.param)) +
             (std::get<1>(test.param) == WindowLayout::key_first ? "ByKey" : "ByTime");
    });

TEST_P(ReadOnlyWindowStoreTest, SeesWhatIsCommittedAndNothingElse) {
  put(store_, "a", 10);
  put(store_, "b", 10);
  store_.commit();
  put(store_, "a", 10, std::nullopt);
  put(store_, "aa", 10);
  put(store_, "b", 20);

  EXPECT_THAT(all(queries()), ElementsAre("a@10", "b@10"));
  EXPECT_THAT(range("a", "b", 0, Timestamp::max()), ElementsAre("a@10", "b@10"));
  store_.commit();
  EXPECT_THAT(all(queries()), ElementsAre("aa@10", "b@10", "b@20"));
}

TEST_P(ReadOnlyWindowStoreTest, VisitsSegmentBySegmentAndWithinOneByTheBytesOfKeyAndStart) {
  put_windows();

  const std::vector<std::string> forward{"a@0", "a_@5",  "a@10",  "ab@20",
                                         "b@0", "a@150", "b@120", "c@310"};
  EXPECT_THAT(all(queries()), ElementsAreArray(forward));
  EXPECT_THAT(all(queries(), Direction::backward),
              ElementsAreArray(forward.rbegin(), forward.rend()));
}

TEST_P(ReadOnlyWindowStoreTest, FindsTheWindowsOfARangeOfKeysInASpanOfTime) {
  put_windows();

  EXPECT_THAT(range("a", "ab", 5, Timestamp(200)), ElementsAre("a_@5", "a@10", "ab@20", "a@150"));
  EXPECT_THAT(range("a", "ab", 5, Timestamp(149), Direction::backward),
              ElementsAre("ab@20", "a@10", "a_@5"));
  EXPECT_THAT(range(nullptr, "a", -5, Timestamp::max()), ElementsAre("a@0", "a@10", "a@150"));
  EXPECT_THAT(range("b", nullptr, 0, Timestamp::max()), ElementsAre("b@0", "b@120", "c@310"));
  EXPECT_THAT(range("a", "a", 0, Timestamp(10), Direction::backward), ElementsAre("a@10", "a@0"));
  EXPECT_THAT(range("b", "a", 0, Timestamp::max()), IsEmpty());
  EXPECT_THAT(range("a", "b", 200, Timestamp(100)), IsEmpty());
  std::vector<std::string> spanned;
  ASSERT_TRUE(queries()
                  .fetch_all(Timestamp(10), Timestamp(149), into(spanned), Direction::backward)
                  .has_value());
  EXPECT_THAT(spanned, ElementsAre("b@120", "ab@20", "a@10"));
}

TEST_P(ReadOnlyWindowStoreTest, StopsWhenTheVisitorHasEnough) {
  put_windows();
  for (const Direction direction : {Direction::forward, Direction::backward}) {
    std::size_t seen = 0;

    ASSERT_TRUE(queries()
                    .all([&](const std::string&, Timestamp,
                             const ValueAndTimestamp<std::string>&) { return ++seen < 2; },
                         direction)
                    .has_value());

    EXPECT_EQ(seen, 2U);
  }
}

TEST_P(ReadOnlyWindowStoreTest, VisitsPartAfterPartAndReversesEachByItself) {
  BackendUnderTest backend(std::get<0>(GetParam()));
  StoreUnderTest second(*backend, counts());
  put(store_, "b", 10);
  put(store_, "d", 10);
  store_.commit();
  put(second, "a", 10);
  put(second, "c", 10);
  second.commit();
  const Queries queries(ReadOnlyWindowStore(counts(), {store_->snapshots(), second->snapshots()}),
                        serde::string(), serde::string());

  EXPECT_THAT(all(queries), ElementsAre("b@10", "d@10", "a@10", "c@10"));
  EXPECT_THAT(all(queries, Direction::backward), ElementsAre("d@10", "b@10", "c@10", "a@10"));
}

}  // namespace
}  // namespace pawl::test

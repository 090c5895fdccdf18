// What can be read from the store of a windowed aggregation, and for how long.
#include "operators/driver_reading.h"
#include "support/temporary_directory.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>
#include <pawl/statestore/typed/stores.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;
using testing::DriverCommit;
using testing::DriverOptions;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::TopologyDriver;

// Windows of 10 ms; retention 30 ms.
const auto& counts() {
  static const auto kCounts = stores::timestamped_window<std::string, std::int64_t>(
      "counts", milliseconds(30), milliseconds(10));
  return kCounts;
}

Topology counting(const TimeWindows& windows) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in").group_by_key().windowed_by(windows).count(
      Materialized::as("counts").retention(milliseconds(30)));
  return builder.build();
}

template <class Cursor>
std::vector<std::string> rows(Cursor cursor) {
  std::vector<std::string> result;
  for (; cursor.valid(); cursor.next()) {
    result.push_back(cursor.key() + "@" + std::to_string(cursor.start().value()) + "=" +
                     std::to_string(cursor.value()));
  }
  return result;
}

// In memory and on disk.
class WindowQueries : public ::testing::TestWithParam<bool> {
 protected:
  DriverOptions options() const {
    DriverOptions result;
    if (GetParam()) {
      result.state_dir = directory_.path() / "state";
    }
    return result;
  }

 private:
  TemporaryDirectory directory_;
};

void pipe(TopologyDriver& driver, const char* key, std::int64_t time) {
  driver.input<std::string, std::string>("in").pipe(key, "v", Timestamp(time));
}

TEST_P(WindowQueries, FindWindowsOfAKeyInTimeOrderBothEndsIncluded) {
  TopologyDriver driver(counting(TumblingWindows::of(milliseconds(10)).no_grace()), options());
  for (const std::int64_t time : {0, 9, 10, 20, 29}) {
    pipe(driver, "a", time);
  }
  pipe(driver, "ab", 20);

  auto store = driver.store(counts());

  EXPECT_EQ(store.get("a", Timestamp(0))->value, 2);
  EXPECT_EQ(store.get("a", Timestamp(0))->timestamp, Timestamp(9));
  EXPECT_EQ(store.get("a", Timestamp(5)), std::nullopt);
  EXPECT_THAT(rows(store.fetch("a", Timestamp(0), Timestamp(20))),
              ElementsAre("a@0=2", "a@10=1", "a@20=2"));
  EXPECT_THAT(rows(store.fetch("a", Timestamp(1), Timestamp(19))), ElementsAre("a@10=1"));
  EXPECT_THAT(rows(store.fetch("a", Timestamp(10), Timestamp(20), Direction::backward)),
              ElementsAre("a@20=2", "a@10=1"));
  EXPECT_THAT(rows(store.fetch("b", Timestamp(0), Timestamp(20))), IsEmpty());
}

TEST_P(WindowQueries, FindAllKeysOfASpanOfTime) {
  TopologyDriver driver(counting(TumblingWindows::of(milliseconds(10)).no_grace()), options());
  pipe(driver, "b", 11);
  pipe(driver, "a", 12);
  pipe(driver, "a", 21);

  auto store = driver.store(counts());

  EXPECT_THAT(rows(store.fetch_range(nullptr, nullptr, Timestamp(10), Timestamp(19))),
              ElementsAre("a@10=1", "b@10=1"));
}

TEST_P(WindowQueries, DoNotShowWindowsBehindTheRetention) {
  TopologyDriver driver(counting(TumblingWindows::of(milliseconds(10)).no_grace()), options());
  pipe(driver, "a", 5);
  pipe(driver, "a", 15);
  pipe(driver, "b", 25);
  auto store = driver.store(counts());
  EXPECT_THAT(rows(store.all()), ElementsAre("a@0=1", "a@10=1", "b@20=1"));

  pipe(driver, "b", 35);  // a window that starts at 30: those that start at 0 are 30 ms behind

  EXPECT_EQ(store.get("a", Timestamp(0)), std::nullopt);
  EXPECT_THAT(rows(store.fetch("a", Timestamp(0), Timestamp(99))), ElementsAre("a@10=1"));
}

TEST_P(WindowQueries, ShowEachWindowOfAHoppingCount) {
  TopologyDriver driver(
      counting(HoppingWindows::of(milliseconds(10)).advance_by(milliseconds(5)).no_grace()),
      options());
  pipe(driver, "a", 7);
  pipe(driver, "a", 12);

  EXPECT_THAT(rows(driver.store(counts()).fetch("a", Timestamp(0), Timestamp(99))),
              ElementsAre("a@0=1", "a@5=2", "a@10=1"));
}

TEST_P(WindowQueries, ShowWhatWasRestored) {
  TopologyDriver driver(counting(TumblingWindows::of(milliseconds(10)).no_grace()), options());
  pipe(driver, "a", 5);
  pipe(driver, "a", 6);
  pipe(driver, "a", 35);

  driver.restart(TopologyDriver::State::lost);

  EXPECT_THAT(rows(driver.store(counts()).all()), ElementsAre("a@30=1"));
  pipe(driver, "a", 36);
  EXPECT_THAT(rows(driver.store(counts()).all()), ElementsAre("a@30=2"));
}

TEST_P(WindowQueries, FromOtherThreadsVisitCommittedWindowsByKeyThenTimeOrTheReverse) {
  DriverOptions by_hand = options();
  by_hand.commit = DriverCommit::by_hand;
  TopologyDriver driver(counting(TumblingWindows::of(milliseconds(10)).no_grace()), by_hand);
  const auto store = driver.window_store<std::string, std::int64_t>("counts");
  std::vector<std::string> seen;
  const auto into_seen = [&](const std::string& key, Timestamp start,
                             const ValueAndTimestamp<std::int64_t>& count) {
    seen.push_back(key + "@" + std::to_string(start.value()) + "=" + std::to_string(count.value));
    return true;
  };
  pipe(driver, "c", 1);
  pipe(driver, "a", 2);
  pipe(driver, "b", 3);
  pipe(driver, "a", 12);
  driver.commit();
  pipe(driver, "a", 13);
  pipe(driver, "aa", 13);

  ASSERT_TRUE(store.all(into_seen).has_value());
  EXPECT_THAT(std::exchange(seen, {}), ElementsAre("a@0=1", "a@10=1", "b@0=1", "c@0=1"));
  const std::string a("a");
  const std::string b("b");
  ASSERT_TRUE(
      store.fetch(&a, &b, Timestamp(0), Timestamp(99), into_seen, Direction::backward).has_value());
  EXPECT_THAT(std::exchange(seen, {}), ElementsAre("b@0=1", "a@10=1", "a@0=1"));
  ASSERT_TRUE(
      store.fetch_all(Timestamp(0), Timestamp(9), into_seen, Direction::backward).has_value());
  EXPECT_THAT(seen, ElementsAre("c@0=1", "b@0=1", "a@0=1"));
}

INSTANTIATE_TEST_SUITE_P(Backends, WindowQueries, ::testing::Bool(),
                         [](const ::testing::TestParamInfo<bool>& test) {
                           return test.param ? "rocksdb" : "memory";
                         });

TEST(Windows, CannotBeKeptShorterThanTheyTakeEvents) {
  StreamBuilder builder;
  const auto windowed = builder.stream<std::string, std::string>("in").group_by_key().windowed_by(
      TumblingWindows::of(milliseconds(10)).grace(milliseconds(21)));

  EXPECT_THROW((void)windowed.count(Materialized::as("counts").retention(milliseconds(30))),
               TopologyError);
}

TEST(WindowedAggregate, CountsARecordAsLateOncePerWindowItIsTooLateFor) {
  TopologyDriver driver(
      counting(HoppingWindows::of(milliseconds(10)).advance_by(milliseconds(5)).no_grace()));
  pipe(driver, "a", 20);

  pipe(driver, "a", 12);  // [5, 15) is closed, [10, 20) too
  EXPECT_EQ(dropped(driver, "late"), 2U);

  pipe(driver, "a", 17);  // [10, 20) is closed, [15, 25) is not
  EXPECT_EQ(dropped(driver, "late"), 3U);
}

}  // namespace
}  // namespace pawl::test

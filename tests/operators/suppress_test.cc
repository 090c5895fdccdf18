#include "operators/driver_reading.h"
#include "support/temporary_directory.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;
using testing::DriverCommit;
using testing::DriverOptions;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::TopologyDriver;

// Windows of 10 ms that take events for 5 ms more.
Topology final_counts(StrictBuffer buffer = Buffer::unbounded()) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .group_by_key()
      .windowed_by(TumblingWindows::of(milliseconds(10)).grace(milliseconds(5)))
      .count(Materialized::as("counts"))
      .suppress(Suppressed::until_window_closes(std::move(buffer)).named("final"))
      .to_stream()
      .to("out");
  return builder.build();
}

DriverOptions by_hand() {
  DriverOptions options;
  options.commit = DriverCommit::by_hand;
  return options;
}

struct Driven {
  explicit Driven(const Topology& topology, DriverOptions options = {})
      : driver(topology, std::move(options)),
        in(driver.input<std::string, std::string>("in")),
        out(driver.output<Windowed<std::string>, std::int64_t>(
            "out", serde::time_windowed(serde::string(), milliseconds(10)))) {}
  void pipe(const char* key, std::int64_t time) { in.pipe(key, "v", Timestamp(time)); }
  std::vector<std::string> read() { return lines(out); }
  TopologyDriver driver;
  testing::InputTopic<std::string, std::string> in;
  testing::OutputTopic<Windowed<std::string>, std::int64_t> out;
};

TEST(Suppress, HoldsResultUntilGraceEnds) {
  Driven test(final_counts());

  test.pipe("a", 3);
  test.pipe("a", 9);
  test.pipe("b", 14);
  EXPECT_THAT(test.read(), IsEmpty());

  test.pipe("b", 15);
  EXPECT_THAT(test.read(), ElementsAre("a[0,10)=2@9"));
}

TEST(Suppress, GivesOneResultPerWindow) {
  Driven test(final_counts());
  test.pipe("a", 0);
  test.pipe("a", 20);
  EXPECT_THAT(test.read(), ElementsAre("a[0,10)=1@0"));

  test.pipe("a", 1);  // late
  test.pipe("a", 40);
  test.pipe("a", 60);

  EXPECT_THAT(test.read(), ElementsAre("a[20,30)=1@20", "a[40,50)=1@40"));
  EXPECT_EQ(dropped(test.driver, "late"), 1U);
}

TEST(Suppress, TakesEventsInGraceIntoTheResult) {
  Driven test(final_counts());
  test.pipe("a", 1);
  test.pipe("b", 14);
  test.pipe("a", 2);  // [0,10) has ended and is not closed

  test.pipe("b", 15);

  EXPECT_THAT(test.read(), ElementsAre("a[0,10)=2@2"));
}

TEST(Suppress, EmitsInOrderOfWindowAndKey) {
  Driven test(final_counts());
  test.pipe("b", 12);
  test.pipe("a", 13);
  test.pipe("c", 5);
  test.pipe("a", 4);

  test.pipe("z", 100);

  EXPECT_THAT(test.read(),
              ElementsAre("a[0,10)=1@4", "c[0,10)=1@5", "a[10,20)=1@13", "b[10,20)=1@12"));
}

TEST(Suppress, EmitsWithTheHeadersOfTheLastUpdate) {
  Driven test(final_counts());
  test.in.pipe("a", "v", Timestamp(1), Headers{{"n", "1"}});
  test.in.pipe("a", "v", Timestamp(2), Headers{{"n", "2"}});

  test.in.pipe("b", "v", Timestamp(50), Headers{{"n", "3"}});

  EXPECT_EQ(test.out.read()->headers, (Headers{{"n", "2"}}));
}

TEST(Suppress, DoesNotEmitAWindowWhoseValueWasDeleted) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .group_by_key()
      .windowed_by(TumblingWindows::of(milliseconds(10)).no_grace())
      .aggregate([] { return std::int64_t{0}; },
                 [](const std::string&, const std::string& value,
                    const std::int64_t& sum) -> std::optional<std::int64_t> {
                   return value == "cancel" ? std::nullopt : std::optional(sum + 1);
                 })
      .suppress(Suppressed::until_window_closes(Buffer::unbounded()))
      .to_stream()
      .to("out");
  Driven test(builder.build());
  test.in.pipe("a", "v", Timestamp(1));
  test.in.pipe("b", "v", Timestamp(1));
  test.in.pipe("a", "cancel", Timestamp(2));

  test.in.pipe("z", "v", Timestamp(50));

  EXPECT_THAT(test.read(), ElementsAre("b[0,10)=1@1"));
}

TEST(Suppress, StopsWhenItsBufferIsFull) {
  Driven test(final_counts(Buffer::max_records(2).shut_down_when_full()));
  test.pipe("a", 1);
  test.pipe("b", 1);
  test.pipe("a", 2);

  EXPECT_THAT(reason_of_stop([&] { test.pipe("c", 1); }),
              HasSubstr("final buffer exceeded its max capacity. Currently [3/2] records"));
}

TEST(Suppress, StopsWhenItsBufferHoldsTooManyBytes) {
  Driven test(final_counts(Buffer::max_bytes(100).shut_down_when_full()));

  EXPECT_THAT(reason_of_stop([&] {
                for (const char* key : {"a", "b", "c"}) {
                  test.pipe(key, 1);
                }
              }),
              HasSubstr("/100] bytes"));
}

TEST(Suppress, DoesNotEmitTwiceWhatAnAbortTookBack) {
  Driven test(final_counts(), by_hand());
  test.pipe("a", 1);
  test.driver.commit();
  test.pipe("b", 50);  // emits [0,10)

  test.driver.abort();
  EXPECT_THAT(test.read(), IsEmpty());
  test.driver.advance_wall_clock(milliseconds(0));
  test.driver.commit();

  EXPECT_THAT(test.read(), ElementsAre("a[0,10)=1@1"));
  test.pipe("b", 80);
  EXPECT_THAT(test.read(), ElementsAre("b[50,60)=1@50"));
}

TEST(Suppress, TakesBackUpdatesThatWereNotCommitted) {
  Driven test(final_counts(), by_hand());
  test.pipe("a", 1);
  test.driver.commit();
  test.pipe("a", 2);
  test.driver.abort();  // a@2 is counted once more, not twice

  test.pipe("b", 50);

  EXPECT_THAT(test.read(), ElementsAre("a[0,10)=2@2"));
}

TEST(Suppress, WritesItsChangelogAtCommitOnly) {
  Driven test(final_counts(), by_hand());
  test.driver.take_produced();
  test.pipe("a", 1);
  test.pipe("a", 2);
  EXPECT_THAT(test.driver.take_produced(), IsEmpty());

  test.driver.commit();

  std::vector<std::string> topics;
  for (const auto& record : test.driver.take_produced()) {
    topics.push_back(record.topic);
  }
  EXPECT_THAT(topics, ElementsAre("app-counts-changelog", "app-final-store-changelog"));
}

Serde<Windowed<std::string>> window_keys() {
  return serde::time_windowed(serde::string(), milliseconds(10));
}

Table<Windowed<std::string>, std::int64_t> counts_in_windows(StreamBuilder& builder,
                                                             const char* topic,
                                                             milliseconds grace) {
  return builder.stream<std::string, std::string>(topic)
      .group_by_key()
      .windowed_by(TumblingWindows::of(milliseconds(10)).grace(grace))
      .count();
}

// All keys of a window as one.
Table<Windowed<std::string>, std::int64_t> totals(
    const Table<Windowed<std::string>, std::int64_t>& counts) {
  return counts
      .group_by(
          [](const Windowed<std::string>& key, std::int64_t count) {
            return std::pair(Windowed<std::string>{"all", key.window}, count);
          },
          Grouped::with(window_keys(), serde::int64()))
      .reduce([](std::int64_t sum, std::int64_t count) { return sum + count; },
              [](std::int64_t sum, std::int64_t count) { return sum - count; });
}

TEST(Suppress, KnowsWhenWindowsCloseBehindAnotherAggregationAndAStream) {
  StreamBuilder builder;
  totals(counts_in_windows(builder, "in", milliseconds(5)))
      .to_stream()
      .to_table()
      .suppress(Suppressed::until_window_closes(Buffer::unbounded()))
      .to_stream()
      .to("out");
  Driven test(builder.build());

  test.pipe("a", 1);
  test.pipe("b", 2);
  test.pipe("a", 14);
  EXPECT_THAT(test.read(), IsEmpty());
  test.pipe("a", 15);

  EXPECT_THAT(test.read(), ElementsAre("all[0,10)=2@2"));
}

TEST(Suppress, WaitsForTheWindowThatClosesLastOfTwoThatAreJoined) {
  StreamBuilder builder;
  counts_in_windows(builder, "in", milliseconds(5))
      .join(counts_in_windows(builder, "other", milliseconds(8)),
            [](std::int64_t left, std::int64_t right) { return left + right; })
      .suppress(Suppressed::until_window_closes(Buffer::unbounded()))
      .to_stream()
      .to("out");
  Driven test(builder.build());
  auto other = test.driver.input<std::string, std::string>("other");

  for (const std::int64_t time : {1, 17}) {
    test.pipe("a", time);
    other.pipe("a", "v", Timestamp(time));
  }
  EXPECT_THAT(test.read(), IsEmpty());
  test.pipe("a", 18);

  EXPECT_THAT(test.read(), ElementsAre("a[0,10)=2@1"));
}

void expect_unknown_close(const Table<Windowed<std::string>, std::int64_t>& table) {
  try {
    table.suppress(Suppressed::until_window_closes(Buffer::unbounded()));
    FAIL() << "this table does not know when its windows close";
  } catch (const TopologyError& error) {
    EXPECT_THAT(error.what(), HasSubstr("does not know when its windows close"));
  }
}

TEST(Suppress, RefusesTablesOfWhichNobodyKnowsWhenWindowsClose) {
  StreamBuilder builder;
  const auto topic = builder.table("topic", window_keys(), serde::int64());
  expect_unknown_close(topic);
  expect_unknown_close(
      counts_in_windows(builder, "in", milliseconds(5))
          .join(topic, [](std::int64_t left, std::int64_t right) { return left + right; }));
  expect_unknown_close(totals(builder.stream<std::string, std::string>("for-ever")
                                  .group_by_key()
                                  .windowed_by(UnlimitedWindows::of())
                                  .count()));
}

class SuppressAfterRestart : public ::testing::TestWithParam<TopologyDriver::State> {
 protected:
  SuppressAfterRestart() { options_.state_dir = directory_.path() / "state"; }
  TemporaryDirectory directory_;
  DriverOptions options_;
};

TEST_P(SuppressAfterRestart, StillHoldsItsResults) {
  Driven test(final_counts(), options_);
  test.pipe("a", 1);
  test.pipe("a", 2);
  test.pipe("b", 12);

  test.driver.restart(GetParam());
  EXPECT_THAT(test.read(), IsEmpty());
  test.pipe("a", 3);
  test.pipe("c", 100);

  EXPECT_THAT(test.read(), ElementsAre("a[0,10)=3@3", "b[10,20)=1@12"));
}

TEST_P(SuppressAfterRestart, DoesNotEmitAgain) {
  Driven test(final_counts(), options_);
  test.pipe("a", 1);
  test.pipe("b", 50);
  EXPECT_THAT(test.read(), ElementsAre("a[0,10)=1@1"));

  test.driver.restart(GetParam());
  test.pipe("c", 100);

  EXPECT_THAT(test.read(), ElementsAre("b[50,60)=1@50"));
}

// Kafka Streams keeps these times in memory only: after a restart it takes the late record into a
// new result for the window.
TEST_P(SuppressAfterRestart, KnowsWhichWindowsAreClosed) {
  Driven test(final_counts(), options_);
  test.pipe("a", 1);
  test.pipe("b", 50);
  test.read();

  test.driver.restart(GetParam());
  test.pipe("a", 2);
  test.pipe("c", 100);

  EXPECT_EQ(dropped(test.driver, "late"), 1U);
  EXPECT_THAT(test.read(), ElementsAre("b[50,60)=1@50"));
}

INSTANTIATE_TEST_SUITE_P(States, SuppressAfterRestart,
                         ::testing::Values(TopologyDriver::State::kept,
                                           TopologyDriver::State::lost),
                         [](const ::testing::TestParamInfo<TopologyDriver::State>& test) {
                           return test.param == TopologyDriver::State::kept ? "kept" : "lost";
                         });

}  // namespace
}  // namespace pawl::test

// Aggregations per sliding and unlimited window: which windows there are, what is late, null rules,
// restarts, suppress.
#include "operators/driver_reading.h"
#include "support/temporary_directory.h"

#include <pawl/operators/stateless_verbs.h>
#include <pawl/operators/stream_builder.h>
#include <pawl/operators/suppress_verb.h>
#include <pawl/operators/to_verb.h>
#include <pawl/operators/windowed_stream.h>
#include <pawl/serde/primitives.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;
using testing::DriverOptions;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::TopologyDriver;

auto windowed(StreamBuilder& builder) {
  return builder.stream<std::string, std::string>("in").group_by_key().windowed_by(
      SlidingWindows::of_time_difference(milliseconds(10)).grace(milliseconds(5)));
}

Topology counts() {
  StreamBuilder builder;
  windowed(builder).count(Materialized::as("counts")).to_stream().to("out");
  return builder.build();
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

TEST(SlidingWindows, EndAtEachEventAndBeginBehindEach) {
  Driven test(counts());
  test.pipe("a", 100);
  EXPECT_THAT(test.read(), ElementsAre("a[90,100)=1@100"));

  test.pipe("a", 104);

  EXPECT_THAT(test.read(), ElementsAre("a[101,111)=1@104", "a[94,104)=2@104"));
}

// It begins behind the one and ends at the other.
TEST(SlidingWindows, AreEmittedOncePerEventWhereKafkaStreamsDoesSoTwice) {
  DriverOptions java;
  java.compatibility = Compatibility::kafka_streams_4_3;
  Driven native(counts());
  Driven compatible(counts(), java);
  for (Driven* test : {&native, &compatible}) {
    test->pipe("a", 99);
    test->pipe("a", 100);  // [100,110], behind the first, tells of it
    test->read();
    test->pipe("a", 111);
  }

  EXPECT_THAT(native.read(), ElementsAre("a[101,111)=1@111"));
  EXPECT_THAT(compatible.read(), ElementsAre("a[101,111)=1@111", "a[101,111)=1@111"));
}

TEST(SlidingWindows, TakeEventsOutOfOrder) {
  Driven test(counts());
  test.pipe("a", 100);
  test.pipe("a", 110);
  test.read();

  test.pipe("a", 105);

  EXPECT_THAT(test.read(), ElementsAre("a[101,111)=2@110", "a[100,110)=3@110", "a[95,105)=2@105",
                                       "a[106,116)=1@110"));
}

TEST(SlidingWindows, BeginAtZeroForEarlyEvents) {
  Driven test(counts());
  test.pipe("a", 3);
  test.pipe("a", 7);

  EXPECT_THAT(test.read(), ElementsAre("a[0,10)=1@3", "a[4,14)=1@7", "a[0,10)=2@7"));
}

TEST(SlidingWindows, DropLateEventsAndThoseWithoutKeyOrValue) {
  Driven test(counts());
  test.in.pipe({std::nullopt, "v", Timestamp(900), {}});
  test.in.pipe({"a", std::nullopt, Timestamp(900), {}});
  test.pipe("b", 100);
  test.read();

  test.pipe("a", 84);
  test.pipe("a", 85);  // its left window is closed, its right one would hold nothing

  EXPECT_THAT(test.read(), IsEmpty());
  EXPECT_EQ(dropped(test.driver, "null_key"), 1U);
  EXPECT_EQ(dropped(test.driver, "null_value"), 1U);
  EXPECT_EQ(dropped(test.driver, "late"), 2U);
}

// At the edge of its retention Kafka Streams does not see the window that tells of the event
// before.
TEST(SlidingWindows, RememberTheEventBeforeWhereKafkaStreamsForgetsIt) {
  DriverOptions java;
  java.compatibility = Compatibility::kafka_streams_4_3;
  Driven native(counts());
  Driven compatible(counts(), java);
  for (Driven* test : {&native, &compatible}) {
    test->pipe("a", 85);
    test->pipe("c", 99);
    test->pipe("c", 100);  // a window begins at 100: the store's time
    test->read();
    test->pipe("a", 95);
  }

  EXPECT_THAT(native.read(), ElementsAre("a[86,96)=1@95", "a[85,95)=2@95"));
  EXPECT_THAT(compatible.read(), ElementsAre("a[85,95)=1@95"));
}

TEST(SlidingWindows, SuppressWaitsUntilTheEndIsPassed) {
  StreamBuilder builder;
  windowed(builder)
      .count(Materialized::as("counts"))
      .suppress(Suppressed::until_window_closes(Buffer::unbounded()))
      .to_stream()
      .to("out");
  Driven test(builder.build());
  test.pipe("a", 100);
  test.pipe("b", 105);
  EXPECT_THAT(test.read(), IsEmpty());
  test.pipe("a", 100);  // [90,100] still takes it

  test.pipe("b", 106);

  EXPECT_THAT(test.read(), ElementsAre("a[90,100)=2@100"));
}

Topology counts_that_refuse_bad_ones() {
  StreamBuilder builder;
  windowed(builder)
      .aggregate([] { return std::int64_t{0}; },
                 [](const std::string& /*key*/, const std::string& value, std::int64_t& count) {
                   if (value == "bad") {
                     throw std::runtime_error("no such value");
                   }
                   ++count;
                 },
                 Materialized::as("counts"))
      .to_stream()
      .to("out");
  return builder.build();
}

// The window behind the event could be made without the function that then throws.
TEST(SlidingWindows, LeaveNothingOfAnEventThatIsSkipped) {
  DriverOptions options;
  options.errors.processing = OnBadRecord::skip;
  Driven test(counts_that_refuse_bad_ones(), options);
  test.pipe("a", 7);
  EXPECT_THAT(test.read(), ElementsAre("a[0,10)=1@7"));

  test.in.pipe("a", "bad", Timestamp(3));

  EXPECT_THAT(test.read(), IsEmpty());
  test.pipe("a", 3);
  EXPECT_THAT(test.read(), ElementsAre("a[4,14)=1@7", "a[0,10)=2@7"));
}

TEST(SlidingWindows, LeaveAWindowBehindAnEventThatIsSkippedAsInKafkaStreams) {
  DriverOptions options;
  options.errors.processing = OnBadRecord::skip;
  options.compatibility = Compatibility::kafka_streams_4_3;
  Driven test(counts_that_refuse_bad_ones(), options);
  test.pipe("a", 7);
  test.read();

  test.in.pipe("a", "bad", Timestamp(3));

  EXPECT_THAT(test.read(), ElementsAre("a[4,14)=1@7"));
}

class SlidingWindowsRestart : public ::testing::TestWithParam<TopologyDriver::State> {};

TEST_P(SlidingWindowsRestart, KeepsWindowsAndWhatIsLate) {
  const TemporaryDirectory directory;
  DriverOptions options;
  options.state_dir = directory.path() / "state";
  Driven test(counts(), options);
  test.pipe("a", 95);
  test.pipe("b", 100);
  test.read();

  test.driver.restart(GetParam());
  test.pipe("a", 84);
  test.pipe("a", 98);

  EXPECT_THAT(test.read(), ElementsAre("a[96,106)=1@98", "a[88,98)=2@98"));
  EXPECT_EQ(dropped(test.driver, "late"), 1U);
}

INSTANTIATE_TEST_SUITE_P(States, SlidingWindowsRestart,
                         ::testing::Values(TopologyDriver::State::kept,
                                           TopologyDriver::State::lost));

TEST(SlidingWindows, RefuseNegativeTimes) {
  EXPECT_THROW((void)SlidingWindows::of_time_difference(milliseconds(-1)).no_grace(),
               TopologyError);
}

TEST(UnlimitedWindows, HoldEverythingFromTheirStartOn) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .group_by_key()
      .windowed_by(UnlimitedWindows::of().start_on(Timestamp(10)))
      .count(Materialized::as("counts"))
      .to_stream()
      .to("out");
  TopologyDriver driver(builder.build());
  auto in = driver.input<std::string, std::string>("in");
  auto out = driver.output<Windowed<std::string>, std::int64_t>(
      "out", serde::time_windowed(serde::string(), milliseconds::max()));

  in.pipe("a", "v", Timestamp(1'000'000'000));
  in.pipe("a", "v", Timestamp(10));
  in.pipe("a", "v", Timestamp(9));

  EXPECT_THAT(lines(out), ElementsAre("a[10,9223372036854775807)=1@1000000000",
                                      "a[10,9223372036854775807)=2@1000000000"));
  EXPECT_EQ(dropped(driver, "outside_windows"), 1U);
}

TEST(UnlimitedWindows, CannotBeSuppressedUntilTheyClose) {
  StreamBuilder builder;
  const auto counts = builder.stream<std::string, std::string>("in")
                          .group_by_key()
                          .windowed_by(UnlimitedWindows::of())
                          .count();

  EXPECT_THROW((void)counts.suppress(Suppressed::until_window_closes(Buffer::unbounded())),
               TopologyError);
}

}  // namespace
}  // namespace pawl::test

// Aggregations per session: what joins, what is late, null rules, restarts, suppress.
#include "operators/driver_reading.h"
#include "support/temporary_directory.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;
using testing::DriverCommit;
using testing::DriverOptions;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::TopologyDriver;

// Sessions of events at most 5 ms apart, which take events for 10 ms more.
SessionWindows sessions() {
  return SessionWindows::with_inactivity_gap(milliseconds(5)).grace(milliseconds(10));
}

auto windowed(StreamBuilder& builder) {
  return builder.stream<std::string, std::string>("in").group_by_key().windowed_by(sessions());
}

Topology counts() {
  StreamBuilder builder;
  windowed(builder).count(Materialized::as("counts")).to_stream().to("out");
  return builder.build();
}

DriverOptions java() {
  DriverOptions options;
  options.compatibility = Compatibility::kafka_streams_4_3;
  return options;
}

struct Driven {
  explicit Driven(const Topology& topology, DriverOptions options = {})
      : driver(topology, std::move(options)),
        in(driver.input<std::string, std::string>("in")),
        out(driver.output<Windowed<std::string>, std::int64_t>(
            "out", serde::session_windowed(serde::string()))) {}
  void pipe(const char* key, std::int64_t time) { in.pipe(key, "v", Timestamp(time)); }
  std::vector<std::string> read() { return lines(out); }
  TopologyDriver driver;
  testing::InputTopic<std::string, std::string> in;
  testing::OutputTopic<Windowed<std::string>, std::int64_t> out;
};

TEST(SessionWindows, JoinEventsUpToTheGapApart) {
  Driven test(counts());

  test.pipe("a", 10);
  test.pipe("a", 15);
  test.pipe("a", 21);

  EXPECT_THAT(test.read(),
              ElementsAre("a[10,10)=1@10", "a[10,10)=null@10", "a[10,15)=2@15", "a[21,21)=1@21"));
}

TEST(SessionWindows, BecomeOneWhenAnEventFallsBetweenThem) {
  Driven test(counts());
  test.pipe("a", 10);
  test.pipe("a", 18);
  test.pipe("b", 14);
  test.read();

  test.pipe("a", 14);

  EXPECT_THAT(test.read(), ElementsAre("a[10,10)=null@10", "a[18,18)=null@18", "a[10,18)=3@18"));
}

TEST(SessionWindows, GrowBackwardsToo) {
  Driven test(counts());
  test.pipe("a", 10);
  test.read();

  test.pipe("a", 7);

  EXPECT_THAT(test.read(), ElementsAre("a[10,10)=null@10", "a[7,10)=2@10"));
}

TEST(SessionWindows, CountEventsOfOneTimeWithoutATombstone) {
  Driven test(counts());
  test.pipe("a", 10);
  test.pipe("a", 10);

  EXPECT_THAT(test.read(), ElementsAre("a[10,10)=1@10", "a[10,10)=2@10"));
}

TEST(SessionWindows, SendTheirResultsWithoutHeaders) {
  Driven test(counts());
  test.in.pipe("a", "v", Timestamp(1), Headers{{"n", "1"}});

  EXPECT_EQ(test.out.read()->headers, Headers());
}

TEST(SessionWindows, DropLateEventsAndThoseWithoutKeyAndTakeNullValues) {
  Driven test(counts());
  test.in.pipe({std::nullopt, "v", Timestamp(900), {}});  // does not move the time
  test.in.pipe({"a", std::nullopt, Timestamp(1), {}});
  test.pipe("b", 100);
  test.read();

  test.pipe("a", 84);
  test.pipe("a", 85);

  EXPECT_THAT(test.read(), ElementsAre("a[85,85)=1@85"));
  EXPECT_EQ(dropped(test.driver, "late"), 1U);
  EXPECT_EQ(dropped(test.driver, "null_key"), 1U);
}

// Such an event is too old for a session of its own.
TEST(SessionWindows, TakeOldEventsIntoASessionThatIsOpen) {
  Driven test(counts());
  test.pipe("a", 100);
  test.pipe("a", 105);
  test.pipe("a", 110);
  test.pipe("b", 119);
  test.read();

  test.pipe("a", 99);

  EXPECT_THAT(test.read(), ElementsAre("a[100,110)=null@110", "a[99,110)=4@110"));
}

// A session that ended exactly gap + grace ago takes events, but Kafka Streams does not see it any
// more, and writes over it.
TEST(SessionWindows, KeepTheirCountAtTheEdgeWhereKafkaStreamsLosesIt) {
  Driven native(counts());
  Driven compatible(counts(), java());
  for (Driven* test : {&native, &compatible}) {
    test->pipe("a", 10);
    test->pipe("b", 25);
    test->read();
    test->pipe("a", 10);
  }

  EXPECT_THAT(native.read(), ElementsAre("a[10,10)=2@10"));
  EXPECT_THAT(compatible.read(), ElementsAre("a[10,10)=1@10"));
}

// With a longer retention Kafka Streams joins sessions that are closed, whose result was final.
TEST(SessionWindows, StayAsTheyAreOnceClosed) {
  StreamBuilder builder;
  windowed(builder)
      .count(Materialized::as("counts").retention(std::chrono::hours(1)))
      .to_stream()
      .to("out");
  const Topology topology = builder.build();
  Driven native(topology);
  Driven compatible(topology, java());
  for (Driven* test : {&native, &compatible}) {
    test->pipe("a", 84);
    test->pipe("b", 100);
    test->read();
    test->pipe("a", 86);
  }

  EXPECT_THAT(native.read(), ElementsAre("a[86,86)=1@86"));
  EXPECT_THAT(compatible.read(), ElementsAre("a[84,84)=null@84", "a[84,86)=2@86"));
}

TEST(SessionWindows, CanBeKeptForEver) {
  StreamBuilder builder;
  windowed(builder)
      .count(Materialized::as("counts").retention(milliseconds::max()))
      .to_stream()
      .to("out");
  const Topology topology = builder.build();
  Driven native(topology);
  Driven compatible(topology, java());
  for (Driven* test : {&native, &compatible}) {
    test->pipe("a", 10);
    test->pipe("a", 10);
    EXPECT_THAT(test->read(), ElementsAre("a[10,10)=1@10", "a[10,10)=2@10"));
  }
}

TEST(SessionWindows, MergeAggregatesWithTheMerger) {
  StreamBuilder builder;
  windowed(builder)
      .aggregate(
          [] { return std::string("0"); },
          [](const std::string&, const std::string& value, std::string& all) { all += value; },
          [](const std::string&, const std::string& earlier, const std::string& later) {
            return earlier + "/" + later;
          })
      .to_stream()
      .to("out");
  TopologyDriver driver(builder.build());
  auto in = driver.input<std::string, std::string>("in");
  auto out = driver.output<Windowed<std::string>, std::string>(
      "out", serde::session_windowed(serde::string()));

  in.pipe("a", "x", Timestamp(10));
  in.pipe("a", "y", Timestamp(12));

  EXPECT_THAT(lines(out), ElementsAre("a[10,10)=0x@10", "a[10,10)=null@10", "a[10,12)=0/0xy@12"));
}

// As in Kafka Streams, which begins a null aggregate anew.
TEST(SessionWindows, BeginAnewBehindTwoSessionsThatReduceToNothing) {
  StreamBuilder builder;
  builder.stream<std::string, std::int64_t>("in")
      .group_by_key()
      .windowed_by(sessions())
      .reduce(
          [](std::int64_t sum, std::int64_t value) {
            return sum + value == 0 ? std::nullopt : std::optional(sum + value);
          },
          Materialized::as("sums"))
      .to_stream()
      .to("out");
  Driven test(builder.build());
  auto in = test.driver.input<std::string, std::int64_t>("in");
  in.pipe("a", 5, Timestamp(0));
  in.pipe("a", -5, Timestamp(8));
  test.read();

  in.pipe("a", 3, Timestamp(4));

  EXPECT_THAT(test.read(), ElementsAre("a[0,0)=null@0", "a[8,8)=null@8", "a[0,8)=3@8"));
}

TEST(SessionWindows, SuppressGivesOneResultPerSession) {
  StreamBuilder builder;
  windowed(builder)
      .count(Materialized::as("counts"))
      .suppress(Suppressed::until_window_closes(Buffer::unbounded()))
      .to_stream()
      .to("out");
  Driven test(builder.build());
  test.pipe("a", 10);
  test.pipe("a", 14);
  test.pipe("b", 29);  // [10,14] is still open
  EXPECT_THAT(test.read(), IsEmpty());

  test.pipe("b", 30);

  EXPECT_THAT(test.read(), ElementsAre("a[10,14)=2@14"));
}

class SessionWindowsRestart : public ::testing::TestWithParam<TopologyDriver::State> {};

TEST_P(SessionWindowsRestart, KeepsSessionsAndWhatIsLate) {
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

  EXPECT_THAT(test.read(), ElementsAre("a[95,95)=null@95", "a[95,98)=2@98"));
  EXPECT_EQ(dropped(test.driver, "late"), 1U);
}

INSTANTIATE_TEST_SUITE_P(States, SessionWindowsRestart,
                         ::testing::Values(TopologyDriver::State::kept,
                                           TopologyDriver::State::lost));

TEST(SessionWindows, CanBeReadFromTheirStore) {
  TopologyDriver driver(counts());
  auto in = driver.input<std::string, std::string>("in");
  in.pipe("a", "v", Timestamp(10));
  in.pipe("a", "v", Timestamp(12));
  in.pipe("a", "v", Timestamp(20));

  auto store = driver.store(stores::session<std::string, std::int64_t>("counts", milliseconds(15)));

  EXPECT_EQ(store.get("a", {Timestamp(10), Timestamp(12)}), 2);
  EXPECT_EQ(store.get("a", {Timestamp(10), Timestamp(10)}), std::nullopt);
}

TEST(SessionWindows, RefuseARetentionThatForgetsOpenSessions) {
  StreamBuilder builder;
  try {
    windowed(builder).count(Materialized::as("counts").retention(milliseconds(14)));
    FAIL();
  } catch (const TopologyError& error) {
    EXPECT_THAT(error.what(), HasSubstr("less than inactivity gap + grace = 15 ms"));
  }
}

TEST(SessionWindows, RefuseAGapThatIsNone) {
  EXPECT_THROW((void)SessionWindows::with_inactivity_gap(milliseconds(0)).no_grace(),
               TopologyError);
}

// How many events the sessions of a key hold together.
Topology totals() {
  StreamBuilder builder;
  windowed(builder)
      .count(Materialized::as("counts"))
      .group_by([](const Windowed<std::string>& session, const std::int64_t& count) {
        return std::pair(session.key, count);
      })
      .reduce([](const std::int64_t& total, const std::int64_t& added) { return total + added; },
              [](const std::int64_t& total, const std::int64_t& gone) { return total - gone; })
      .to_stream()
      .to("out");
  return builder.build();
}

// The second event makes no session longer; Kafka Streams adds its count to the total without
// taking the former one away.
TEST(SessionWindows, TellTheOldCountOfEventsOfOneTimeUnlikeInKafkaStreams) {
  const auto totals_in = [](DriverOptions options) {
    TopologyDriver driver(totals(), std::move(options));
    auto in = driver.input<std::string, std::string>("in");
    auto out = driver.output<std::string, std::int64_t>("out");
    in.pipe("a", "v", Timestamp(10));
    in.pipe("a", "v", Timestamp(10));
    return lines(out);
  };

  EXPECT_THAT(totals_in({}), ElementsAre("a=1@10", "a=2@10"));
  EXPECT_THAT(totals_in(java()), ElementsAre("a=1@10", "a=3@10"));
}

}  // namespace
}  // namespace pawl::test

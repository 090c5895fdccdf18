// suppress until a time limit.
#include "operators/driver_reading.h"

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

template <class TimeLimited>
Topology calmed(TimeLimited rules) {
  StreamBuilder builder;
  builder.table<std::string, std::string>("in").suppress(rules).to_stream().to("out");
  return builder.build();
}
Topology calmed() {
  return calmed(Suppressed::until_time_limit(milliseconds(10), Buffer::unbounded()));
}

struct Driven {
  explicit Driven(const Topology& topology, DriverOptions options = {})
      : driver(topology, std::move(options)),
        in(driver.input<std::string, std::string>("in")),
        out(driver.output<std::string, std::string>("out")) {}
  void pipe(const char* key, const char* value, std::int64_t time) {
    in.pipe(key, value, Timestamp(time));
  }
  std::vector<std::string> read() { return lines(out); }
  TopologyDriver driver;
  testing::InputTopic<std::string, std::string> in;
  testing::OutputTopic<std::string, std::string> out;
};

TEST(SuppressUntilTimeLimit, GivesTheLatestValueWhenTheFirstOneIsOldEnough) {
  Driven test(calmed());

  test.pipe("a", "1", 0);
  test.pipe("a", "2", 9);
  EXPECT_THAT(test.read(), IsEmpty());
  test.pipe("b", "1", 10);

  EXPECT_THAT(test.read(), ElementsAre("a=2@9"));
}

// Updates of its past would be taken for the latest change.
TEST(SuppressUntilTimeLimit, IsNotForVersionedTables) {
  using std::chrono::hours;
  const auto rules = Suppressed::until_time_limit(milliseconds(10), Buffer::unbounded());
  StreamBuilder builder;
  const auto versioned = builder.table<std::string, std::string>(
      "in", Materialized::as_versioned("history", hours(1)));

  EXPECT_THROW((void)versioned.suppress(rules), TopologyError);
  EXPECT_THROW((void)versioned.filter([](const std::string&) { return true; }).suppress(rules),
               TopologyError);
}

TEST(SuppressUntilTimeLimit, GivesDeletionsToo) {
  Driven test(calmed());
  test.pipe("a", "1", 0);
  test.in.pipe({"a", std::nullopt, Timestamp(5), {}});

  test.pipe("b", "1", 10);

  EXPECT_THAT(test.read(), ElementsAre("a=null@5"));
}

TEST(SuppressUntilTimeLimit, GivesTheOldestAwayWhenItIsFull) {
  Driven test(calmed(Suppressed::until_time_limit(milliseconds(1000),
                                                  Buffer::max_records(2).emit_early_when_full())));

  test.pipe("c", "1", 3);
  test.pipe("b", "1", 2);
  test.pipe("a", "1", 2);
  test.pipe("d", "1", 1);

  EXPECT_THAT(test.read(), ElementsAre("a=1@2", "d=1@1"));
}

TEST(SuppressUntilTimeLimit, GivesTheOldestAwayWhenItHasTooManyBytes) {
  Driven test(calmed(Suppressed::until_time_limit(
      milliseconds(1000), Buffer::max_records(100).and_max_bytes(100).emit_early_when_full())));

  test.pipe("a", "1", 1);
  test.pipe("b", std::string(90, 'x').c_str(), 2);

  EXPECT_THAT(test.read(), ElementsAre(HasSubstr("a=1@1"), HasSubstr("b=xxx")));
}

TEST(SuppressUntilTimeLimit, StopsWhenAStrictBufferIsFull) {
  Driven test(calmed(
      Suppressed::until_time_limit(milliseconds(1000), Buffer::max_records(1).shut_down_when_full())
          .named("calm")));
  test.pipe("a", "1", 1);

  EXPECT_THAT(reason_of_stop([&] { test.pipe("b", "1", 2); }),
              HasSubstr("calm buffer exceeded its max capacity"));
}

// Kafka Streams starts its clock anew after a restart, and would hold "a" until another 10 ms of
// events have come.
TEST(SuppressUntilTimeLimit, KeepsBufferAndTimeOverARestart) {
  Driven test(calmed());
  test.pipe("a", "1", 0);
  test.pipe("b", "1", 9);

  test.driver.restart(TopologyDriver::State::lost);
  test.pipe("c", "1", 3);
  EXPECT_THAT(test.read(), IsEmpty());
  test.pipe("c", "2", 12);

  EXPECT_THAT(test.read(), ElementsAre("a=1@0"));
  test.driver.restart(TopologyDriver::State::lost);
  test.pipe("d", "1", 2);  // the time is 12 still, so "c", held since 3, is not due
  EXPECT_THAT(test.read(), ElementsAre("d=1@2"));
}

TEST(SuppressUntilTimeLimit, ForgetsWhatWasAborted) {
  DriverOptions options;
  options.commit = DriverCommit::by_hand;
  Driven test(calmed(), options);
  test.pipe("a", "1", 0);
  test.driver.commit();
  test.pipe("a", "2", 5);

  test.driver.abort();
  test.pipe("b", "1", 10);

  EXPECT_THAT(test.read(), ElementsAre("a=2@5"));
}

// What a group behind must take away is what it was given, not what it was never shown.
Topology counted() {
  StreamBuilder builder;
  builder.table<std::string, std::string>("in")
      .suppress(Suppressed::until_time_limit(milliseconds(10), Buffer::unbounded()))
      .group_by([](const std::string& value) { return std::pair(value, value); })
      .count()
      .map_values([](const std::int64_t& count) { return std::to_string(count); })
      .to_stream()
      .to("out");
  return builder.build();
}

void pipe_for_group(Driven& test) {
  test.pipe("k", "a", 0);
  test.pipe("x", "z", 10);  // "a" of k is given away
  test.pipe("k", "b", 11);
  test.pipe("k", "c", 12);  // takes the place of b, which nobody has seen
  test.pipe("x", "z", 40);
}

TEST(SuppressUntilTimeLimit, NativelyGivesTheOldValueThatWasSeen) {
  Driven test(counted());

  pipe_for_group(test);

  EXPECT_THAT(test.read(), ElementsAre("a=1@0", "z=1@40", "a=0@12", "c=1@12"));
}

TEST(SuppressUntilTimeLimit, GivesTheOldValueOfTheLastUpdateAsKafkaStreamsDoes) {
  DriverOptions options;
  options.compatibility = Compatibility::kafka_streams_4_3;
  Driven test(counted(), options);

  pipe_for_group(test);

  EXPECT_THAT(test.read(), ElementsAre("a=1@0", "z=1@40", "b=null@12", "c=1@12"));
}

}  // namespace
}  // namespace pawl::test

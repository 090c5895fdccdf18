// Emission of final results when windows close: once each, with what triggers it, across aborts and
// restarts, and where Kafka Streams loses them.
#include "operators/driver_reading.h"
#include "support/temporary_directory.h"

#include <pawl/operators/session_windowed_stream.h>
#include <pawl/operators/stream_builder.h>
#include <pawl/operators/to_verb.h>
#include <pawl/operators/windowed_stream.h>
#include <pawl/serde/primitives.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace pawl::test {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using testing::DriverCommit;
using testing::DriverOptions;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::TopologyDriver;

TimeWindows tumbling() {
  return TumblingWindows::of(milliseconds(10)).grace(milliseconds(5));
}

template <class Windows>
Topology final_counts(const Windows& windows, const Materialized& materialized) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .group_by_key()
      .windowed_by(windows)
      .emit_strategy(EmitStrategy::on_window_close())
      .count(materialized)
      .to_stream()
      .to("out");
  return builder.build();
}

Topology final_counts() {
  return final_counts(tumbling(), Materialized::as("counts"));
}

DriverOptions java() {
  DriverOptions options;
  options.compatibility = Compatibility::kafka_streams_4_3;
  return options;
}

struct Driven {
  explicit Driven(const Topology& topology, DriverOptions options = {},
                  const Serde<Windowed<std::string>>& key = serde::time_windowed(serde::string(),
                                                                                 milliseconds(10)))
      : driver(topology, std::move(options)),
        in(driver.input<std::string, std::string>("in")),
        out(driver.output<Windowed<std::string>, std::int64_t>("out", key)) {}
  void pipe(const char* key, std::int64_t time) { in.pipe(key, "v", Timestamp(time)); }
  std::vector<std::string> read() { return lines(out); }
  TopologyDriver driver;
  testing::InputTopic<std::string, std::string> in;
  testing::OutputTopic<Windowed<std::string>, std::int64_t> out;
};

TEST(EmitOnWindowClose, GivesOneResultWhenGraceEnds) {
  Driven test(final_counts());
  test.pipe("a", 3);
  test.pipe("a", 9);
  test.pipe("b", 14);
  test.pipe("a", 4);
  EXPECT_THAT(test.read(), IsEmpty());

  test.pipe("b", 15);
  EXPECT_THAT(test.read(), ElementsAre("a[0,10)=3@9"));

  test.pipe("a", 5);  // late
  test.pipe("z", 100);
  EXPECT_THAT(test.read(), ElementsAre("b[10,20)=2@15"));
  EXPECT_EQ(dropped(test.driver, "late"), 1U);
}

TEST(EmitOnWindowClose, CarriesTheHeadersOfTheRecordThatClosedTheWindow) {
  Driven test(final_counts());
  test.in.pipe("a", "v", Timestamp(1), Headers{{"n", "1"}});

  test.in.pipe("b", "v", Timestamp(50), Headers{{"n", "2"}});

  EXPECT_EQ(test.out.read()->headers, (Headers{{"n", "2"}}));
}

TEST(EmitOnWindowClose, IsNotMovedByRecordsWithoutKey) {
  Driven test(final_counts());
  test.pipe("a", 1);

  test.in.pipe({std::nullopt, "v", Timestamp(500), {}});

  EXPECT_THAT(test.read(), IsEmpty());
  EXPECT_EQ(dropped(test.driver, "null_key"), 1U);
}

TEST(EmitOnWindowClose, SkipsWindowsWhoseAggregateWasDeleted) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .group_by_key()
      .windowed_by(tumbling())
      .emit_strategy(EmitStrategy::on_window_close())
      .aggregate([] { return std::int64_t{0}; },
                 [](const std::string&, const std::string& value,
                    const std::int64_t& sum) -> std::optional<std::int64_t> {
                   return value == "cancel" ? std::nullopt : std::optional(sum + 1);
                 })
      .to_stream()
      .to("out");
  Driven test(builder.build());
  test.pipe("a", 1);
  test.pipe("b", 1);
  test.in.pipe("a", "cancel", Timestamp(2));

  test.pipe("z", 50);

  EXPECT_THAT(test.read(), ElementsAre("b[0,10)=1@1"));
}

// A record far ahead pushes what it closes out of the store's retention.
TEST(EmitOnWindowClose, LosesNothingToRetentionAsKafkaStreamsDoes) {
  Driven native(final_counts());
  Driven compatible(final_counts(), java());
  for (Driven* test : {&native, &compatible}) {
    test->pipe("a", 1);
    test->pipe("a", 1'000);
  }

  EXPECT_THAT(native.read(), ElementsAre("a[0,10)=1@1"));
  EXPECT_THAT(compatible.read(), IsEmpty());
}

TEST(EmitOnWindowClose, LosesNoSessionsOfSegmentsThatAreGone) {
  const auto sessions = SessionWindows::with_inactivity_gap(milliseconds(5)).no_grace();
  const Topology topology = final_counts(sessions, Materialized::as("counts"));
  const auto key = serde::session_windowed(serde::string());
  Driven native(topology, {}, key);
  Driven compatible(topology, java(), key);
  for (Driven* test : {&native, &compatible}) {
    test->pipe("a", 1);
    test->pipe("a", 3);
    test->pipe("a", 300'000);
  }

  EXPECT_THAT(native.read(), ElementsAre("a[1,3)=2@3"));
  EXPECT_THAT(compatible.read(), IsEmpty());
}

TEST(EmitOnWindowClose, LooksOnlyOncePerIntervalUnderKafkaStreams) {
  DriverOptions options = java();
  options.emit_interval = milliseconds(1000);
  Driven test(final_counts(tumbling(), Materialized::as("counts").retention(hours(1))), options);
  test.pipe("a", 1);
  test.pipe("a", 50);
  test.driver.advance_wall_clock(milliseconds(999));
  test.pipe("a", 60);
  EXPECT_THAT(test.read(), IsEmpty());

  test.driver.advance_wall_clock(milliseconds(1));
  test.pipe("a", 61);

  EXPECT_THAT(test.read(), ElementsAre("a[0,10)=1@1"));
}

// In memory Kafka Streams has sessions of one end by their keys.
TEST(EmitOnWindowClose, GivesSessionsThatAreKeptInMemoryByTheirEnd) {
  const auto sessions = SessionWindows::with_inactivity_gap(milliseconds(5)).no_grace();
  Driven test(final_counts(sessions, Materialized::as("counts").in_memory()), {},
              serde::session_windowed(serde::string()));
  test.pipe("b", 1);
  test.pipe("b", 4);
  test.pipe("a", 4);
  test.pipe("c", 2);

  test.pipe("z", 50);

  EXPECT_THAT(test.read(), ElementsAre("c[2,2)=1@2", "a[4,4)=1@4", "b[1,4)=2@4"));
}

enum class Mode { native, kafka_streams };

class EmitOnWindowCloseRestarts
    : public ::testing::TestWithParam<std::tuple<Mode, TopologyDriver::State>> {};

TEST_P(EmitOnWindowCloseRestarts, EmitNothingTwiceAndForgetNothing) {
  const TemporaryDirectory directory;
  DriverOptions options = std::get<0>(GetParam()) == Mode::native ? DriverOptions() : java();
  options.state_dir = directory.path() / "state";
  Driven test(final_counts(tumbling(), Materialized::as("counts").retention(hours(1))), options);
  test.pipe("a", 1);
  test.pipe("b", 12);
  test.pipe("c", 17);
  EXPECT_THAT(test.read(), ElementsAre("a[0,10)=1@1"));

  test.driver.restart(std::get<1>(GetParam()));
  test.pipe("c", 2);  // still late
  test.pipe("c", 40);

  EXPECT_THAT(test.read(), ElementsAre("b[10,20)=1@12", "c[10,20)=1@17"));
  EXPECT_EQ(dropped(test.driver, "late"), 1U);
}

INSTANTIATE_TEST_SUITE_P(Modes, EmitOnWindowCloseRestarts,
                         ::testing::Combine(::testing::Values(Mode::native, Mode::kafka_streams),
                                            ::testing::Values(TopologyDriver::State::kept,
                                                              TopologyDriver::State::lost)));

TEST(EmitOnWindowClose, EmitsAgainWhatAnAbortTookBack) {
  DriverOptions options;
  options.commit = DriverCommit::by_hand;
  Driven test(final_counts(), options);
  test.pipe("a", 1);
  test.driver.commit();
  test.pipe("b", 50);
  test.driver.abort();
  EXPECT_THAT(test.read(), IsEmpty());

  test.driver.advance_wall_clock(milliseconds(0));
  test.driver.commit();

  EXPECT_THAT(test.read(), ElementsAre("a[0,10)=1@1"));
}

}  // namespace
}  // namespace pawl::test

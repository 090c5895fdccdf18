#include "operators/driver_reading.h"
#include "support/temporary_directory.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;
using testing::DriverCommit;
using testing::DriverOptions;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::TestRecord;
using testing::TopologyDriver;

// Events are the same within 10 ms; ids are remembered for 21 ms.
constexpr milliseconds kWithin(10);

Topology by_key() {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .deduplicate(Deduplication::by_key().within(kWithin).named("unique"))
      .to("out");
  return builder.build();
}

DriverOptions by_hand() {
  DriverOptions options;
  options.commit = DriverCommit::by_hand;
  return options;
}

// A driver with one string topic to write to and one to read.
struct Driven {
  explicit Driven(const Topology& topology, DriverOptions options = {})
      : driver(topology, std::move(options)),
        in(driver.input<std::string, std::string>("in")),
        out(driver.output<std::string, std::string>("out")) {}
  void pipe(const char* key, std::int64_t time, const char* value = "v") {
    in.pipe(key, value, Timestamp(time));
  }
  std::vector<std::string> read() { return lines(out); }
  TopologyDriver driver;
  testing::InputTopic<std::string, std::string> in;
  testing::OutputTopic<std::string, std::string> out;
};

TEST(Deduplicate, PassesTheFirstOfEqualEvents) {
  Driven test(by_key());

  test.pipe("a", 100, "first");
  test.pipe("a", 101, "second");
  test.pipe("b", 102, "other");

  EXPECT_THAT(test.read(), ElementsAre("a=first@100", "b=other@102"));
}

TEST(Deduplicate, TakesEventsForEqualUpToTheTimeAndNotBeyond) {
  Driven test(by_key());

  test.pipe("a", 100);
  test.pipe("a", 110);
  EXPECT_THAT(test.read(), ElementsAre("a=v@100"));

  test.pipe("a", 111);
  EXPECT_THAT(test.read(), ElementsAre("a=v@111"));
}

TEST(Deduplicate, LooksBackAndForthInEventTime) {
  Driven test(by_key());
  test.pipe("a", 100);
  test.read();

  test.pipe("a", 90);  // out of order, just near enough
  EXPECT_THAT(test.read(), IsEmpty());

  test.pipe("a", 89);
  EXPECT_THAT(test.read(), ElementsAre("a=v@89"));
}

TEST(Deduplicate, RecognisesAnEventBetweenTwoOthersAsEitherOnes) {
  Driven test(by_key());
  test.pipe("a", 100);
  test.pipe("a", 115);
  test.read();

  test.pipe("a", 106);

  EXPECT_THAT(test.read(), IsEmpty());
}

TEST(Deduplicate, WorksAtTheBeginningOfTime) {
  Driven test(by_key());

  test.pipe("a", 3);
  test.pipe("a", 0);
  test.pipe("b", 0);
  test.pipe("b", 10);
  test.pipe("b", 11);

  EXPECT_THAT(test.read(), ElementsAre("a=v@3", "b=v@0", "b=v@11"));
}

TEST(Deduplicate, DoesNotCountARepetitionAsAnEventOfItsOwn) {
  Driven test(by_key());
  test.pipe("a", 100);
  test.pipe("a", 109);  // a repetition: it must not make 118 one, too

  test.pipe("a", 118);

  EXPECT_THAT(test.read(), ElementsAre("a=v@100", "a=v@118"));
}

TEST(Deduplicate, PassesEventsBehindItsMemoryAndCountsThem) {
  Driven test(by_key());
  test.pipe("late", 100);
  test.pipe("now", 200);
  test.read();

  test.pipe("late", 180);  // 200 - 20: remembered
  EXPECT_EQ(test.driver.metrics().total("dedup.late.passed"), 0U);
  test.pipe("late", 179);  // a repetition of it, found although 179 is behind the memory
  EXPECT_EQ(test.driver.metrics().total("dedup.late.passed"), 0U);
  EXPECT_THAT(test.read(), ElementsAre("late=v@180"));

  test.pipe("later", 179);
  test.pipe("later", 179);
  EXPECT_THAT(test.read(), ElementsAre("later=v@179", "later=v@179"));
  EXPECT_EQ(test.driver.metrics().total("dedup.late.passed"), 2U);
}

TEST(Deduplicate, CountsEventsAndRepetitionsAndTimesOneCheckIn64) {
  Driven test(by_key());

  for (int event = 0; event < 128; ++event) {
    test.pipe(event % 2 == 0 ? "a" : "b", 100);
  }

  const MetricsSnapshot metrics = test.driver.metrics();
  EXPECT_EQ(metrics.total("dedup.events.processed"), 128U);
  EXPECT_EQ(metrics.total("dedup.duplicates.detected"), 126U);
  ASSERT_EQ(metrics.histograms.size(), 1U);
  EXPECT_EQ(metrics.histograms.begin()->first.name, "dedup.check.duration");
  EXPECT_EQ(metrics.histograms.begin()->first.labels.at("node"), "unique");
  EXPECT_EQ(metrics.histograms.begin()->second.count(), 2U);
}

TEST(Deduplicate, GivesRepetitionsAsAStreamOfTheirOwn) {
  StreamBuilder builder;
  const auto [unique, duplicates] =
      builder.stream<std::string, std::string>("in").deduplicate_and_keep(
          Deduplication::by_key().within(kWithin));
  unique.to("out");
  duplicates.map_values([](const std::string& value) { return value + "!"; }).to("again");
  Driven test(builder.build());
  auto again = test.driver.output<std::string, std::string>("again");

  test.pipe("a", 100, "1");
  test.pipe("a", 101, "2");
  test.pipe("b", 102, "3");

  EXPECT_THAT(test.read(), ElementsAre("a=1@100", "b=3@102"));
  EXPECT_THAT(lines(again), ElementsAre("a=2!@101"));
}

TEST(Deduplicate, DropsAndCountsEventsWithoutAKey) {
  Driven test(by_key());

  test.in.pipe({std::nullopt, "v", Timestamp(100), {}});

  EXPECT_THAT(test.read(), IsEmpty());
  EXPECT_EQ(dropped(test.driver, "null_key"), 1U);
  EXPECT_EQ(test.driver.metrics().total("dedup.events.processed"), 0U);
}

TEST(Deduplicate, DoesNotLetAnEventWithoutAKeyMoveTheTime) {
  Driven test(by_key());
  test.pipe("a", 100);
  test.in.pipe({std::nullopt, "v", Timestamp(10'000), {}});

  test.pipe("a", 105);

  EXPECT_THAT(test.read(), ElementsAre("a=v@100"));
}

TEST(Deduplicate, PassesNullValuesWithTheirKeys) {
  Driven test(by_key());

  test.in.pipe({"a", std::nullopt, Timestamp(100), {}});
  test.in.pipe({"a", std::nullopt, Timestamp(100), {}});

  EXPECT_THAT(test.read(), ElementsAre("a=null@100"));
}

TEST(Deduplicate, KeepsTimestampAndHeaders) {
  Driven test(by_key());

  test.in.pipe("a", "v", Timestamp(100), Headers{{"trace", "7"}});

  EXPECT_EQ(test.out.read(),
            (TestRecord<std::string, std::string>{"a", "v", Timestamp(100), {{"trace", "7"}}}));
}

TEST(Deduplicate, TakesTheIdFromTheRecord) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .deduplicate(Deduplication::by([](const std::string& value) {
                     return static_cast<std::int64_t>(value.size());
                   }).within(kWithin))
      .to("out");
  Driven test(builder.build());

  test.pipe("a", 100, "one");
  test.pipe("b", 100, "two");
  test.pipe("a", 100, "three");

  EXPECT_THAT(test.read(), ElementsAre("a=one@100", "a=three@100"));
}

TEST(Deduplicate, BringsEqualKeysTogetherWhenTheKeyWasChanged) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .select_key([](const std::string& value) { return value; })
      .deduplicate(Deduplication::by_key().within(kWithin).named("unique"))
      .to("out");
  const Topology topology = builder.build();
  ASSERT_EQ(topology.repartition_topics().size(), 1U);
  EXPECT_EQ(topology.repartition_topics().front().name, "unique-repartition");
  Driven test(topology);

  test.pipe("a", 100, "id");
  test.pipe("b", 100, "id");

  EXPECT_THAT(test.read(), ElementsAre("id=id@100"));
}

TEST(Deduplicate, RefusesATimeThatIsNotPositive) {
  EXPECT_THROW((void)Deduplication::by_key().within(milliseconds(0)), TopologyError);
}

TEST(Deduplicate, ForgetsIdsThatWereNotCommitted) {
  Driven test(by_key(), by_hand());
  test.pipe("committed", 100);
  test.driver.commit();
  test.pipe("aborted", 100);

  test.driver.abort();
  test.driver.advance_wall_clock(milliseconds(0));  // what was aborted is processed again
  test.pipe("committed", 101);

  EXPECT_THAT(test.read(), ElementsAre("committed=v@100", "aborted=v@100"));
}

TEST(Deduplicate, TakesItsTimeBackAtAnAbort) {
  Driven test(by_key(), by_hand());
  test.pipe("a", 100);
  test.driver.commit();
  test.pipe("b", 500);
  test.pipe("far", 1000);
  test.driver.abort();

  // Processed again, "b" comes before "far" again: it must not be late now.
  test.driver.advance_wall_clock(milliseconds(0));
  test.driver.commit();

  EXPECT_THAT(test.read(), ElementsAre("a=v@100", "b=v@500", "far=v@1000"));
  EXPECT_EQ(test.driver.metrics().total("dedup.late.passed"), 0U);
}

class DeduplicateAfterRestart : public ::testing::TestWithParam<TopologyDriver::State> {};

TEST_P(DeduplicateAfterRestart, GivesTheSameAnswers) {
  const TemporaryDirectory directory;
  DriverOptions options;
  options.state_dir = directory.path() / "state";
  Driven test(by_key(), options);
  test.pipe("a", 100);
  test.pipe("b", 105);
  test.read();

  test.driver.restart(GetParam());
  test.pipe("a", 110);
  test.pipe("b", 116);

  EXPECT_THAT(test.read(), ElementsAre("b=v@116"));
}

TEST_P(DeduplicateAfterRestart, KnowsItsTime) {
  const TemporaryDirectory directory;
  DriverOptions options;
  options.state_dir = directory.path() / "state";
  Driven test(by_key(), options);
  test.pipe("a", 100);
  test.pipe("a", 108);  // a repetition: it leaves nothing in the store but the time
  test.read();

  test.driver.restart(GetParam());
  test.pipe("late", 87);
  EXPECT_EQ(test.driver.metrics().total("dedup.late.passed"), 1U);
  test.pipe("in time", 88);
  EXPECT_EQ(test.driver.metrics().total("dedup.late.passed"), 1U);

  EXPECT_THAT(test.read(), ElementsAre("late=v@87", "in time=v@88"));
}

INSTANTIATE_TEST_SUITE_P(States, DeduplicateAfterRestart,
                         ::testing::Values(TopologyDriver::State::kept,
                                           TopologyDriver::State::lost),
                         [](const ::testing::TestParamInfo<TopologyDriver::State>& test) {
                           return test.param == TopologyDriver::State::kept ? "kept" : "lost";
                         });

}  // namespace
}  // namespace pawl::test

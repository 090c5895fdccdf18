// The two layouts of the driver: every subtopology a task of its own, as on a broker, or all in one
// task, as in Kafka Streams' driver.
#include "operators/driver_reading.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

namespace pawl::test {
namespace {

using testing::DriverLayout;
using testing::DriverOptions;
using ::testing::ElementsAre;
using testing::TopologyDriver;

// Shows each record's task and the stream time it sees.
class ShowTime final : public Processor<std::string, std::string> {
 public:
  void init(ProcessorContext<std::string, std::string>& context) override { context_ = &context; }
  void process(const Record<std::string, std::string>& record) override {
    const std::string shown =
        to_string(context_->task_id()) + " " + std::to_string(context_->stream_time().value());
    context_->forward(record.with_value(&shown));
  }

 private:
  ProcessorContext<std::string, std::string>* context_ = nullptr;
};

// Only records with a value go through the repartition topic.
Topology two_subtopologies() {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .filter([](const std::string& value) { return !value.empty(); })
      .select_key([](const std::string& value) { return value; })
      .repartition(Repartitioned::as("by-value"))
      .process([] { return std::make_unique<ShowTime>(); })
      .to("out");
  return builder.build();
}

std::vector<std::string> run(const Topology& topology, DriverLayout layout) {
  DriverOptions options;
  options.layout = layout;
  TopologyDriver driver(topology, options);
  auto in = driver.input<std::string, std::string>("in");
  in.pipe("k", "a", Timestamp(10));
  in.pipe("k", "", Timestamp(500));
  in.pipe("k", "b", Timestamp(20));
  auto out = driver.output<std::string, std::string>("out");
  return lines(out);
}

TEST(DriverLayout, PerSubtopologyGivesEachItsOwnTaskAndTime) {
  ASSERT_EQ(two_subtopologies().subtopologies().size(), 2U);

  EXPECT_THAT(run(two_subtopologies(), DriverLayout::per_subtopology),
              ElementsAre("a=1_0 10@10", "b=1_0 20@20"));
}

TEST(DriverLayout, OneTaskSharesOneTime) {
  EXPECT_THAT(run(two_subtopologies(), DriverLayout::one_task),
              ElementsAre("a=0_0 10@10", "b=0_0 500@20"));
}

// Operators have times of their own, so results that depend on time are the same in both.
TEST(DriverLayout, MakesNoDifferenceToWindowedResults) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .filter([](const std::string& value) { return !value.empty(); })
      .select_key([](const std::string& value) { return value; })
      .group_by_key()
      .windowed_by(TumblingWindows::of(std::chrono::milliseconds(10)).no_grace())
      .count()
      .to_stream()
      .map([](const Windowed<std::string>& key, const std::int64_t& count) {
        return std::pair(key.key, std::to_string(count));
      })
      .to("out");
  const Topology topology = builder.build();

  EXPECT_THAT(run(topology, DriverLayout::per_subtopology), ElementsAre("a=1@10", "b=1@20"));
  EXPECT_THAT(run(topology, DriverLayout::one_task), ElementsAre("a=1@10", "b=1@20"));
}

TEST(Driver, RefusesATopicThatNobodyReads) {
  TopologyDriver driver(two_subtopologies());

  EXPECT_THROW((driver.input<std::string, std::string>("inn").pipe("a", "b", Timestamp(1))),
               std::invalid_argument);
}

TEST(Driver, SaysWhenAnOutputIsReadWithAnotherSerdeThanItWasWrittenWith) {
  TopologyDriver driver(two_subtopologies());
  driver.input<std::string, std::string>("in").pipe("k", "a", Timestamp(1));
  auto out = driver.output<std::string, std::int64_t>("out");

  EXPECT_THROW((void)out.read(), std::invalid_argument);
}

}  // namespace
}  // namespace pawl::test

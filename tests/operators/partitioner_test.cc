// Partitioners of sinks and repartition topics.
#include "operators/driver_reading.h"

#include <pawl/operators/dsl.h>
#include <pawl/operators/topology_builder.h>
#include <pawl/serde/primitives.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pawl::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::TopologyDriver;
using Texts = Record<std::string, std::string>;

// What a partitioner makes of a record's value.
PartitionChoice by_value(const Texts& record, const std::string& topic, std::int32_t partitions) {
  EXPECT_THAT(topic, HasSubstr("out"));
  EXPECT_EQ(partitions, 1);
  if (*record.value == "drop") {
    return PartitionChoice::nowhere();
  }
  if (*record.value == "twice") {
    return PartitionChoice({PartitionId(0), PartitionId(0)});
  }
  if (*record.value == "half beyond") {
    return PartitionChoice({PartitionId(0), PartitionId(1)});
  }
  if (*record.value == "default") {
    return PartitionChoice::by_default();
  }
  return PartitionId(*record.value == "beyond" ? 1 : 0);
}

Topology to_partitions() {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in").to("out", Produced::partitioned_by(by_value));
  return builder.build();
}

std::vector<std::string> partitions_of(const std::vector<testing::ProducedRecord>& produced) {
  std::vector<std::string> partitions;
  for (const testing::ProducedRecord& record : produced) {
    partitions.push_back(record.partition.has_value() ? std::to_string(record.partition->value())
                                                      : "left to the producer");
  }
  return partitions;
}

TEST(Partitioner, ChoosesOnePartitionNoneOrTheDefaultAndEachOnce) {
  TopologyDriver driver(to_partitions());
  auto in = driver.input<std::string, std::string>("in");
  const auto sent = [&](const char* value) {
    in.pipe("k", value, Timestamp(1));
    return partitions_of(driver.take_produced());
  };

  EXPECT_THAT(sent("one"), ElementsAre("0"));
  EXPECT_THAT(sent("twice"), ElementsAre("0"));
  EXPECT_THAT(sent("default"), ElementsAre("left to the producer"));
  EXPECT_THAT(sent("drop"), IsEmpty());
  EXPECT_EQ(dropped(driver, "partitioner"), 1U);
}

TEST(Partitioner, ThatChoosesAPartitionTheTopicLacksIsAProcessingError) {
  TopologyDriver driver(to_partitions());
  auto in = driver.input<std::string, std::string>("in");

  EXPECT_THAT(reason_of_stop([&] { in.pipe("k", "beyond", Timestamp(1)); }),
              HasSubstr("chose partition 1 of topic 'out', which has 1"));
}

TEST(Partitioner, SendsNoCopyOfARecordThatIsSkipped) {
  testing::DriverOptions options;
  options.errors.processing = OnBadRecord::skip;
  TopologyDriver driver(to_partitions(), options);

  driver.input<std::string, std::string>("in").pipe("k", "half beyond", Timestamp(1));

  EXPECT_THAT(driver.take_produced(), IsEmpty());
}

TEST(PartitionChoice, TakesSeveralPartitionsInTheirOrderAndEachOnce) {
  std::vector<std::int32_t> used;
  const PartitionChoice choice({PartitionId(2), PartitionId(0), PartitionId(2)});

  const std::size_t copies = choice.for_each(
      [&](std::optional<PartitionId> partition) { used.push_back(partition->value()); });

  EXPECT_THAT(used, ElementsAre(0, 2));
  EXPECT_EQ(copies, 2U);
}

TEST(Partitioner, OfARepartitionTopicTakesKeyAndValue) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .repartition(Repartitioned::partitioned_by([](const std::string& key,
                                                    const std::string& value, std::int32_t) {
                     return key == value ? PartitionChoice::nowhere()
                                         : PartitionChoice(PartitionId(0));
                   }).named("by-value"))
      .to("out");
  TopologyDriver driver(builder.build());
  auto in = driver.input<std::string, std::string>("in");
  auto out = driver.output<std::string, std::string>("out");

  in.pipe("same", "same", Timestamp(1));
  in.pipe("k", "v", Timestamp(2));

  EXPECT_THAT(lines(out), ElementsAre("k=v@2"));
}

TEST(Partitioner, OfATopologyMadeByHandMayComeWithAChosenTopic) {
  TopologyBuilder builder;
  const auto source = builder.source("source", {"in"}, serde::string(), serde::string());
  builder.sink<std::string, std::string>(
      "sink",
      TopicChooser<std::string, std::string>(
          [](const Texts& record, const RecordCoordinates&) { return "out-" + *record.key; }),
      {source}, serde::string(), serde::string(), by_value);
  TopologyDriver driver(builder.build());

  driver.input<std::string, std::string>("in").pipe("k", "twice", Timestamp(1));

  auto out = driver.output<std::string, std::string>("out-k");
  EXPECT_THAT(lines(out), ElementsAre("k=twice@1"));
}

}  // namespace
}  // namespace pawl::test

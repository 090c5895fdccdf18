// Sources that read all topics of a pattern.
#include "operators/driver_reading.h"
#include "topology/partition_counts.h"

#include <pawl/engine/topology.h>
#include <pawl/operators/dsl.h>
#include <pawl/operators/topology_builder.h>
#include <pawl/serde/primitives.h>
#include <pawl/testing/topology_driver.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace pawl::test {
namespace {

using ::testing::AllOf;
using testing::DriverOptions;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;
using testing::TopologyDriver;

Topology all_orders() {
  StreamBuilder builder;
  builder.stream<std::string, std::string>(TopicPattern("orders-.*")).to("out");
  return builder.build();
}

DriverOptions with_topics(std::set<std::string> topics) {
  DriverOptions options;
  options.topics = std::move(topics);
  return options;
}

TEST(TopicPattern, MatchesWholeNames) {
  const Topology reading =
      all_orders().reading({"orders-eu", "orders-us", "old-orders-eu", "orders"});

  EXPECT_THAT(reading.nodes().front().topics, ElementsAre("orders-eu", "orders-us"));
}

TEST(TopicPattern, MatchesAnewWhenItIsAskedAgain) {
  const Topology before = all_orders().reading({"orders-eu"});

  EXPECT_THAT(before.reading({"orders-us"}).nodes().front().topics, ElementsAre("orders-us"));
}

TEST(TopicPattern, IsReadInTheDriver) {
  TopologyDriver driver(all_orders(), with_topics({"orders-eu", "orders-us", "payments"}));
  auto out = driver.output<std::string, std::string>("out");

  driver.input<std::string, std::string>("orders-eu").pipe("a", "v", Timestamp(1));
  driver.input<std::string, std::string>("orders-us").pipe("b", "w", Timestamp(2));

  EXPECT_THAT(lines(out), ElementsAre("a=v@1", "b=w@2"));
  auto payments = driver.input<std::string, std::string>("payments");
  EXPECT_THAT([&] { payments.pipe("c", "x", Timestamp(3)); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("no source topic 'payments'")));
}

TEST(TopicPattern, TopicsWithPartitionsOfTheirOwnAreThereInTheDriver) {
  DriverOptions options;
  options.partitions_of = {{"orders-eu", 2}, {"orders-us", 3}};
  TopologyDriver driver(all_orders(), options);
  auto out = driver.output<std::string, std::string>("out");

  driver.pipe("orders-us", {"a", "v", Timestamp(1), {}, PartitionId(2)});

  EXPECT_THAT(lines(out), ElementsAre("a=v@1"));
}

TEST(TopicPattern, IsDescribedAsInKafkaStreamsAlsoWhenItsTopicsAreKnown) {
  const std::string text =
      "Topologies:\n"
      "   Sub-topology: 0\n"
      "    Source: KSTREAM-SOURCE-0000000000 (topics: orders-.*)\n"
      "      --> KSTREAM-SINK-0000000001\n"
      "    Sink: KSTREAM-SINK-0000000001 (topic: out)\n"
      "      <-- KSTREAM-SOURCE-0000000000\n\n";

  EXPECT_EQ(all_orders().describe(), text);
  EXPECT_EQ(all_orders().reading({"orders-eu"}).describe(), text);
}

TEST(TopicPattern, IsExplainedAndDrawn) {
  EXPECT_THAT(all_orders().explain(), HasSubstr("reads all that match orders-.*\n"));
  EXPECT_THAT(all_orders().reading({"orders-eu"}).explain(),
              HasSubstr("reads all that match orders-.*, orders-eu\n"));
  EXPECT_THAT(all_orders().to_dot(), HasSubstr("[label=\"orders-.*\", shape=cds]"));
}

// Equal patterns are one source, as equal names are; a topic whose name looks like the pattern is
// another one.
TEST(TopicPattern, IsReadOnce) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>(TopicPattern("a-[0-9]")).to("first");
  builder.stream<std::string, std::string>(TopicPattern("a-[0-9]")).to("second");
  builder.stream<std::string, std::string>(TopicPattern("b-[0-9]")).to("third");
  const Topology topology = builder.build();
  TopologyDriver driver(topology, with_topics({"a-1", "b-1"}));
  auto first = driver.output<std::string, std::string>("first");
  auto second = driver.output<std::string, std::string>("second");
  auto third = driver.output<std::string, std::string>("third");

  driver.input<std::string, std::string>("a-1").pipe("a", "v", Timestamp(1));

  EXPECT_EQ(topology.nodes().size(), 5U);
  EXPECT_THAT(lines(first), ElementsAre("a=v@1"));
  EXPECT_THAT(lines(second), ElementsAre("a=v@1"));
  EXPECT_THAT(lines(third), ElementsAre());
}

TEST(TopicPattern, WorksInATopologyMadeByHand) {
  TopologyBuilder builder;
  builder.sink(
      "sink", "out",
      builder.source("source", TopicPattern("in-[0-9]"), serde::string(), serde::string()));
  TopologyDriver driver(builder.build(), with_topics({"in-1", "in-a"}));
  auto out = driver.output<std::string, std::string>("out");

  driver.input<std::string, std::string>("in-1").pipe("a", "v", Timestamp(1));

  EXPECT_THAT(lines(out), ElementsAre("a=v@1"));
}

TEST(TopicPattern, MustBeAnExpression) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>(TopicPattern("orders-(")).to("out");

  EXPECT_THAT([&] { static_cast<void>(builder.build()); },
              ThrowsMessage<TopologyError>(
                  AllOf(HasSubstr("'orders-('"), HasSubstr("KSTREAM-SOURCE-0000000000"))));
}

TEST(TopicPattern, MustMatchSomething) {
  EXPECT_THAT([] { static_cast<void>(all_orders().reading({"payments"})); },
              ThrowsMessage<TopologyError>(
                  HasSubstr("none of the 1 topics that can be seen matches the pattern "
                            "'orders-.*' of source 'KSTREAM-SOURCE-0000000000'")));
}

TEST(TopicPattern, MustNotMatchATopicThatAnotherSourceNames) {
  for (const bool pattern_first : {true, false}) {
    StreamBuilder builder;
    const auto by_pattern = [&] {
      builder.stream<std::string, std::string>(TopicPattern("orders-.*")).to("out");
    };
    if (pattern_first) {
      by_pattern();
    }
    builder.table<std::string, std::string>("orders-eu", Materialized::as("eu"));
    if (!pattern_first) {
      by_pattern();
    }

    EXPECT_THAT([&] { static_cast<void>(builder.build()); },
                ThrowsMessage<TopologyError>(AllOf(HasSubstr("topic 'orders-eu' of source"),
                                                   HasSubstr("matches the pattern 'orders-.*'"))));
  }
}

TEST(TopicPattern, MustNotMatchATopicThatAnotherPatternMatches) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>(TopicPattern("orders-.*")).to("out");
  builder.stream<std::string, std::string>(TopicPattern(".*-eu")).to("europe");
  const Topology topology = builder.build();

  EXPECT_THAT([&] { static_cast<void>(topology.reading({"orders-eu"})); },
              ThrowsMessage<TopologyError>(HasSubstr("topic 'orders-eu' is read by two sources")));
  EXPECT_NO_THROW(static_cast<void>(topology.reading({"orders-us", "payments-eu"})));
}

TEST(TopicPattern, GivesRepartitionTopicsThePartitionsOfTheLargestTopic) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>(TopicPattern("orders-.*"))
      .group_by([](const std::string& value) { return value; })
      .count(Materialized::as("c"));

  const auto counts = internal::count_partitions(
      builder.build().reading({"orders-eu", "orders-us"}), [](const std::string& topic) {
        return std::optional<std::int32_t>(topic == "orders-us" ? 5 : 2);
      });

  EXPECT_EQ(counts.repartition_topics.at("c-repartition"), 5);
}

// Instances that know other topics must not share the work.
TEST(TopicPattern, MakesAnotherPlanWithOtherTopics) {
  const std::string two = all_orders().reading({"orders-eu", "orders-us"}).fingerprint();

  EXPECT_EQ(two, all_orders().reading({"orders-us", "orders-eu", "payments"}).fingerprint());
  EXPECT_NE(two, all_orders().reading({"orders-eu"}).fingerprint());
}

}  // namespace
}  // namespace pawl::test

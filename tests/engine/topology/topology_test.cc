#include "topology/internal_topics.h"
#include "topology/partition_counts.h"

#include <pawl/engine/topology.h>
#include <pawl/operators/dsl.h>
#include <pawl/operators/topology_builder.h>
#include <pawl/serde/primitives.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <optional>

namespace pawl {
namespace {

using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::HasSubstr;

using Counts = std::map<std::string, std::int32_t>;

internal::PartitionCounts count(const Topology& topology, const Counts& known) {
  return internal::count_partitions(topology, [&](const std::string& topic) {
    const auto found = known.find(topic);
    return found == known.end() ? std::nullopt : std::optional(found->second);
  });
}

// Returns: the message of the TopologyError that `act` throws.
std::string mistake(const std::function<void()>& act) {
  try {
    act();
  } catch (const TopologyError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

struct PassOn final : Processor<std::string, std::string> {
  void process(const Record<std::string, std::string>& /*record*/) override {}
};

TEST(Topology, RefusesAnEmptyPlan) {
  EXPECT_THAT(mistake([] { (void)StreamBuilder().build(); }), HasSubstr("at least one source"));
}

TEST(Topology, RefusesTwoNodesOfOneName) {
  TopologyBuilder builder;
  const auto source = builder.source("a", {"in"}, serde::string(), serde::string());
  builder.sink("a", "out", source);

  EXPECT_THAT(mistake([&] { (void)builder.build(); }), HasSubstr("two nodes are called 'a'"));
}

TEST(Topology, RefusesAStoreThatWasNotAddedAndOneThatNobodyUses) {
  TopologyBuilder builder;
  const auto source = builder.source("src", {"in"}, serde::string(), serde::string());
  builder.processor("p", [] { return std::make_unique<PassOn>(); }, source, {"seen"});
  EXPECT_THAT(mistake([&] { (void)builder.build(); }),
              AllOf(HasSubstr("node 'p'"), HasSubstr("store 'seen'"), HasSubstr("not added")));

  TopologyBuilder unused;
  unused.source("src", {"in"}, serde::string(), serde::string());
  unused.add_store(stores::key_value<std::string, std::string>("seen"));
  EXPECT_THAT(mistake([&] { (void)unused.build(); }), HasSubstr("connected to no node"));
}

TEST(Topology, RefusesATopicThatTwoSourcesRead) {
  TopologyBuilder builder;
  builder.source("a", {"in"}, serde::string(), serde::string());
  builder.source("b", {"in"}, serde::string(), serde::string());

  EXPECT_THAT(mistake([&] { (void)builder.build(); }),
              HasSubstr("topic 'in' is read by two sources"));
}

TEST(Topology, MergesEqualSourcesOfTheDsl) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in").to("a");
  builder.stream<std::string, std::string>("in").to("b");

  EXPECT_EQ(builder.build().nodes().size(), 3U);
}

TEST(Topology, RefusesOneTopicReadAsTwoTypes) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in").to("a");
  builder.stream<std::string, std::int64_t>("in").to("b");

  EXPECT_THAT(mistake([&] { (void)builder.build(); }), HasSubstr("different types"));
}

TEST(Topology, RefusesNamesThatCannotBeTopics) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in").filter([](const std::string&) { return true; },
                                                        Named::as("no spaces"));

  EXPECT_THAT(mistake([&] { (void)builder.build(); }), HasSubstr("'no spaces'"));
}

TEST(Topology, RefusesARetentionShorterThanTheWindow) {
  StreamBuilder builder;
  const auto windowed = builder.stream<std::string, std::string>("in").group_by_key().windowed_by(
      TumblingWindows::of(milliseconds(100)).grace(milliseconds(50)));

  EXPECT_THAT(mistake([&] { windowed.count(Materialized::as("c").retention(milliseconds(120))); }),
              HasSubstr("window size + grace = 150 ms"));
}

TEST(Topology, FingerprintChangesWithThePlanOnly) {
  const auto plan = [](const std::string& store, const std::string& suffix) {
    StreamBuilder builder;
    builder.stream<std::string, std::string>("in")
        .map_values([suffix](const std::string& value) { return value + suffix; })
        .group_by_key()
        .count(Materialized::as(store));
    return builder.build().fingerprint();
  };

  EXPECT_EQ(plan("a", "x"), plan("a", "y")) << "code may change";
  EXPECT_NE(plan("a", "x"), plan("b", "x")) << "stores may not";
}

TEST(PartitionCounts, RepartitionTopicsFollowTheLargestSource) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("a")
      .merge(builder.stream<std::string, std::string>("b"))
      .group_by([](const std::string& value) { return value; })
      .count(Materialized::as("c"));

  const auto counts = count(builder.build(), {{"a", 2}, {"b", 5}});

  EXPECT_EQ(counts.repartition_topics.at("c-repartition"), 5);
  EXPECT_EQ(counts.tasks.at(SubtopologyId(0)), 5);
  EXPECT_EQ(counts.tasks.at(SubtopologyId(1)), 5);
}

TEST(PartitionCounts, NamesEveryMissingSourceTopic) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("a").to("x");
  builder.stream<std::string, std::string>("b").to("y");

  EXPECT_THAT(mistake([&] { count(builder.build(), {}); }), HasSubstr("a, b"));
}

TEST(PartitionCounts, RefusesJoinedTopicsOfDifferentCounts) {
  StreamBuilder builder;
  const auto table = builder.table<std::string, std::string>("table");
  builder.stream<std::string, std::string>("in")
      .left_join(table, [](const std::string& left, const std::string*) { return left; })
      .to("out");

  EXPECT_THAT(mistake([&] { count(builder.build(), {{"in", 4}, {"table", 3}}); }),
              AllOf(HasSubstr("'in' has 4"), HasSubstr("'table' has 3")));
}

TEST(PartitionCounts, RefusesAStreamThatIsJoinedWithTablesOfDifferentCounts) {
  StreamBuilder builder;
  const auto stream =
      builder.stream<std::string, std::string>("in").repartition(Repartitioned::as("r"));
  for (const char* const topic : {"few", "many"}) {
    stream.join(builder.table<std::string, std::string>(topic),
                [](const std::string& left, const std::string& right) { return left + right; });
  }

  EXPECT_THAT(mistake([&] { count(builder.build(), {{"in", 1}, {"few", 3}, {"many", 4}}); }),
              AllOf(HasSubstr("'few' has 3"), HasSubstr("'many' has 4")));
}

TEST(PartitionCounts, ARepartitionTopicTakesTheCountOfTheTableItIsJoinedWith) {
  StreamBuilder builder;
  const auto table = builder.table<std::string, std::string>("table");
  builder.stream<std::string, std::string>("in")
      .select_key([](const std::string& value) { return value; })
      .left_join(
          table, [](const std::string& left, const std::string*) { return left; }, Joined::as("j"))
      .to("out");

  EXPECT_EQ(
      count(builder.build(), {{"in", 4}, {"table", 3}}).repartition_topics.at("j-repartition"), 3);
}

// The topics of a foreign-key join are upstream of each other; each follows the table it goes to.
TEST(PartitionCounts, OfAForeignKeyJoinFollowTheTables) {
  const auto same = [](const std::string& value) { return value; };
  const auto both = [](const std::string& left, const std::string& right) { return left + right; };
  StreamBuilder builder;
  const auto left = builder.table<std::string, std::string>("left");
  const auto right = builder.table<std::string, std::string>("right");
  left.join(right, same, both, TableJoined::as("fk")).to_stream().to("out");

  const auto counts = count(builder.build(), {{"left", 4}, {"right", 7}});

  EXPECT_EQ(counts.repartition_topics.at("fk-subscription-registration-topic"), 7);
  EXPECT_EQ(counts.repartition_topics.at("fk-subscription-response-topic"), 4);
}

TEST(PartitionCounts, OfAForeignKeyJoinBehindRepartitionTopicsAreThoseOfTheLargest) {
  const auto same = [](const std::string& value) { return value; };
  const auto both = [](const std::string& left, const std::string& right) { return left + right; };
  StreamBuilder builder;
  const auto regrouped = [&](const char* topic) {
    return builder.stream<std::string, std::string>(topic).select_key(same).to_table(
        Materialized(), Named::as(std::string(topic) + "-table"));
  };
  const auto left = regrouped("left");
  left.join(regrouped("right"), same, both, TableJoined::as("fk")).to_stream().to("out");

  const auto counts = count(builder.build(), {{"left", 4}, {"right", 7}});

  const auto& topics = counts.repartition_topics;
  EXPECT_EQ(topics.at("fk-subscription-registration-topic"), topics.at("right-table-repartition"));
  EXPECT_EQ(topics.at("fk-subscription-response-topic"), topics.at("left-table-repartition"));
}

TEST(InternalTopics, WindowedChangelogsFollowStreamTimeUnlessJavaIsToBeMatched) {
  StoreSpec spec;
  spec.name = "w";
  spec.kind = StoreKind::window;
  spec.retention = milliseconds(5'000);

  const auto native = internal::changelog_topic_config(spec, Compatibility::native);
  const auto java = internal::changelog_topic_config(spec, Compatibility::kafka_streams_4_3);

  EXPECT_EQ(native.at("retention.ms"), "-1");
  EXPECT_EQ(native.at("cleanup.policy"), "compact,delete");
  EXPECT_EQ(java.at("retention.ms"), "86405000");
}

// Kafka Streams: WindowStoreBuilder does, TimestampedWindowStoreBuilder does not.
TEST(InternalTopics, OnlyPlainWindowStoresLeaveDuplicatesUncompacted) {
  StoreSpec spec;
  spec.name = "w";
  spec.kind = StoreKind::window;
  spec.retain_duplicates = true;
  EXPECT_EQ(internal::changelog_topic_config(spec, Compatibility::native).at("cleanup.policy"),
            "delete");

  spec.timestamped = true;
  EXPECT_EQ(internal::changelog_topic_config(spec, Compatibility::native).at("cleanup.policy"),
            "compact,delete");
}

}  // namespace
}  // namespace pawl

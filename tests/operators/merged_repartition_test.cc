// Which repartition topics become one, where, and how they are called. The descriptions were
// recorded from Kafka Streams 4.3.1 (topology.optimization=all).
#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>

namespace pawl::test {
namespace {

using ::testing::HasSubstr;

// Only what the plan makes of them is looked at.
class Passing final : public Processor<std::string, std::string, std::string, std::string> {
 public:
  void process(const Record<std::string, std::string>& /*record*/) override {}
};

template <class VOut>
class PassingValues final : public FixedKeyProcessor<std::string, std::string, VOut> {
 public:
  void process(const FixedKeyRecord<std::string, std::string>& /*record*/) override {}
};

const auto to_value = [](const std::string& value) { return value; };

Stream<std::string, std::string> by_value(StreamBuilder& builder) {
  return builder.stream<std::string, std::string>("in").select_key(to_value);
}

std::string optimised(const StreamBuilder& builder) {
  return builder.build({.merge_repartition_topics = true}).describe();
}

TEST(MergedRepartition, LeavesThoseBehindAProcessorAlone) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .process([] { return std::make_unique<Passing>(); })
      .group_by_key()
      .count()
      .to_stream()
      .to("out");

  EXPECT_EQ(optimised(builder), R"(Topologies:
   Sub-topology: 0
    Source: KSTREAM-SOURCE-0000000000 (topics: [in])
      --> KSTREAM-PROCESSOR-0000000001
    Processor: KSTREAM-PROCESSOR-0000000001 (stores: [])
      --> KSTREAM-FILTER-0000000005
      <-- KSTREAM-SOURCE-0000000000
    Processor: KSTREAM-FILTER-0000000005 (stores: [])
      --> KSTREAM-SINK-0000000004
      <-- KSTREAM-PROCESSOR-0000000001
    Sink: KSTREAM-SINK-0000000004 (topic: KSTREAM-AGGREGATE-STATE-STORE-0000000002-repartition)
      <-- KSTREAM-FILTER-0000000005

  Sub-topology: 1
    Source: KSTREAM-SOURCE-0000000006 (topics: [KSTREAM-AGGREGATE-STATE-STORE-0000000002-repartition])
      --> KSTREAM-AGGREGATE-0000000003
    Processor: KSTREAM-AGGREGATE-0000000003 (stores: [KSTREAM-AGGREGATE-STATE-STORE-0000000002])
      --> KTABLE-TOSTREAM-0000000007
      <-- KSTREAM-SOURCE-0000000006
    Processor: KTABLE-TOSTREAM-0000000007 (stores: [])
      --> KSTREAM-SINK-0000000008
      <-- KSTREAM-AGGREGATE-0000000003
    Sink: KSTREAM-SINK-0000000008 (topic: out)
      <-- KTABLE-TOSTREAM-0000000007

)");
}

// Kafka Streams moves it before the processor, which may change the key.
TEST(MergedRepartition, DoesNotMoveBeforeAProcessor) {
  StreamBuilder builder;
  by_value(builder)
      .process([] { return std::make_unique<Passing>(); })
      .group_by_key()
      .count(Materialized::as("counts"));

  EXPECT_THAT(optimised(builder),
              HasSubstr("Sink: counts-repartition-sink (topic: counts-repartition)\n"
                        "      <-- counts-repartition-filter"));
  EXPECT_THAT(optimised(builder), HasSubstr("Processor: counts-repartition-filter (stores: [])\n"
                                            "      --> counts-repartition-sink\n"
                                            "      <-- KSTREAM-PROCESSOR-0000000002"));
}

TEST(MergedRepartition, MovesBeforeAProcessorOfValues) {
  StreamBuilder builder;
  by_value(builder)
      .process_values([] { return std::make_unique<PassingValues<std::string>>(); })
      .group_by_key()
      .count()
      .to_stream()
      .to("out");

  EXPECT_EQ(optimised(builder), R"(Topologies:
   Sub-topology: 0
    Source: KSTREAM-SOURCE-0000000000 (topics: [in])
      --> KSTREAM-KEY-SELECT-0000000001
    Processor: KSTREAM-KEY-SELECT-0000000001 (stores: [])
      --> KSTREAM-AGGREGATE-STATE-STORE-0000000003-repartition-filter
      <-- KSTREAM-SOURCE-0000000000
    Processor: KSTREAM-AGGREGATE-STATE-STORE-0000000003-repartition-filter (stores: [])
      --> KSTREAM-AGGREGATE-STATE-STORE-0000000003-repartition-sink
      <-- KSTREAM-KEY-SELECT-0000000001
    Sink: KSTREAM-AGGREGATE-STATE-STORE-0000000003-repartition-sink (topic: KSTREAM-AGGREGATE-STATE-STORE-0000000003-repartition)
      <-- KSTREAM-AGGREGATE-STATE-STORE-0000000003-repartition-filter

  Sub-topology: 1
    Source: KSTREAM-AGGREGATE-STATE-STORE-0000000003-repartition-source (topics: [KSTREAM-AGGREGATE-STATE-STORE-0000000003-repartition])
      --> KSTREAM-PROCESSVALUES-0000000002
    Processor: KSTREAM-PROCESSVALUES-0000000002 (stores: [])
      --> KSTREAM-AGGREGATE-0000000004
      <-- KSTREAM-AGGREGATE-STATE-STORE-0000000003-repartition-source
    Processor: KSTREAM-AGGREGATE-0000000004 (stores: [KSTREAM-AGGREGATE-STATE-STORE-0000000003])
      --> KTABLE-TOSTREAM-0000000008
      <-- KSTREAM-PROCESSVALUES-0000000002
    Processor: KTABLE-TOSTREAM-0000000008 (stores: [])
      --> KSTREAM-SINK-0000000009
      <-- KSTREAM-AGGREGATE-0000000004
    Sink: KSTREAM-SINK-0000000009 (topic: out)
      <-- KTABLE-TOSTREAM-0000000008

)");
}

TEST(MergedRepartition, DoesNotMoveBeforeAProcessorThatMakesOtherValues) {
  StreamBuilder builder;
  by_value(builder)
      .process_values([] { return std::make_unique<PassingValues<std::int64_t>>(); })
      .group_by_key()
      .count(Materialized::as("counts"));

  EXPECT_THAT(optimised(builder), HasSubstr("Processor: counts-repartition-filter (stores: [])\n"
                                            "      --> counts-repartition-sink\n"
                                            "      <-- KSTREAM-PROCESSVALUES-0000000002"));
}

TEST(MergedRepartition, MovesBeforeAJoinWithAGlobalTable) {
  StreamBuilder builder;
  const auto table = builder.global_table<std::string, std::string>("g");
  by_value(builder)
      .join(table, to_value, [](const std::string& value, const std::string&) { return value; })
      .group_by_key()
      .count()
      .to_stream()
      .to("out");

  EXPECT_EQ(optimised(builder), R"(Topologies:
   Sub-topology: 0 for global store (will not generate tasks)
    Source: KSTREAM-SOURCE-0000000001 (topics: [g])
      --> KTABLE-SOURCE-0000000002
    Processor: KTABLE-SOURCE-0000000002 (stores: [g-STATE-STORE-0000000000])
      --> none
      <-- KSTREAM-SOURCE-0000000001
  Sub-topology: 1
    Source: KSTREAM-SOURCE-0000000003 (topics: [in])
      --> KSTREAM-KEY-SELECT-0000000004
    Processor: KSTREAM-KEY-SELECT-0000000004 (stores: [])
      --> KSTREAM-AGGREGATE-STATE-STORE-0000000006-repartition-filter
      <-- KSTREAM-SOURCE-0000000003
    Processor: KSTREAM-AGGREGATE-STATE-STORE-0000000006-repartition-filter (stores: [])
      --> KSTREAM-AGGREGATE-STATE-STORE-0000000006-repartition-sink
      <-- KSTREAM-KEY-SELECT-0000000004
    Sink: KSTREAM-AGGREGATE-STATE-STORE-0000000006-repartition-sink (topic: KSTREAM-AGGREGATE-STATE-STORE-0000000006-repartition)
      <-- KSTREAM-AGGREGATE-STATE-STORE-0000000006-repartition-filter

  Sub-topology: 2
    Source: KSTREAM-AGGREGATE-STATE-STORE-0000000006-repartition-source (topics: [KSTREAM-AGGREGATE-STATE-STORE-0000000006-repartition])
      --> KSTREAM-LEFTJOIN-0000000005
    Processor: KSTREAM-LEFTJOIN-0000000005 (stores: [])
      --> KSTREAM-AGGREGATE-0000000007
      <-- KSTREAM-AGGREGATE-STATE-STORE-0000000006-repartition-source
    Processor: KSTREAM-AGGREGATE-0000000007 (stores: [KSTREAM-AGGREGATE-STATE-STORE-0000000006])
      --> KTABLE-TOSTREAM-0000000011
      <-- KSTREAM-LEFTJOIN-0000000005
    Processor: KTABLE-TOSTREAM-0000000011 (stores: [])
      --> KSTREAM-SINK-0000000012
      <-- KSTREAM-AGGREGATE-0000000007
    Sink: KSTREAM-SINK-0000000012 (topic: out)
      <-- KTABLE-TOSTREAM-0000000011

)");
}

TEST(MergedRepartition, GoesBehindAMergeOfWhichTheFirstStreamChangedItsKey) {
  StreamBuilder builder;
  const auto merged = builder.stream<std::string, std::string>("a")
                          .select_key(to_value)
                          .filter([](const std::string&) { return true; })
                          .merge(builder.stream<std::string, std::string>("b"));
  const auto grouped = merged.group_by_key();
  grouped.count().to_stream().to("out");
  grouped.reduce([](const std::string& before, const std::string&) { return before; })
      .to_stream()
      .to("out2");

  EXPECT_EQ(optimised(builder), R"(Topologies:
   Sub-topology: 0
    Source: KSTREAM-SOURCE-0000000000 (topics: [a])
      --> KSTREAM-KEY-SELECT-0000000001
    Processor: KSTREAM-KEY-SELECT-0000000001 (stores: [])
      --> KSTREAM-FILTER-0000000002
      <-- KSTREAM-SOURCE-0000000000
    Processor: KSTREAM-FILTER-0000000002 (stores: [])
      --> KSTREAM-MERGE-0000000004
      <-- KSTREAM-KEY-SELECT-0000000001
    Source: KSTREAM-SOURCE-0000000003 (topics: [b])
      --> KSTREAM-MERGE-0000000004
    Processor: KSTREAM-MERGE-0000000004 (stores: [])
      --> KSTREAM-AGGREGATE-STATE-STORE-0000000005-repartition-filter
      <-- KSTREAM-FILTER-0000000002, KSTREAM-SOURCE-0000000003
    Processor: KSTREAM-AGGREGATE-STATE-STORE-0000000005-repartition-filter (stores: [])
      --> KSTREAM-AGGREGATE-STATE-STORE-0000000005-repartition-sink
      <-- KSTREAM-MERGE-0000000004
    Sink: KSTREAM-AGGREGATE-STATE-STORE-0000000005-repartition-sink (topic: KSTREAM-AGGREGATE-STATE-STORE-0000000005-repartition)
      <-- KSTREAM-AGGREGATE-STATE-STORE-0000000005-repartition-filter

  Sub-topology: 1
    Source: KSTREAM-AGGREGATE-STATE-STORE-0000000005-repartition-source (topics: [KSTREAM-AGGREGATE-STATE-STORE-0000000005-repartition])
      --> KSTREAM-AGGREGATE-0000000006, KSTREAM-REDUCE-0000000013
    Processor: KSTREAM-AGGREGATE-0000000006 (stores: [KSTREAM-AGGREGATE-STATE-STORE-0000000005])
      --> KTABLE-TOSTREAM-0000000010
      <-- KSTREAM-AGGREGATE-STATE-STORE-0000000005-repartition-source
    Processor: KSTREAM-REDUCE-0000000013 (stores: [KSTREAM-REDUCE-STATE-STORE-0000000012])
      --> KTABLE-TOSTREAM-0000000017
      <-- KSTREAM-AGGREGATE-STATE-STORE-0000000005-repartition-source
    Processor: KTABLE-TOSTREAM-0000000010 (stores: [])
      --> KSTREAM-SINK-0000000011
      <-- KSTREAM-AGGREGATE-0000000006
    Processor: KTABLE-TOSTREAM-0000000017 (stores: [])
      --> KSTREAM-SINK-0000000018
      <-- KSTREAM-REDUCE-0000000013
    Sink: KSTREAM-SINK-0000000011 (topic: out)
      <-- KTABLE-TOSTREAM-0000000010
    Sink: KSTREAM-SINK-0000000018 (topic: out2)
      <-- KTABLE-TOSTREAM-0000000017

)");
}

TEST(RepartitionTopic, HasItsSuffixOnce) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .repartition(Repartitioned::as("x-repartition"))
      .to("out");
  builder.stream<std::string, std::string>("in2")
      .select_key(to_value)
      .group_by_key(Grouped::as("y-repartition"))
      .count(Materialized::as("c"))
      .to_stream()
      .to("out2");

  EXPECT_EQ(optimised(builder), R"(Topologies:
   Sub-topology: 0
    Source: KSTREAM-SOURCE-0000000000 (topics: [in])
      --> x-repartition-filter
    Processor: x-repartition-filter (stores: [])
      --> x-repartition-sink
      <-- KSTREAM-SOURCE-0000000000
    Sink: x-repartition-sink (topic: x-repartition)
      <-- x-repartition-filter

  Sub-topology: 1
    Source: x-repartition-source (topics: [x-repartition])
      --> KSTREAM-SINK-0000000004
    Sink: KSTREAM-SINK-0000000004 (topic: out)
      <-- x-repartition-source

  Sub-topology: 2
    Source: KSTREAM-SOURCE-0000000005 (topics: [in2])
      --> KSTREAM-KEY-SELECT-0000000006
    Processor: KSTREAM-KEY-SELECT-0000000006 (stores: [])
      --> y-repartition-filter
      <-- KSTREAM-SOURCE-0000000005
    Processor: y-repartition-filter (stores: [])
      --> y-repartition-sink
      <-- KSTREAM-KEY-SELECT-0000000006
    Sink: y-repartition-sink (topic: y-repartition)
      <-- y-repartition-filter

  Sub-topology: 3
    Source: y-repartition-source (topics: [y-repartition])
      --> KSTREAM-AGGREGATE-0000000007
    Processor: KSTREAM-AGGREGATE-0000000007 (stores: [c])
      --> KTABLE-TOSTREAM-0000000011
      <-- y-repartition-source
    Processor: KTABLE-TOSTREAM-0000000011 (stores: [])
      --> KSTREAM-SINK-0000000012
      <-- KSTREAM-AGGREGATE-0000000007
    Sink: KSTREAM-SINK-0000000012 (topic: out2)
      <-- KTABLE-TOSTREAM-0000000011

)");
}

}  // namespace
}  // namespace pawl::test

// Records without a key in operators that work by key: dropped and counted, unless Kafka Streams
// keeps them.
#include "operators/driver_reading.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::TestParamInfo;
using testing::TopologyDriver;
using ::testing::ValuesIn;

using Strings = Stream<std::string, std::string>;

struct KeyedOperator {
  const char* name;
  void (*add)(StreamBuilder& builder, const Strings& stream);
  // What comes out for a record (null, v) and then one (a, v).
  std::vector<std::string> expected;
};

std::string number(const std::int64_t& count) {
  return std::to_string(count);
}

std::vector<KeyedOperator> keyed_operators() {
  return {
      {"count",
       [](StreamBuilder&, const Strings& stream) {
         stream.group_by_key().count().to_stream().map_values(&number).to("out");
       },
       {"a=1@2"}},
      {"reduce",
       [](StreamBuilder&, const Strings& stream) {
         stream.group_by_key()
             .reduce([](const std::string& all, const std::string& one) { return all + one; })
             .to_stream()
             .to("out");
       },
       {"a=v@2"}},
      {"windowed_count",
       [](StreamBuilder&, const Strings& stream) {
         stream.group_by_key()
             .windowed_by(TumblingWindows::of(milliseconds(10)).no_grace())
             .count()
             .to_stream()
             .map([](const Windowed<std::string>& key, const std::int64_t& count) {
               return std::pair(key.key, number(count));
             })
             .to("out");
       },
       {"a=1@2"}},
      {"deduplicate",
       [](StreamBuilder&, const Strings& stream) {
         stream.deduplicate(Deduplication::by_key().within(milliseconds(10))).to("out");
       },
       {"a=v@2"}},
      {"inner_join",
       [](StreamBuilder& builder, const Strings& stream) {
         stream
             .join(builder.table<std::string, std::string>("table"),
                   [](const std::string& left, const std::string& right) { return left + right; })
             .to("out");
       },
       {}},
  };
}

class NullKey : public ::testing::TestWithParam<KeyedOperator> {};

TEST_P(NullKey, IsDroppedAndCounted) {
  StreamBuilder builder;
  GetParam().add(builder, builder.stream<std::string, std::string>("in"));
  TopologyDriver driver(builder.build());
  auto in = driver.input<std::string, std::string>("in");
  auto out = driver.output<std::string, std::string>("out");

  in.pipe({std::nullopt, "v", Timestamp(1), {}});
  in.pipe("a", "v", Timestamp(2));

  EXPECT_THAT(lines(out), ElementsAreArray(GetParam().expected));
  EXPECT_EQ(dropped(driver, "null_key"), 1U);
}

INSTANTIATE_TEST_SUITE_P(Operators, NullKey, ValuesIn(keyed_operators()),
                         [](const TestParamInfo<KeyedOperator>& test) { return test.param.name; });

TEST(NullKeys, DoNotEnterTables) {
  StreamBuilder builder;
  builder.table<std::string, std::string>("in").to_stream().to("out");
  TopologyDriver driver(builder.build());
  auto out = driver.output<std::string, std::string>("out");

  driver.input<std::string, std::string>("in").pipe({std::nullopt, "v", Timestamp(1), {}});

  EXPECT_TRUE(out.empty());
  EXPECT_EQ(dropped(driver, "null_key"), 1U);
}

// KIP-962: there is nothing to look up, and a left join needs nothing.
TEST(NullKeys, AreKeptByLeftJoins) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .left_join(builder.table<std::string, std::string>("table"),
                 [](const std::string& left, const std::string* right) {
                   return left + (right == nullptr ? "-nobody" : *right);
                 })
      .to("out");
  TopologyDriver driver(builder.build());
  auto out = driver.output<std::string, std::string>("out");

  driver.input<std::string, std::string>("in").pipe({std::nullopt, "v", Timestamp(1), {}});

  EXPECT_THAT(lines(out), ElementsAre("null=v-nobody@1"));
  EXPECT_EQ(dropped(driver, "null_key"), 0U);
}

// Before a repartition topic they would all gather in one partition, to be dropped behind it.
TEST(NullKeys, AreDroppedBeforeARepartitionTopic) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .select_key([](const std::string& value) {
        return value.empty() ? std::nullopt : std::optional(value);
      })
      .group_by_key(Grouped::as("by-value"))
      .count(Materialized::as("counts"))
      .to_stream()
      .to("out");
  TopologyDriver driver(builder.build());
  auto in = driver.input<std::string, std::string>("in");

  in.pipe("a", "", Timestamp(1));
  in.pipe("a", "x", Timestamp(2));

  std::vector<std::string> repartitioned;
  for (const testing::ProducedRecord& record : driver.take_produced()) {
    if (record.kind == testing::ProducedRecord::Kind::repartition) {
      repartitioned.push_back(*record.key);
    }
  }
  EXPECT_THAT(repartitioned, ElementsAre("x"));
  EXPECT_EQ(dropped(driver, "null_key"), 1U);
}

TEST(NullKeys, StayInOperatorsThatDoNotLookAtKeys) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .filter([](const std::string& value) { return !value.empty(); })
      .map_values([](const std::string& value) { return value + "."; })
      .peek([](const std::string* /*key*/, const std::string* /*value*/) {})
      .to("out");
  TopologyDriver driver(builder.build());
  auto out = driver.output<std::string, std::string>("out");

  driver.input<std::string, std::string>("in").pipe({std::nullopt, "v", Timestamp(1), {}});

  EXPECT_THAT(lines(out), ElementsAre("null=v.@1"));
}

}  // namespace
}  // namespace pawl::test

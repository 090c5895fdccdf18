// Side outputs: what a verb drops goes on, with the reason in a header, and is counted as before.
#include "operators/driver_reading.h"

#include <pawl/engine/side_output.h>
#include <pawl/operators/dsl.h>
#include <pawl/operators/side_output_plan.h>
#include <pawl/serde/primitives.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::TestParamInfo;
using testing::TopologyDriver;
using ::testing::ValuesIn;

using Strings = Stream<std::string, std::string>;
using Diverting = DivertingStream<std::string, std::string>;
using Input = testing::TestRecord<std::string, std::string>;

std::string plus(const std::string& left, const std::string& right) {
  return left + right;
}
std::string plus_any(const std::string* left, const std::string* right) {
  return (left == nullptr ? "-" : *left) + (right == nullptr ? "-" : *right);
}
std::string plus_maybe(const std::string& left, const std::string* right) {
  return plus_any(&left, right);
}

// Returns: every record that was not read yet, as `key=value@time reason`.
std::vector<std::string> dropped_lines(TopologyDriver& driver, const std::string& topic = "side") {
  auto side = driver.output<std::string, std::string>(topic);
  std::vector<std::string> lines;
  for (const auto& record : side.read_all()) {
    const Header* const reason = record.headers.last(kDroppedHeader);
    lines.push_back(record.key.value_or("null") + "=" + record.value.value_or("null") + "@" +
                    std::to_string(record.timestamp.value()) + " " +
                    (reason == nullptr ? "no reason" : *reason->value));
  }
  return lines;
}

struct DroppingVerb {
  const char* name;
  void (*add)(StreamBuilder& builder, const Diverting& stream);
  std::vector<Input> inputs;
  std::vector<std::string> expected;
};

void PrintTo(const DroppingVerb& verb, std::ostream* out) {
  *out << verb.name;
}

Input record(std::optional<std::string> key, std::optional<std::string> value, std::int64_t time) {
  return {std::move(key), std::move(value), Timestamp(time), {}};
}

template <class Windows>
void count_per(const Diverting& stream, const Windows& windows) {
  stream.group_by_key().windowed_by(windows).count(Materialized::as("counts"));
}

std::vector<DroppingVerb> aggregations() {
  return {
      {"count",
       [](StreamBuilder&, const Diverting& stream) { stream.group_by_key().count(); },
       {record({}, "v", 1), record("a", {}, 2), record("a", "v", 3)},
       {"null=v@1 null_key", "a=null@2 null_value"}},
      {"versioned_count",
       [](StreamBuilder&, const Diverting& stream) {
         stream.group_by_key().count(Materialized::as_versioned("counts", milliseconds(10)));
       },
       {record("a", "v", 100), record("a", "w", 1), record("b", "v", 1)},
       {"b=v@1 expired"}},
      {"tumbling",
       [](StreamBuilder&, const Diverting& stream) {
         count_per(stream, TumblingWindows::of(milliseconds(10)).grace(milliseconds(5)));
       },
       {record("a", "v", 1), record({}, "v", 2), record("a", "w", 14), record("a", "x", 3),
        record("a", "y", 15), record("a", "z", 4)},
       {"null=v@2 null_key", "a=z@4 late"}},
      {"hopping",
       [](StreamBuilder&, const Diverting& stream) {
         count_per(stream,
                   HoppingWindows::of(milliseconds(10)).advance_by(milliseconds(5)).no_grace());
       },
       {record("a", "v", 11), record("a", "both", 11), record("a", "one", 6), record("a", "no", 4)},
       {"a=one@6 partly_late", "a=no@4 late"}},
      {"unlimited",
       [](StreamBuilder&, const Diverting& stream) {
         count_per(stream, UnlimitedWindows::of().start_on(Timestamp(10)));
       },
       {record("a", "v", 9), record("a", "w", 10)},
       {"a=v@9 outside_windows"}},
      {"sliding",
       [](StreamBuilder&, const Diverting& stream) {
         count_per(stream, SlidingWindows::of_time_difference(milliseconds(10)).no_grace());
       },
       {record("a", "v", 50), record("a", {}, 51), record("a", "one", 40), record("a", "no", 39),
        record("b", "alone", 45)},
       {"a=null@51 null_value", "a=one@40 partly_late", "a=no@39 late", "b=alone@45 late"}},
      {"session",
       [](StreamBuilder&, const Diverting& stream) {
         count_per(stream, SessionWindows::with_inactivity_gap(milliseconds(5)).no_grace());
       },
       {record("a", "v", 1), record("a", "w", 20), record("a", "no", 2), record({}, "v", 21)},
       {"a=no@2 late", "null=v@21 null_key"}},
      {"cogroup",
       [](StreamBuilder& builder, const Diverting& stream) {
         const auto add = [](const std::string&, const std::string& value, std::string& all) {
           all += value;
         };
         builder.stream<std::string, std::string>("other")
             .group_by_key()
             .cogroup(add)
             .cogroup(stream.group_by_key(), add)
             .aggregate([] { return std::string(); });
       },
       {record({}, "v", 1), record("a", "v", 2)},
       {"null=v@1 null_key"}},
      {"count_behind_a_repartition_topic",
       [](StreamBuilder&, const Diverting& stream) {
         Strings(stream)
             .select_key([](const std::string& value) {
               return value.empty() ? std::nullopt : std::optional(value);
             })
             .dropped_to("side")
             .group_by_key()
             .windowed_by(TumblingWindows::of(milliseconds(10)).no_grace())
             .count();
       },
       {record("a", "", 1), record("a", "b", 2), record("a", "c", 20), record("a", "d", 3)},
       {"null=@1 null_key", "d=d@3 late"}},
  };
}

std::vector<DroppingVerb> joins() {
  return {
      {"join_of_streams",
       [](StreamBuilder& builder, const Diverting& stream) {
         stream.join(builder.stream<std::string, std::string>("other"), &plus,
                     JoinWindows::of(milliseconds(5)).no_grace());
       },
       {record({}, "v", 1), record("a", {}, 2), record("a", "v", 100), record("a", "old", 1)},
       {"null=v@1 null_key", "a=null@2 null_value", "a=old@1 late"}},
      {"right_side_of_a_join_of_streams",
       [](StreamBuilder& builder, const Diverting& stream) {
         builder.stream<std::string, std::string>("other").left_join(
             stream, &plus_maybe, JoinWindows::of(milliseconds(5)).no_grace());
       },
       {record({}, "v", 1), record("a", {}, 2), record("a", "v", 100), record("a", "old", 1)},
       {"null=v@1 null_key", "a=null@2 null_value", "a=old@1 late"}},
      {"outer_join_of_streams",
       [](StreamBuilder& builder, const Diverting& stream) {
         stream.outer_join(builder.stream<std::string, std::string>("other"), &plus_any,
                           JoinWindows::of(milliseconds(5)).no_grace());
       },
       {record({}, "v", 1), record("a", {}, 2)},
       {"a=null@2 null_value"}},
      {"join_with_a_table",
       [](StreamBuilder& builder, const Diverting& stream) {
         stream.join(builder.table<std::string, std::string>("table"), &plus);
       },
       {record({}, "v", 1), record("a", {}, 2), record("a", "v", 3)},
       {"null=v@1 null_key", "a=null@2 null_value"}},
      {"left_join_with_a_table",
       [](StreamBuilder& builder, const Diverting& stream) {
         stream.left_join(builder.table<std::string, std::string>("table"), &plus_maybe);
       },
       {record({}, "v", 1), record("a", {}, 2)},
       {"a=null@2 null_value"}},
      {"join_with_grace",
       [](StreamBuilder& builder, const Diverting& stream) {
         stream.join(builder.table<std::string, std::string>(
                         "table", Materialized::as_versioned("rows", milliseconds(100))),
                     &plus, Joined::grace(milliseconds(10)));
       },
       {record({}, "v", 1), record("a", {}, 2)},
       {"null=v@1 null_key", "a=null@2 null_value"}},
      {"join_with_a_global_table",
       [](StreamBuilder& builder, const Diverting& stream) {
         stream.join(
             builder.global_table<std::string, std::string>("table"),
             [](const std::string* key, const std::string*) -> std::optional<std::string> {
               return key == nullptr ? std::nullopt : std::optional(*key);
             },
             &plus);
       },
       {record({}, "v", 1), record("a", {}, 2), record("a", "v", 3)},
       {"null=v@1 null_key", "a=null@2 null_value"}},
      {"join_behind_a_repartition_topic",
       [](StreamBuilder& builder, const Diverting& stream) {
         Strings(stream)
             .select_key([](const std::string*, const std::string* value) {
               return value == nullptr || value->empty() ? std::nullopt : std::optional(*value);
             })
             .dropped_to("side")
             .join(builder.table<std::string, std::string>("table"), &plus);
       },
       {record("a", "", 1), record("a", "v", 2)},
       {"null=@1 null_key"}},
  };
}

std::vector<DroppingVerb> other_verbs() {
  return {
      {"split",
       [](StreamBuilder&, const Diverting& stream) {
         auto branches =
             stream.split(Named::as("size-"))
                 .branch([](const std::string& value) { return value.size() > 3; }, "large")
                 .branch([](const std::string& value) { return value.empty(); }, "none")
                 .no_default_branch();
         branches.at("size-large").to("large");
       },
       {record("a", "long enough", 1), record("a", "no", 2), record("a", "", 3)},
       {"a=no@2 unmatched"}},
      {"to_table",
       [](StreamBuilder&, const Diverting& stream) { stream.to_table(); },
       {record({}, "v", 1), record("a", {}, 2)},
       {"null=v@1 null_key"}},
      {"to_versioned_table",
       [](StreamBuilder&, const Diverting& stream) {
         stream.to_table(Materialized::as_versioned("rows", milliseconds(10)));
       },
       {record("a", "v", 100), record("a", "old", 1)},
       {"a=old@1 expired"}},
      {"repartition",
       [](StreamBuilder&, const Diverting& stream) {
         stream.repartition(Repartitioned::as("again")).to("large");
       },
       {record({}, "v", 1), record("a", "v", 2)},
       {"null=v@1 null_key"}},
      {"deduplicate",
       [](StreamBuilder&, const Diverting& stream) {
         stream.deduplicate(Deduplication::by_key().within(milliseconds(10))).to("large");
       },
       {record({}, "v", 1), record("a", "v", 2), record("a", "v", 3)},
       {"null=v@1 null_key"}},
  };
}

class SideOutput : public ::testing::TestWithParam<DroppingVerb> {};

TEST_P(SideOutput, GetsWhatTheVerbDropsAndNothingElse) {
  StreamBuilder builder;
  GetParam().add(builder, builder.stream<std::string, std::string>("in").dropped_to("side"));
  TopologyDriver driver(builder.build());
  auto in = driver.input<std::string, std::string>("in");

  for (const Input& input : GetParam().inputs) {
    in.pipe(input);
  }

  EXPECT_THAT(dropped_lines(driver), ElementsAreArray(GetParam().expected));
}

// The same drops are counted with a side output and without one.
TEST_P(SideOutput, LeavesTheCountersAsTheyAre) {
  const auto counted = [](bool diverting) {
    StreamBuilder builder;
    const Strings stream = builder.stream<std::string, std::string>("in");
    GetParam().add(builder, diverting ? stream.dropped_to([](const Strings&) {})
                                      : Diverting(internal::StreamPlan(stream.plan())));
    TopologyDriver driver(builder.build());
    auto in = driver.input<std::string, std::string>("in");
    for (const Input& input : GetParam().inputs) {
      in.pipe(input);
    }
    return driver.metrics().total(metric_names::kRecordsDropped);
  };

  EXPECT_EQ(counted(true), counted(false));
  EXPECT_GE(counted(true), GetParam().expected.size());
}

std::string name_of(const TestParamInfo<DroppingVerb>& test) {
  return test.param.name;
}
INSTANTIATE_TEST_SUITE_P(Aggregations, SideOutput, ValuesIn(aggregations()), &name_of);
INSTANTIATE_TEST_SUITE_P(Joins, SideOutput, ValuesIn(joins()), &name_of);
INSTANTIATE_TEST_SUITE_P(Others, SideOutput, ValuesIn(other_verbs()), &name_of);

TEST(SideOutputs, GoOnAsStreamsOfTheirOwn) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .dropped_to([](const Strings& dropped) {
        dropped.map_values([](const std::string& value) { return value + "!"; }).to("side");
      })
      .group_by_key()
      .windowed_by(TumblingWindows::of(milliseconds(10)).no_grace())
      .count(Materialized::as("counts"))
      .to_stream()
      .map([](const Windowed<std::string>& key, const std::int64_t& count) {
        return std::pair(key.key, count);
      })
      .to("out");
  TopologyDriver driver(builder.build());
  auto in = driver.input<std::string, std::string>("in");
  auto out = driver.output<std::string, std::int64_t>("out");

  in.pipe("a", "v", Timestamp(20), {{"trace", "1"}, {kDroppedHeader, "elsewhere"}});
  in.pipe("a", "w", Timestamp(5), {{"trace", "2"}, {kDroppedHeader, "elsewhere"}});

  const auto side = driver.output<std::string, std::string>("side").read_all();
  ASSERT_EQ(side.size(), 1U);
  EXPECT_EQ(side.front().value, "w!");
  EXPECT_EQ(side.front().headers, (Headers{{"trace", "2"}, {kDroppedHeader, "late"}}));
  EXPECT_THAT(lines(out), ElementsAre("a=1@20"));
}

// A program that asks for no side output has the names, numbers and edges of Kafka Streams; one
// that does has them up to the verb.
TEST(SideOutputs, ComeBehindTheNamesOfTheirVerb) {
  const auto described = [](bool diverting) {
    StreamBuilder builder;
    const Strings stream = builder.stream<std::string, std::string>("in");
    diverting ? stream.dropped_to("side").group_by_key().count().to_stream().to("out")
              : stream.group_by_key().count().to_stream().to("out");
    return builder.build().describe();
  };

  EXPECT_THAT(described(false), Not(HasSubstr("DROPPED")));
  EXPECT_THAT(described(true), HasSubstr("Processor: KSTREAM-DROPPED-0000000003 (stores: [])\n"
                                         "      --> KSTREAM-SINK-0000000004\n"
                                         "      <-- KSTREAM-AGGREGATE-0000000002\n"));
}

// What was late is late after a restart, and goes the same way.
TEST(SideOutputs, GetLateRecordsAfterARestart) {
  StreamBuilder builder;
  count_per(builder.stream<std::string, std::string>("in").dropped_to("side"),
            TumblingWindows::of(milliseconds(10)).no_grace());
  TopologyDriver driver(builder.build());
  auto in = driver.input<std::string, std::string>("in");
  in.pipe("a", "v", Timestamp(20));

  driver.restart(TopologyDriver::State::lost);
  in.pipe("a", "w", Timestamp(5));

  EXPECT_THAT(dropped_lines(driver), ElementsAre("a=w@5 late"));
}

// The filter of the topic that two repartitionings became.
TEST(SideOutputs, FollowMergedRepartitionTopics) {
  StreamBuilder builder;
  const auto keyed = builder.stream<std::string, std::string>("in").select_key(
      [](const std::string& value) { return value.empty() ? std::nullopt : std::optional(value); });
  keyed.filter([](const std::string& value) { return value != "x"; })
      .dropped_to("side")
      .group_by_key()
      .count();
  keyed.group_by_key().count();
  Optimizations merged = Optimizations::none();
  merged.merge_repartition_topics = true;
  TopologyDriver driver(builder.build(merged));
  auto in = driver.input<std::string, std::string>("in");

  in.pipe("a", "", Timestamp(1));
  in.pipe("a", "v", Timestamp(2));

  EXPECT_THAT(dropped_lines(driver), ElementsAre("null=@1 null_key"));
}

TEST(SideOutputs, OfASelfJoinAreTheSameInOneStore) {
  for (const bool one_store : {false, true}) {
    StreamBuilder builder;
    const Strings stream = builder.stream<std::string, std::string>("in");
    stream.dropped_to("side")
        .join(stream, &plus, JoinWindows::of(milliseconds(5)).no_grace())
        .to("out");
    Optimizations optimizations = Optimizations::none();
    optimizations.single_store_self_join = one_store;
    TopologyDriver driver(builder.build(optimizations));
    auto in = driver.input<std::string, std::string>("in");

    in.pipe(record({}, "v", 1));
    in.pipe("a", "v", Timestamp(100));
    in.pipe("a", "old", Timestamp(1));

    EXPECT_THAT(dropped_lines(driver), ElementsAre("null=v@1 null_key", "a=old@1 late"))
        << one_store;
  }
}

// With a default branch nothing is left over.
TEST(SideOutputs, OfASplitWithADefaultBranchStayEmpty) {
  StreamBuilder builder;
  auto branches = builder.stream<std::string, std::string>("in")
                      .dropped_to("side")
                      .split(Named::as("size-"))
                      .branch([](const std::string& value) { return value.size() > 3; }, "large")
                      .default_branch("small");
  branches.at("size-small").to("small");
  TopologyDriver driver(builder.build());
  auto small = driver.output<std::string, std::string>("small");

  driver.input<std::string, std::string>("in").pipe("a", "no", Timestamp(1));

  EXPECT_THAT(dropped_lines(driver), IsEmpty());
  EXPECT_THAT(lines(small), ElementsAre("a=no@1"));
}

}  // namespace
}  // namespace pawl::test

#include <pawl/engine/topology.h>
#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pawl {
namespace {

using std::chrono::minutes;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string same(const std::string& value) {
  return value;
}

Topology counts(const Materialized& materialized) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .group_by(same, Grouped::as("by-value"))
      .windowed_by(TumblingWindows::of(minutes(60)).grace(minutes(5)))
      .count(materialized)
      .to_stream()
      .to("out", Produced::as("sink"));
  return builder.build();
}

TEST(TopologyExplanation, ListsTopicsStoresAndWhatTheirSizeFollows) {
  const std::string text = counts(Materialized::as("counts")).explain("shop");

  EXPECT_THAT(text, AllOf(HasSubstr("Subtopology 0"), HasSubstr("reads in"),
                          HasSubstr("reads repartition topic shop-by-value-repartition, as many "
                                    "partitions as its input (cleanup.policy=delete"),
                          HasSubstr("store counts: window store, on disk, windows of 1 h, kept "
                                    "for 65 min, in segments of 1950 s"),
                          HasSubstr("one row per key and window of the last 65 min"),
                          HasSubstr("changelog shop-counts-changelog (cleanup.policy="
                                    "compact,delete")));
}

TEST(TopologyExplanation, WarnsOfNothingWhenAllIsNamedAndLogged) {
  EXPECT_THAT(counts(Materialized::as("counts")).warnings(), IsEmpty());
}

TEST(TopologyExplanation, WarnsOfGeneratedNamesOfState) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in").group_by(same).count();

  const std::vector<std::string> warnings = builder.build().warnings();

  EXPECT_THAT(warnings,
              ElementsAre(HasSubstr("store 'KSTREAM-AGGREGATE-STATE-STORE-0000000002' has a "
                                    "generated name"),
                          HasSubstr("repartition topic "
                                    "'KSTREAM-AGGREGATE-STATE-STORE-0000000002-repartition'")));
  EXPECT_THAT(builder.build().explain(), HasSubstr("Warning: store 'KSTREAM-AGGREGATE"));
}

TEST(TopologyExplanation, WarnsOfStateThatARestartCannotRestore) {
  EXPECT_THAT(counts(Materialized::as("counts").logging_disabled()).warnings(),
              ElementsAre(HasSubstr("store 'counts' has no changelog")));
  EXPECT_THAT(
      counts(Materialized::as("counts").changelog_config({{"retention.ms", "60000"}})).warnings(),
      ElementsAre(HasSubstr("keeps records for 1 min, less than the 65 min")));
}

TEST(TopologyExplanation, WarnsOfShortRetentionOfSessionsToo) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .group_by_key()
      .windowed_by(SessionWindows::with_inactivity_gap(minutes(30)).grace(minutes(5)))
      .count(Materialized::as("visits").changelog_config({{"retention.ms", "60000"}}));

  EXPECT_THAT(builder.build().warnings(),
              ElementsAre(HasSubstr("store 'visits' keeps records for 1 min")));
}

TEST(TopologyExplanation, TakesNoNameOfTheUserForAGeneratedOne) {
  for (const char* name : {"orders-20231231235959", "orders-2023123123", "KSTREAM-20231231235959",
                           "KSTREAM-total0000000003"}) {
    EXPECT_THAT(counts(Materialized::as(name)).warnings(), IsEmpty()) << name;
  }
}

TEST(TopologyDrawing, ShowsTopicsNodesAndStoresPerSubtopology) {
  const Topology topology = counts(Materialized::as("counts"));

  EXPECT_THAT(
      topology.to_dot(),
      AllOf(HasSubstr("digraph topology {"), HasSubstr("label=\"subtopology 1\""),
            HasSubstr("[label=\"in\", shape=cds]"), HasSubstr("[label=\"counts\", shape=cylinder]"),
            HasSubstr("[style=dashed, dir=none]")));
  EXPECT_THAT(topology.to_mermaid(),
              AllOf(HasSubstr("flowchart LR"), HasSubstr("subgraph sub1[\"subtopology 1\"]"),
                    HasSubstr("[(\"counts\")]"), HasSubstr(">\"in\"]"), HasSubstr(" -.- ")));
}

}  // namespace
}  // namespace pawl

// group_by of tables: aggregates stay right as rows change their group and go.
#include "operators/driver_reading.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <utility>

namespace pawl::test {
namespace {

using testing::DriverOptions;
using ::testing::ElementsAre;
using testing::TopologyDriver;

// Players by team: "red:5" plays for red and has 5 points.
using TeamAndPoints = std::pair<std::optional<std::string>, std::int64_t>;
TeamAndPoints team_and_points(const std::string& value) {
  const std::size_t colon = value.find(':');
  const std::string team = value.substr(0, colon);
  return {team == "none" ? std::nullopt : std::optional(team), std::stoll(value.substr(colon + 1))};
}

Topology points() {
  StreamBuilder builder;
  builder.table<std::string, std::string>("players")
      .group_by(team_and_points, Grouped::as("by-team"))
      .aggregate([] { return std::int64_t{0}; },
                 [](const std::string&, const std::int64_t& added, const std::int64_t& sum) {
                   return sum + added;
                 },
                 [](const std::string&, const std::int64_t& removed, const std::int64_t& sum) {
                   return sum - removed;
                 },
                 Materialized::as("points"))
      .to_stream()
      .to("out");
  return builder.build();
}

struct Driven {
  explicit Driven(const Topology& topology, DriverOptions options = {})
      : driver(topology, std::move(options)),
        players(driver.input<std::string, std::string>("players")),
        out(driver.output<std::string, std::int64_t>("out")) {}
  void pipe(const char* key, const char* value, std::int64_t time) {
    players.pipe(key, value, Timestamp(time));
  }
  std::vector<std::string> read() { return lines(out); }
  TopologyDriver driver;
  testing::InputTopic<std::string, std::string> players;
  testing::OutputTopic<std::string, std::int64_t> out;
};

TEST(GroupedTable, TakesARowOutOfItsOldGroup) {
  Driven test(points());

  test.pipe("ann", "red:5", 1);
  test.pipe("bob", "red:2", 2);
  test.pipe("ann", "blue:6", 3);
  test.players.pipe({"bob", std::nullopt, Timestamp(4), {}});

  EXPECT_THAT(test.read(), ElementsAre("red=5@1", "red=7@2", "red=2@3", "blue=6@3", "red=0@4"));
}

TEST(GroupedTable, ChangesAGroupOnceWhenARowStaysInIt) {
  Driven test(points());
  test.pipe("ann", "red:5", 1);
  test.read();

  test.pipe("ann", "red:7", 2);

  EXPECT_THAT(test.read(), ElementsAre("red=7@2"));
}

TEST(GroupedTable, LeavesRowsWithoutAGroupOutAndCountsThem) {
  Driven test(points());

  test.pipe("ann", "none:5", 1);
  test.pipe("ann", "red:5", 2);
  test.pipe("ann", "none:5", 3);

  EXPECT_THAT(test.read(), ElementsAre("red=5@2", "red=0@3"));
  EXPECT_EQ(dropped(test.driver, "ungrouped"), 3U);
}

TEST(GroupedTable, KeepsTheLatestTimestampOfAGroup) {
  Driven test(points());

  test.pipe("ann", "red:5", 10);
  test.pipe("bob", "red:1", 4);

  EXPECT_THAT(test.read(), ElementsAre("red=5@10", "red=6@10"));
}

TEST(GroupedTable, IsRightAfterARestart) {
  Driven test(points());
  test.pipe("ann", "red:5", 1);
  test.pipe("bob", "red:2", 2);
  test.read();

  test.driver.restart(TopologyDriver::State::lost);
  test.pipe("ann", "blue:1", 3);

  EXPECT_THAT(test.read(), ElementsAre("red=2@3", "blue=1@3"));
}

TEST(GroupedTable, IsDeletedWhenItsSubtractorSaysSo) {
  StreamBuilder builder;
  builder.table<std::string, std::string>("players")
      .group_by(team_and_points)
      .reduce([](const std::int64_t& sum, const std::int64_t& added) { return sum + added; },
              [](const std::int64_t& sum, const std::int64_t& removed) {
                return sum == removed ? std::nullopt : std::optional(sum - removed);
              })
      .to_stream()
      .to("out");
  Driven test(builder.build());

  test.pipe("ann", "red:5", 1);
  test.players.pipe({"ann", std::nullopt, Timestamp(2), {}});

  EXPECT_THAT(test.read(), ElementsAre("red=5@1", "red=null@2"));
}

TEST(GroupedTable, SharesOneTopicAmongTheAggregationsOfANamedGroup) {
  StreamBuilder builder;
  const auto group = builder.table<std::string, std::string>("players").group_by(
      team_and_points, Grouped::as("by-team"));
  group.count(Materialized::as("players-of-team"));
  group.reduce([](const std::int64_t& sum, const std::int64_t& added) { return sum + added; },
               [](const std::int64_t& sum, const std::int64_t& removed) { return sum - removed; },
               Materialized::as("points-of-team"));

  const Topology topology = builder.build();

  ASSERT_EQ(topology.repartition_topics().size(), 1U);
  EXPECT_EQ(topology.repartition_topics().front().name, "by-team-repartition");
}

}  // namespace
}  // namespace pawl::test

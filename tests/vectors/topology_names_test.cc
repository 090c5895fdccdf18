// Compares what logical_plan, repartition_names and foreign_key_join_names make with
// unit/topology_names.jsonl: nodes, stores and topics, byte for byte.
#include "vectors/named_topologies.h"
#include "vectors/optimized_builder.h"
#include "vectors/replay.h"
#include "vectors/vector_json.h"

#include <pawl/operators/topology_builder.h>
#include <pawl/serde/primitives.h>
#include <pawl/statestore/typed/stores.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

namespace pawl::test {
namespace {

using ::testing::HasSubstr;
using ::testing::TestParamInfo;
using ::testing::UnorderedElementsAreArray;
using ::testing::ValuesIn;

// By name, and by what topology.optimization was.
std::map<std::pair<std::string, std::string>, nlohmann::json> recorded_rows() {
  std::map<std::pair<std::string, std::string>, nlohmann::json> rows;
  for (const nlohmann::json& row : read_json_lines("unit/topology_names.jsonl")) {
    rows[{row.at("name").get<std::string>(), row.at("optimization").get<std::string>()}] = row;
  }
  return rows;
}

std::vector<std::string> names_of_topologies() {
  std::vector<std::string> names;
  for (const auto& [name, ignored] : named_topologies()) {
    names.push_back(name);
  }
  return names;
}

void expect_names(const std::string& name, const std::string& optimization,
                  const Optimizations& optimizations) {
  const nlohmann::json row = recorded_rows().at({name, optimization});

  StreamBuilder::optimizations() = optimizations;
  const Topology topology = named_topologies().at(name)();

  EXPECT_EQ(topology.describe(), row.at("description").get<std::string>());
  std::vector<VectorSubtopology> expected;
  for (const nlohmann::json& subtopology : row.at("subtopologies")) {
    expected.push_back(subtopology_from(subtopology));
  }
  EXPECT_TRUE(plan_of(topology, "app") == expected);
}

class TopologyNames : public ::testing::TestWithParam<std::string> {};

TEST_P(TopologyNames, EqualThoseOfKafkaStreams) {
  expect_names(GetParam(), "none", Optimizations::none());
}

TEST_P(TopologyNames, EqualThoseOfKafkaStreamsWhenOptimized) {
  expect_names(GetParam(), "all", Optimizations::all());
}

std::string row_name(const TestParamInfo<std::string>& info) {
  return info.param;
}

INSTANTIATE_TEST_SUITE_P(Rows, TopologyNames, ValuesIn(names_of_topologies()), row_name);

TEST(TopologyNamesFile, HasNoRowThatIsForgotten) {
  std::vector<std::string> recorded;
  for (const auto& [row, ignored] : recorded_rows()) {
    if (row.second == "none") {
      recorded.push_back(row.first);
    }
  }

  EXPECT_THAT(names_of_topologies(), UnorderedElementsAreArray(recorded));
}

}  // namespace
}  // namespace pawl::test

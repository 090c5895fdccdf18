// Random topologies over random input, as Kafka Streams' own driver ran them (tools/differential):
// pawl must give the same names, topics, outputs and changelogs. Not one of ctest's tests: the
// recordings are made by a command.
#include "differential/planned_topology.h"
#include "support/temporary_directory.h"
#include "vectors/replay.h"
#include "vectors/vector_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace pawl::test {
namespace {

using ::testing::TestParamInfo;
using ::testing::ValuesIn;

std::vector<std::filesystem::path> recordings() {
  const char* folder = std::getenv("PAWL_RECORDINGS");
  std::vector<std::filesystem::path> files;
  if (folder != nullptr) {
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.path().extension() == ".jsonl") {
        files.push_back(entry.path());
      }
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

void expect_equal_plan(const std::vector<VectorSubtopology>& expected,
                       const std::vector<VectorSubtopology>& actual) {
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t part = 0; part < actual.size(); ++part) {
    EXPECT_EQ(actual[part].source_topics, expected[part].source_topics) << part;
    EXPECT_EQ(actual[part].sink_topics, expected[part].sink_topics) << part;
    EXPECT_TRUE(actual[part].repartition_topics == expected[part].repartition_topics) << part;
    EXPECT_TRUE(actual[part].changelog_topics == expected[part].changelog_topics) << part;
  }
}

void expect_equal_lines(const Lines& expected, const Lines& actual) {
  for (const auto& [topic, lines] : expected) {
    const auto found = actual.find(topic);
    const std::vector<std::string> none;
    const std::vector<std::string>& others = found == actual.end() ? none : found->second;
    const auto [here, there] =
        std::mismatch(lines.begin(), lines.end(), others.begin(), others.end());
    if (here != lines.end() || there != others.end()) {
      ADD_FAILURE() << topic << ", record " << here - lines.begin() << " of " << lines.size()
                    << " (pawl: " << others.size()
                    << ")\n  Kafka Streams: " << (here == lines.end() ? "nothing more" : *here)
                    << "\n  pawl:          " << (there == others.end() ? "nothing more" : *there);
    }
  }
  for (const auto& [topic, lines] : actual) {
    if (!expected.contains(topic)) {
      ADD_FAILURE() << "only pawl writes " << topic << ": " << lines.front();
    }
  }
}

class Differential : public ::testing::TestWithParam<std::filesystem::path> {};

TEST_P(Differential, EqualsKafkaStreams) {
  const VectorCase vector = load_vector_file(GetParam());
  const nlohmann::json head = read_json_file(GetParam()).front();
  const Topology topology =
      planned_topology(head.at("plan"), vector.config.at("topology.optimization") == "all");
  SCOPED_TRACE(vector.description);

  EXPECT_EQ(topology.describe(), vector.description);
  expect_equal_plan(vector.subtopologies, plan_of(topology, vector.application_id));
  const Comparison comparison = comparison_of(vector, topology);
  const Lines expected = lines_of(vector.outputs, comparison);
  for (const bool on_disk : {false, true}) {
    SCOPED_TRACE(on_disk ? "RocksDB" : "memory");
    const TemporaryDirectory directory;
    testing::DriverOptions options = java_options(vector);
    if (on_disk) {
      options.state_dir = directory.path() / "state";
    }
    const Replay replayed = replay(vector, topology, options);
    expect_equal_lines(expected, lines_of(replayed.outputs, comparison));
    EXPECT_EQ(replayed.stopped_at, vector.stops_at)
        << (replayed.error.has_value() ? replayed.error->message : "it did not stop");
  }
}

std::string recording_name(const TestParamInfo<std::filesystem::path>& recording) {
  return recording.param.stem().string();
}

INSTANTIATE_TEST_SUITE_P(Recordings, Differential, ValuesIn(recordings()), recording_name);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Differential);

}  // namespace
}  // namespace pawl::test

// VectorCase: one recording of Kafka Streams' own test driver: a topology's description, a script
// of inputs, and everything each input led to (tests/golden/vectors/README.md).
#pragma once

#include <pawl/testing/test_topics.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace pawl::test {

struct VectorInput {
  enum class Kind { record, advance_wall_clock, commit };
  std::int64_t number = 0;
  Kind kind = Kind::record;
  std::string topic;
  testing::TestRecordBytes record;
  std::chrono::milliseconds advance{0};
};

// A record that an input led to.
struct VectorOutput {
  std::int64_t input = 0;
  testing::ProducedRecord record;
};

// A topic that the application makes for itself.
struct VectorInternalTopic {
  std::optional<std::int32_t> partitions;  // absent: left to the application
  std::map<std::string, std::string> config;
  friend bool operator==(const VectorInternalTopic&, const VectorInternalTopic&) = default;
};

struct VectorSubtopology {
  std::set<std::string> source_topics;
  std::set<std::string> sink_topics;
  std::map<std::string, VectorInternalTopic> repartition_topics;  // read by this one
  std::map<std::string, VectorInternalTopic> changelog_topics;
  friend bool operator==(const VectorSubtopology&, const VectorSubtopology&) = default;
};

struct VectorCase {
  std::string name;
  std::string application_id;
  std::string description;
  std::vector<VectorSubtopology> subtopologies;
  // Those entries of StreamsConfig that are not the default.
  std::map<std::string, std::string> config;
  bool commits_by_hand = false;
  Timestamp wall_clock_start;
  std::vector<VectorInput> inputs;
  std::vector<VectorOutput> outputs;
  // The input at which processing stops.
  std::optional<std::int64_t> stops_at;
  // By `topic-partition`; nothing is recorded where processing stops.
  std::map<std::string, std::string> metadata;
};

// Reads a file. Throws when it is missing or not understood.
VectorCase load_vector(const std::string& name);
// The same of any file.
VectorCase load_vector_file(const std::filesystem::path& file);

// Returns: the names of all recordings in the tree.
std::vector<std::string> recorded_vectors();

}  // namespace pawl::test

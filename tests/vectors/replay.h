// Runs a recording through pawl's own test driver, and writes results so that a difference can be
// read.
#pragma once

#include "vectors/vector_case.h"

#include <pawl/engine/topology.h>
#include <pawl/model/error.h>
#include <pawl/testing/topology_driver.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace pawl::test {

struct Replay {
  std::vector<VectorOutput> outputs;
  std::optional<std::int64_t> stopped_at;  // the input at which processing stopped
  std::optional<Error> error;
  std::map<std::string, std::string> metadata;
};

// Returns: options with which the driver does what the recording's config says, as Kafka Streams'
// driver does it.
testing::DriverOptions java_options(const VectorCase& vector);
// Returns: the same application run as pawl runs it.
testing::DriverOptions native_options(const VectorCase& vector);

Replay replay(const VectorCase& vector, const Topology& topology,
              const testing::DriverOptions& options);

// What is compared, and how.
struct Comparison {
  // Topics whose records of one input come in no promised order.
  std::set<std::string> unordered_topics;
  // Headers whose values only Java can have.
  std::set<std::string> masked_headers;
  bool sinks_only = false;
  // Records of one topic come in no promised order at all.
  bool as_sets = false;
};

// Returns: what both sides must agree about in this recording.
Comparison comparison_of(const VectorCase& vector, const Topology& topology);

// Returns: a line for every record, by kind and topic.
using Lines = std::map<std::string, std::vector<std::string>>;
Lines lines_of(const std::vector<VectorOutput>& outputs, const Comparison& comparison);

// Returns: the committed times and Kafka Streams' own entries, a line for every partition.
std::vector<std::string> metadata_lines(const std::map<std::string, std::string>& metadata);

// Returns: the plan as Kafka Streams would lay it out on a broker.
std::vector<VectorSubtopology> plan_of(const Topology& topology, const std::string& application_id);

// Returns: a description without the names of Java classes.
std::string without_classes(const std::string& description);

}  // namespace pawl::test

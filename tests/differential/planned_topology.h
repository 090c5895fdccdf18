// Builds the topology of a plan (plans.py) with pawl's DSL, as kafka-streams/ does with that of
// Kafka Streams.
#pragma once

#include <pawl/engine/topology.h>

#include <nlohmann/json_fwd.hpp>

namespace pawl::test {

// `steps`: those of the plan. Throws TopologyError as the DSL does, std::runtime_error for a step
// that nobody knows.
Topology planned_topology(const nlohmann::json& steps, bool optimize);

}  // namespace pawl::test

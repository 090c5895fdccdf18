// Topology::to_dot() and to_mermaid(): the plan as a picture: sources and sinks with their topics,
// processors with their stores, a box per subtopology. Thread rule: functions of their arguments.
#pragma once

#include <pawl/engine/topology.h>

#include <string>
#include <vector>

namespace pawl::internal {

std::string draw_as_dot(const TopologySpec& spec, const std::vector<Subtopology>& subtopologies);
std::string draw_as_mermaid(const TopologySpec& spec,
                            const std::vector<Subtopology>& subtopologies);

}  // namespace pawl::internal

// Topology::explain() and warnings(): what a topology makes on a broker and on a disk, how that
// grows, and what is likely to hurt later. Thread rule: functions of their arguments.
#pragma once

#include <pawl/engine/topology.h>

#include <string>
#include <vector>

namespace pawl::internal {

std::string explain_topology(const TopologySpec& spec,
                             const std::vector<Subtopology>& subtopologies,
                             const std::string& application_id, Compatibility compatibility);
std::vector<std::string> topology_warnings(const TopologySpec& spec);

}  // namespace pawl::internal

// Cuts a topology into subtopologies: the parts that are connected by edges or by a common store.
// Parts that only meet through a topic are different ones, and run as different tasks. Ids count
// from 0 in the order of their first node. Source: InternalTopologyBuilder.makeNodeGroups.
#pragma once

#include <pawl/engine/topology.h>

#include <vector>

namespace pawl::internal {

std::vector<Subtopology> cut_subtopologies(const TopologySpec& spec);

}  // namespace pawl::internal

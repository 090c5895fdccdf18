// Topology::describe(): the text of Kafka Streams, byte for byte, so that the two can be compared.
// That text depends on the iteration order of Java's HashMap and on a TreeSet whose order changes
// while it is filled; both are reproduced. Source: InternalTopologyBuilder.describe,
// TopologyDescription.
#pragma once

#include <pawl/engine/topology.h>

#include <string>

namespace pawl::internal {

std::string describe_topology(const TopologySpec& spec,
                              const std::vector<Subtopology>& subtopologies);

}  // namespace pawl::internal

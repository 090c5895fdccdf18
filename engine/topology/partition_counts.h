// How many partitions each internal topic gets, and how many tasks each subtopology has. A
// repartition topic has as many as its spec says, or as the largest source topic of the subtopology
// that writes it; topics that are joined must agree. Source: RepartitionTopics,
// CopartitionedTopicsEnforcer.
#pragma once

#include <pawl/engine/topology.h>
#include <pawl/model/ids.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace pawl::internal {

struct PartitionCounts {
  std::map<std::string, std::int32_t> repartition_topics;  // by name without the application id
  std::map<SubtopologyId, std::int32_t> tasks;
};

// `source_partitions`: the partition count of a user's topic, or nothing when it does not exist.
// Throws TopologyError: missing source topics (all of them at once), co-partitioned topics with
// different counts, or a repartition topic whose count cannot be known.
PartitionCounts count_partitions(
    const Topology& topology,
    const std::function<std::optional<std::int32_t>(const std::string& topic)>& source_partitions);

}  // namespace pawl::internal

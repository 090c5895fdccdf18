// Sources that read all topics of a pattern: which those are. Source: InternalTopologyBuilder
// (addSource with a Pattern, SourceNodeFactory.topics). Thread rule: any thread.
#pragma once

#include <pawl/engine/topology.h>

#include <set>
#include <string>

namespace pawl::internal {

// Throws TopologyError when the pattern of a source cannot be read, or matches a topic that another
// source names.
void validate_patterns(const TopologySpec& spec);

// Gives every source with a pattern those of `topics` whose whole name matches. Throws
// TopologyError where none does.
void match_patterns(TopologySpec& spec, const std::set<std::string>& topics);

}  // namespace pawl::internal

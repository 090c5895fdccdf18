// mirrored_topic: which topic a read-only store (TopologyBuilder::add_read_only_store) is restored
// from. Thread rule: any thread.
#pragma once

#include <pawl/engine/topology.h>

#include <algorithm>
#include <set>
#include <string>

namespace pawl::internal {

// `retimed`: the sources that give records other timestamps than their topics do. Throws
// TopologyError unless the store can be restored from what `source` reads.
inline std::string mirrored_topic(const TopologySpec& spec, const std::string& store,
                                  const std::string& source, const std::set<std::string>& retimed) {
  const auto found = std::find_if(spec.nodes.begin(), spec.nodes.end(),
                                  [&](const NodeSpec& node) { return node.name == source; });
  if (found == spec.nodes.end() || found->kind != NodeKind::source || found->topics.size() != 1 ||
      found->offset_reset != OffsetReset::earliest || retimed.contains(source)) {
    throw TopologyError("read-only store '" + store + "' is restored from what source '" + source +
                        "' reads: let that be a source of one topic, from its start, with the "
                        "timestamps of its records");
  }
  return found->topics.front();
}

}  // namespace pawl::internal

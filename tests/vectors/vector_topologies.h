// The topologies of the recordings, made with pawl's public API: one map from name to builder for
// each category.
#pragma once

#include <pawl/engine/topology.h>

#include <map>
#include <string>
#include <vector>

namespace pawl::test {

using VectorTopologies = std::map<std::string, Topology (*)()>;

VectorTopologies stateless_topologies();
VectorTopologies aggregate_topologies();
VectorTopologies window_topologies();
VectorTopologies suppress_topologies();
VectorTopologies table_topologies();
VectorTopologies key_value_store_topologies();
VectorTopologies window_store_topologies();
VectorTopologies error_topologies();
VectorTopologies versioned_topologies();
VectorTopologies header_topologies();
VectorTopologies global_topologies();

// All of them.
VectorTopologies vector_topologies();

// Recordings with Kafka Streams' record cache: pawl has none, but natively its changelogs are
// coalesced per commit, as a cached store's are.
inline constexpr const char* kCachedStoreVector = "cache_papi_kv_no_listener";
// Returns: the names of the recordings that are replayed record for record.
std::vector<std::string> replayed_vectors();

}  // namespace pawl::test

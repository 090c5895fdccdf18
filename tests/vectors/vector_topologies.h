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
VectorTopologies cache_topologies();

// All of them.
VectorTopologies vector_topologies();

// A hand-made processor's cached store: natively it has the same changelog without a cache, as
// changelogs are coalesced per commit.
inline constexpr const char* kCachedStoreVector = "cache_papi_kv_no_listener";

}  // namespace pawl::test

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
VectorTopologies time_limit_topologies();
VectorTopologies table_topologies();
VectorTopologies table_verb_topologies();
VectorTopologies grouped_table_topologies();
VectorTopologies table_join_topologies();
VectorTopologies foreign_key_topologies();
VectorTopologies key_value_store_topologies();
VectorTopologies window_store_topologies();
VectorTopologies error_topologies();
VectorTopologies sliding_topologies();
VectorTopologies session_topologies();
VectorTopologies session_store_topologies();
VectorTopologies emit_final_topologies();
VectorTopologies cogroup_topologies();
VectorTopologies stream_join_topologies();
VectorTopologies outer_join_topologies();
VectorTopologies optimized_topologies();
VectorTopologies versioned_topologies();
VectorTopologies header_topologies();
VectorTopologies global_topologies();
VectorTopologies cache_topologies();
VectorTopologies versioned_table_topologies();
VectorTopologies header_join_topologies();
VectorTopologies cached_table_topologies();

// All of them.
VectorTopologies vector_topologies();

// A hand-made processor's cached store: natively it has the same changelog without a cache, as
// changelogs are coalesced per commit.
inline constexpr const char* kCachedStoreVector = "cache_papi_kv_no_listener";

// Recordings of what Kafka Streams loses or breaks (docs/conformance.md): natively the sinks are
// those of another recording, of the same input with a longer retention, where nothing is lost; or,
// where there is none, what tests of the operator say.
std::vector<std::string> natively_replayed_vectors();
std::string recording_of_native_sinks(const std::string& name);

}  // namespace pawl::test

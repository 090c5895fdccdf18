#include "vectors/vector_topologies.h"

#include <set>

namespace pawl::test {

VectorTopologies vector_topologies() {
  VectorTopologies all;
  for (VectorTopologies part :
       {stateless_topologies(),     aggregate_topologies(),       window_topologies(),
        suppress_topologies(),      table_topologies(),           time_limit_topologies(),
        table_verb_topologies(),    grouped_table_topologies(),   table_join_topologies(),
        foreign_key_topologies(),   key_value_store_topologies(), window_store_topologies(),
        error_topologies(),         sliding_topologies(),         session_topologies(),
        session_store_topologies(), emit_final_topologies(),      cogroup_topologies(),
        stream_join_topologies(),   outer_join_topologies(),      optimized_topologies(),
        versioned_topologies(),     header_topologies(),          global_topologies(),
        cache_topologies(),         versioned_table_topologies(), header_join_topologies(),
        cached_table_topologies()}) {
    all.merge(part);
  }
  return all;
}

std::vector<std::string> natively_replayed_vectors() {
  const std::set<std::string> better = {
      "cogroup_tumbling",  // a record for a window that the shared store has forgotten is late
      "cache_sliding_aggregate_small",      // cursors look at less: other entries are evicted
      "cache_table_join",                   // joined with what the other cache has forwarded
      "emit_final_tumbling_throttled",      // pawl emits with the record that closes a window
      "emit_final_session_long_retention",  // pawl leaves closed sessions as they are
      // pawl joins all open sessions
      "session_count_merge", "session_reduce_unnamed_nograce", "hdr_session_count",
      "hdr_emit_final_session"};
  std::vector<std::string> names;
  for (const auto& [name, build] : vector_topologies()) {
    if (!better.contains(name)) {
      names.push_back(name);
    }
  }
  return names;
}

std::string recording_of_native_sinks(const std::string& name) {
  const std::string plain = name.starts_with("hdr_") ? name.substr(4) : name;
  return plain == "emit_final_tumbling" || plain == "emit_final_sliding" ? plain + "_long_retention"
                                                                         : name;
}

}  // namespace pawl::test

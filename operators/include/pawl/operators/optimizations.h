// Optimizations: which rewritings of a topology StreamBuilder::build() may do. They save topics and
// stores and leave the results as they are, but change names and state: an application that runs
// keeps what it started with. Source: topology.optimization of StreamsConfig (KIP-295).
// Thread rule: a value.
#pragma once

namespace pawl {

struct Optimizations {
  // The source topic of a table is the changelog of its store.
  bool reuse_source_topics = false;
  // Streams behind one change of key share one repartition topic.
  bool merge_repartition_topics = false;
  // A stream that is joined with itself keeps one store instead of two.
  bool single_store_self_join = false;

  static constexpr Optimizations none() { return {}; }
  static constexpr Optimizations all() { return {true, true, true}; }
};

}  // namespace pawl

// Optimizations: what StreamBuilder::build() may do to a topology to save topics and stores. They
// change names and state, so a running application keeps what it started with. Source:
// topology.optimization. Thread rule: a value.
#pragma once

namespace pawl {

struct Optimizations {
  // The store of a table that is read from a topic is restored from that topic instead of from a
  // changelog of its own (reuse.ktable.source.topics).
  bool reuse_source_topics = false;
  // Several repartition topics behind one verb that changes the key become one
  // (merge.repartition.topics).
  bool merge_repartition_topics = false;
  // A stream that is joined with itself keeps its records in one store (single.store.self.join).
  bool single_store_self_join = false;

  static Optimizations none() { return {}; }
  static Optimizations all() {
    return {.reuse_source_topics = true,
            .merge_repartition_topics = true,
            .single_store_self_join = true};
  }
};

}  // namespace pawl

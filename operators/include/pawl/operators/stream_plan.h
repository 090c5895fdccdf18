// StreamPlan and TablePlan: what a Stream or Table handle knows about its place in the plan. For
// authors of operators. Thread rule: one thread, until the topology is built.
#pragma once

#include <pawl/operators/logical_plan.h>
#include <pawl/serde/serde.h>
#include <pawl/statestore/store_spec.h>

#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>

namespace pawl::internal {

template <class K, class V>
struct StreamPlan {
  std::shared_ptr<LogicalPlan> plan;
  PlanNode* node = nullptr;
  // The source nodes upstream within the subtopology: who joins this stream must have equal
  // partition counts with them.
  std::set<std::string> sources;
  // What the stream carries; absent behind a verb that made another key or value.
  std::optional<Serde<K>> key_serde;
  std::optional<Serde<V>> value_serde;
  // The key changed since the last topic: equal keys may lie in different partitions.
  bool repartition_required = false;
};

// The store of a table, which is made only if somebody needs it.
struct TableStore {
  StoreSpec spec;
  bool needed = false;
};

template <class K, class V>
struct TablePlan {
  std::shared_ptr<LogicalPlan> plan;
  PlanNode* node = nullptr;
  std::set<std::string> sources;
  // A table is made from a topic or a store, so it always carries serdes.
  Serde<K> key_serde;
  Serde<V> value_serde;
  std::shared_ptr<TableStore> store;  // null: the table's values cannot be looked up
  // Windowed tables: how long a window takes events after its end; absent if it never ends.
  std::optional<std::chrono::milliseconds> window_grace = {};
  // Sliding windows and sessions: the end belongs to the window.
  bool window_end_inclusive = false;
};

// Adds filter, sink and source of a repartition topic behind a node, and returns the plan node
// whose children read it. Names: a topic named after a generated name has generated node names,
// else `<topic>-filter` and so on; the numbers are used up in both cases, in the order sink,
// filter, source (Source: OptimizableRepartitionNode).
struct RepartitionNames {
  std::string topic;
  std::string sink;
  std::string filter;
  std::string source;
};
RepartitionNames repartition_names(LogicalPlan& plan, const std::string& topic_prefix);

}  // namespace pawl::internal

// StreamPlan and TablePlan: what a Stream or Table handle knows about its place in the plan. For
// authors of operators. Thread rule: one thread, until the topology is built.
#pragma once

#include <pawl/operators/logical_plan.h>
#include <pawl/operators/table_view.h>
#include <pawl/serde/serde.h>

#include <functional>
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
  // Goes on with what the next verb drops (side_output_plan.h); empty: nobody asked for it.
  std::function<void(const StreamPlan& dropped)> dropped_to = {};
};

template <class K, class V>
struct TablePlan {
  std::shared_ptr<LogicalPlan> plan;
  PlanNode* node = nullptr;
  std::set<std::string> sources;
  Serde<K> key_serde;
  // Absent behind a verb that made another value whose type has no default.
  std::optional<Serde<V>> value_serde;
  // How later verbs look values up and get old ones.
  std::shared_ptr<TableView<K, V>> view;
  // The store that queries may name; absent: the table has none, or one with a generated name.
  std::optional<std::string> queryable_store = {};
};

// Adds filter, sink and source of a repartition topic behind a node, and returns the plan node
// whose children read it. Names: a topic named after a generated name has generated node names,
// else `<topic>-filter` and so on; the numbers are used up in both cases, in the order sink,
// filter, source (Source: OptimizableRepartitionNode).
RepartitionNames repartition_names(LogicalPlan& plan, const std::string& topic_prefix);

}  // namespace pawl::internal

// The streams behind nodes that make another value, or another key and value. For authors of
// operators. Thread rule: one thread, until the topology is built.
#pragma once

#include <pawl/operators/serde_choice.h>
#include <pawl/operators/stream.h>

#include <utility>

namespace pawl::internal {

// The stream behind a node that made another key and value: it carries no serdes.
template <class KOut, class VOut, class K, class V>
auto remade_stream(const StreamPlan<K, V>& from, PlanNode& node) {
  StreamPlan<KOut, VOut> next;
  next.plan = from.plan;
  next.node = &node;
  next.sources = from.sources;
  next.repartition_required = true;
  return Stream<KOut, VOut, kLackingNew<KOut, VOut>>(std::move(next));
}

// The stream behind a node that made another value.
template <Lacking kLacking, class VOut, class K, class V>
auto revalued_stream(const StreamPlan<K, V>& from, PlanNode& node) {
  StreamPlan<K, VOut> next;
  next.plan = from.plan;
  next.node = &node;
  next.sources = from.sources;
  next.key_serde = from.key_serde;
  next.repartition_required = from.repartition_required;
  return Stream<K, VOut, with_new_value<VOut>(kLacking)>(std::move(next));
}

}  // namespace pawl::internal

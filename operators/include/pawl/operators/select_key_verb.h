// Stream::select_key: another key for each record. Source: KStreamImpl.selectKey.
#pragma once

#include <pawl/operators/logical_plan.h>
#include <pawl/operators/nodes/select_key_node.h>
#include <pawl/operators/stream.h>

#include <optional>
#include <string>
#include <utility>

namespace pawl {

namespace internal {

// Adds a KSTREAM-KEY-SELECT node.
template <class K, class V, class Selector>
auto add_key_selection(const StreamPlan<K, V>& from, Selector selector,
                       const std::optional<std::string>& given) {
  using KOut = NotNull<RecordResult<Selector, K, V>>;
  const std::string name = from.plan->next_name("KSTREAM-KEY-SELECT-", given);
  PlanNode& node = from.plan->add_processor(
      name, {from.node},
      node_factory<SelectKeyNode<K, V, KOut, Selector>>(name, std::move(selector)));
  node.traits.changes_key = true;
  StreamPlan<KOut, V> next;
  next.plan = from.plan;
  next.node = &node;
  next.sources = from.sources;
  next.value_serde = from.value_serde;
  next.repartition_required = true;
  return next;
}

}  // namespace internal

template <class K, class V, internal::Lacking kLacking>
template <class Selector>
auto Stream<K, V, kLacking>::select_key(Selector selector, const Named& named) const {
  using KOut = internal::NotNull<internal::RecordResult<Selector, K, V>>;
  return Stream<KOut, V, internal::with_new_key<KOut>(kLacking)>(
      internal::add_key_selection(plan_, std::move(selector), named.name()));
}

}  // namespace pawl

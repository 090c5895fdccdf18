// Stream::merge: two streams as one. Source: KStreamImpl.merge.
#pragma once

#include <pawl/operators/nodes/pass_through_node.h>
#include <pawl/operators/stream.h>

#include <string>
#include <utility>

namespace pawl {

template <class K, class V, internal::Lacking kLacking>
template <internal::Lacking kOther>
auto Stream<K, V, kLacking>::merge(const Stream<K, V, kOther>& other, const Named& named) const {
  const internal::StreamPlan<K, V>& right = other.plan();
  const std::string name = plan_.plan->next_name("KSTREAM-MERGE-", named.name());
  if (plan_.dropped_to || right.dropped_to) {  // a DivertingStream that was stored as a Stream
    throw TopologyError("a stream of the merge '" + name +
                        "' has a side output, but a merge drops no records: call dropped_to() "
                        "directly in front of the verb that does");
  }
  internal::StreamPlan<K, V> next = plan_;
  next.node =
      &plan_.plan->add_processor(name, {plan_.node, right.node},
                                 internal::node_factory<internal::PassThroughNode<K, V>>(name));
  next.node->traits.merges = true;
  next.sources.insert(right.sources.begin(), right.sources.end());
  next.key_serde = plan_.key_serde.has_value() ? plan_.key_serde : right.key_serde;
  next.value_serde = plan_.value_serde.has_value() ? plan_.value_serde : right.value_serde;
  next.repartition_required = plan_.repartition_required || right.repartition_required;
  constexpr internal::Lacking kLackingInBoth = kLacking & kOther;
  return Stream<K, V, kLackingInBoth>(std::move(next));
}

}  // namespace pawl

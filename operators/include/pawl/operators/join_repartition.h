// repartition_for_join(): brings a stream whose key was changed to where its join partners are.
// Joins of one stream share the repartition topic unless they are named. Source:
// KStreamImpl.repartitionForJoin.
#pragma once

#include <pawl/operators/repartition.h>
#include <pawl/operators/side_output_plan.h>
#include <pawl/operators/stream_plan.h>

#include <string>

namespace pawl::internal {

// `topic_prefix`: the join's name and side, or the stream's own node name.
template <class K, class V>
StreamPlan<K, V> repartition_for_join(const StreamPlan<K, V>& stream,
                                      const std::string& topic_prefix, const Serde<K>& key,
                                      const Serde<V>& value) {
  RepartitionRequest request;
  // The numbers are used up in any case.
  request.names = repartition_names(*stream.plan, topic_prefix);
  std::optional<PlanNode::JoinRepartition>& shared = stream.node->join_repartition;
  if (!shared.has_value() || topic_prefix != stream.node->output()) {
    PlanNode& node = add_repartition(*stream.plan, *stream.node, request, key, value);
    shared = {&node, request.names.source};
  }
  add_side_output(stream, *shared->node, &dropped_by_filter);
  StreamPlan<K, V> next = stream;
  next.node = shared->node;
  next.sources = {shared->source};
  next.key_serde = key;
  next.value_serde = value;
  next.repartition_required = false;
  return next;
}

}  // namespace pawl::internal

// Repartitioning: sends a stream through a topic of its own, so that equal keys meet in one
// partition again. Topic: `<app>-<name>-repartition`. Null keys are dropped in front of it (they
// have no place), counted, unless a join downstream gives results for them (KIP-962). Source:
// KStream.repartition (KIP-221), OptimizableRepartitionNode.
#pragma once

#include <pawl/engine/sink_node.h>
#include <pawl/engine/source_node.h>
#include <pawl/operators/nodes/pass_through_node.h>
#include <pawl/operators/stream_plan.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace pawl::internal {

struct RepartitionRequest {
  RepartitionNames names;
  std::optional<std::int32_t> partitions;
  // Whether it may become one with others behind the same change of the key (Optimizations).
  bool mergeable = true;
};

// Returns: how to write a repartitioning: filter, sink and source.
template <class K, class V>
PlanNode::Write repartition_writer(const RepartitionNames& names,
                                   std::optional<std::int32_t> partitions, const Serde<K>& key,
                                   const Serde<V>& value,
                                   const StreamPartitioner<K, V>& partitioner) {
  return [=](const PlanNode& node, TopologySpec& spec) {
    NodeSpec filter;
    filter.name = names.filter;
    filter.parents = node.parent_outputs();
    filter.factory = node_factory<NullKeyFilterNode<K, V>>(
        names.filter, node.keeps_null_keys ? NullKeys::kept : NullKeys::dropped);
    NodeSpec sink;
    sink.name = names.sink;
    sink.kind = NodeKind::sink;
    sink.parents = {names.filter};
    sink.topics = {names.topic};
    sink.topic_owner = TopicOwner::internal;
    sink.factory = node_factory<SinkNode<K, V>>(names.sink, names.topic, TopicOwner::internal,
                                                TopicChooser<K, V>(), key, value, partitioner);
    NodeSpec source;
    source.name = names.source;
    source.kind = NodeKind::source;
    source.topics = {names.topic};
    source.topic_owner = TopicOwner::internal;
    source.invalid_timestamp = InvalidTimestamp::fail;
    source.factory =
        node_factory<SourceNode<K, V>>(names.source, key, value, TimestampExtractor<K, V>());
    spec.nodes.push_back(std::move(filter));
    spec.nodes.push_back(std::move(sink));
    spec.nodes.push_back(std::move(source));
    spec.repartition_topics.push_back({names.topic, partitions});
  };
}

template <class K, class V>
PlanNode& add_repartition(LogicalPlan& plan, PlanNode& parent, const RepartitionRequest& request,
                          const Serde<K>& key, const Serde<V>& value,
                          const StreamPartitioner<K, V>& partitioner = {}) {
  const auto written_as = [=, partitions = request.partitions](const RepartitionNames& names) {
    return repartition_writer<K, V>(names, partitions, key, value, partitioner);
  };
  PlanNode& node = plan.add(request.names.source, {&parent}, written_as(request.names));
  node.traits.repartition = {request.names.topic, request.names.filter, request.mergeable,
                             written_as};
  return node;
}

}  // namespace pawl::internal

// Repartitioning: sends a stream through a topic of its own, so that equal keys meet in one
// partition again. Topic: `<app>-<name>-repartition`. Null keys are dropped in front of it (they
// have no place), counted. Source: KStream.repartition (KIP-221), OptimizableRepartitionNode.
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
  NullKeys null_keys = NullKeys::dropped;
};

template <class K, class V>
PlanNode& add_repartition(LogicalPlan& plan, PlanNode& parent, const RepartitionRequest& request,
                          const Serde<K>& key, const Serde<V>& value) {
  return plan.add(
      request.names.source, {&parent},
      [request, key, value](const PlanNode& node, TopologySpec& spec) {
        const RepartitionNames& names = request.names;
        NodeSpec filter;
        filter.name = names.filter;
        filter.parents = node.parent_outputs();
        filter.factory = node_factory<NullKeyFilterNode<K, V>>(names.filter, request.null_keys);
        NodeSpec sink;
        sink.name = names.sink;
        sink.kind = NodeKind::sink;
        sink.parents = {names.filter};
        sink.topics = {names.topic};
        sink.topic_owner = TopicOwner::internal;
        sink.factory = node_factory<SinkNode<K, V>>(names.sink, names.topic, TopicOwner::internal,
                                                    TopicChooser<K, V>(), key, value);
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
        spec.repartition_topics.push_back({names.topic, request.partitions});
      });
}

}  // namespace pawl::internal

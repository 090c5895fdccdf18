// Adds the two topics of a foreign-key join to a plan: that of the subscriptions and that of the
// answers, each with its sink and its source. Source: KTableImpl.doJoinOnForeignKey.
// Thread rule: one thread, until the topology is built.
#pragma once

#include <pawl/engine/sink_node.h>
#include <pawl/engine/source_node.h>
#include <pawl/operators/foreign_key/foreign_key_join_names.h>
#include <pawl/operators/foreign_key/subscription_codec.h>
#include <pawl/operators/nodes/subscription_response_sink_node.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pawl::internal {

inline NodeSpec internal_topic_source(const std::string& name, const std::string& topic,
                                      NodeFactory factory) {
  NodeSpec source;
  source.name = name;
  source.kind = NodeKind::source;
  source.topics = {topic};
  source.topic_owner = TopicOwner::internal;
  source.invalid_timestamp = InvalidTimestamp::fail;
  source.factory = std::move(factory);
  return source;
}
inline NodeSpec internal_topic_sink(const std::string& name, const std::string& topic,
                                    std::vector<std::string> parents, NodeFactory factory) {
  NodeSpec sink;
  sink.name = name;
  sink.kind = NodeKind::sink;
  sink.parents = std::move(parents);
  sink.topics = {topic};
  sink.topic_owner = TopicOwner::internal;
  sink.factory = std::move(factory);
  return sink;
}

// The partitioner of the subscriptions' sink. One without a foreign key may go anywhere.
template <class K, class KO>
StreamPartitioner<KO, Subscription<K>> subscription_partitioner(
    const KeyPartitioner<KO>& partitioner) {
  if (!partitioner) {
    return {};
  }
  return [partitioner](const Record<KO, Subscription<K>>& record, const std::string& /*topic*/,
                       std::int32_t partitions) {
    return record.key == nullptr ? PartitionChoice::by_default()
                                 : PartitionChoice(partitioner(*record.key, partitions));
  };
}

// Adds the topic through which subscriptions go to the right side.
template <class K, class KO>
PlanNode& add_subscription_topic(LogicalPlan& plan, PlanNode& send,
                                 const ForeignKeyJoinNames& names, const Serde<KO>& foreign_key,
                                 const Serde<K>& primary_key,
                                 const KeyPartitioner<KO>& partitioner) {
  return plan.add(
      names.subscription_source, {&send},
      [names, foreign_key, subscription = subscription_serde(primary_key), partitioner](
          const PlanNode& node, TopologySpec& spec) {
        spec.nodes.push_back(internal_topic_sink(
            names.subscription_sink, names.subscription_topic, node.parent_outputs(),
            node_factory<SinkNode<KO, Subscription<K>>>(
                names.subscription_sink, names.subscription_topic, TopicOwner::internal,
                TopicChooser<KO, Subscription<K>>(), foreign_key, subscription,
                subscription_partitioner<K>(partitioner), WindowedKeys::without_window)));
        spec.nodes.push_back(
            internal_topic_source(names.subscription_source, names.subscription_topic,
                                  node_factory<SourceNode<KO, Subscription<K>>>(
                                      names.subscription_source, foreign_key, subscription,
                                      TimestampExtractor<KO, Subscription<K>>())));
        spec.repartition_topics.push_back({names.subscription_topic, std::nullopt});
      });
}

// Adds the topic through which answers go back to the left side.
template <class K, class VO>
PlanNode& add_response_topic(LogicalPlan& plan, std::vector<PlanNode*> answering,
                             const ForeignKeyJoinNames& names, const Serde<K>& key,
                             const Serde<VO>& value, const KeyPartitioner<K>& partitioner) {
  return plan.add(names.response_source, std::move(answering),
                  [names, key, value, partitioner](const PlanNode& node, TopologySpec& spec) {
                    using Response = SubscriptionResponse<VO>;
                    spec.nodes.push_back(internal_topic_sink(
                        names.response_sink, names.response_topic, node.parent_outputs(),
                        node_factory<SubscriptionResponseSinkNode<K, VO>>(
                            names.response_sink, names.response_topic, key, value, partitioner)));
                    spec.nodes.push_back(internal_topic_source(
                        names.response_source, names.response_topic,
                        node_factory<SourceNode<K, Response>>(names.response_source, key,
                                                              subscription_response_serde(value),
                                                              TimestampExtractor<K, Response>())));
                    spec.repartition_topics.push_back({names.response_topic, std::nullopt});
                  });
}

}  // namespace pawl::internal

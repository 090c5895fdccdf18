// Stream::to: to a topic, or to the one that a function names for each record. Source:
// KStreamImpl.to.
#pragma once

#include <pawl/engine/sink_node.h>
#include <pawl/operators/partitioner_choice.h>
#include <pawl/operators/stream.h>

#include <concepts>
#include <optional>
#include <string>
#include <utility>

namespace pawl {

namespace internal {

// Where a sink writes: to a topic, or to the one that `chooser` names.
template <class K, class V>
struct SinkTopic {
  std::string name;
  TopicChooser<K, V> chooser;
  std::string chooser_name;
};

// Adds a KSTREAM-SINK node.
template <class K, class V>
void add_sink(const StreamPlan<K, V>& from, const SinkTopic<K, V>& topic,
              const std::optional<std::string>& given, const Serde<K>& key, const Serde<V>& value,
              const StreamPartitioner<K, V>& partitioner) {
  const std::string name = from.plan->next_name("KSTREAM-SINK-", given);
  from.plan->add(name, {from.node}, [=](const PlanNode& node, TopologySpec& spec) {
    NodeSpec sink;
    sink.name = name;
    sink.kind = NodeKind::sink;
    sink.parents = node.parent_outputs();
    sink.chooses_topic = static_cast<bool>(topic.chooser);
    sink.chooser_name = topic.chooser_name;
    if (!sink.chooses_topic) {
      sink.topics = {topic.name};
    }
    sink.factory =
        node_factory<SinkNode<K, V>>(name, topic.name, TopicOwner::user, topic.chooser, key, value,
                                     partitioner, WindowedKeys::without_window);
    spec.nodes.push_back(std::move(sink));
  });
}

}  // namespace internal

template <class K, class V, internal::Lacking kLacking>
template <class Options>
void Stream<K, V, kLacking>::to(const std::string& topic, const Options& options) const {
  internal::add_sink<K, V>(
      plan_, {topic, {}, {}}, options.name(), internal::key_serde_of<kLacking>(plan_, options),
      internal::value_serde_of<kLacking>(plan_, options), internal::partitioner_of<K, V>(options));
}

template <class K, class V, internal::Lacking kLacking>
template <class Chooser, class Options>
  requires std::invocable<const Chooser&, const Record<K, V>&, const RecordCoordinates&>
void Stream<K, V, kLacking>::to(Chooser chooser, const Options& options) const {
  internal::add_sink<K, V>(plan_, {{}, TopicChooser<K, V>(std::move(chooser)), "TopicChooser"},
                           options.name(), internal::key_serde_of<kLacking>(plan_, options),
                           internal::value_serde_of<kLacking>(plan_, options),
                           internal::partitioner_of<K, V>(options));
}

}  // namespace pawl

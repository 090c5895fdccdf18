// add_side_output: puts the stream of what a verb drops into the plan, if its stream was told where
// that goes (Stream::dropped_to). For authors of operators: call it behind the verb's own nodes, so
// that names and numbers are the same without it. Thread rule: one thread, until the topology is
// built.
#pragma once

#include <pawl/operators/nodes/side_output_node.h>
#include <pawl/operators/stream_plan.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace pawl::internal {

// Returns: the nodes of the topology in which a verb drops, once the plan is optimised.
using DroppingNodes = std::function<std::vector<std::string>(const PlanNode& verb)>;

std::vector<std::string> dropped_by_verb(const PlanNode& verb);
// For repartitions: the filter in front of the topic, of the one that they were merged into.
std::vector<std::string> dropped_by_filter(const PlanNode& repartition);

// `stream`: what the dropping nodes receive.
template <class K, class V>
void add_side_output(const StreamPlan<K, V>& stream, PlanNode& verb,
                     DroppingNodes dropping = &dropped_by_verb) {
  if (!stream.dropped_to) {
    return;
  }
  const std::string name = stream.plan->next_name("KSTREAM-DROPPED-");
  StreamPlan<K, V> dropped = stream;
  dropped.dropped_to = nullptr;
  dropped.node = &stream.plan->add(
      name, {&verb},
      [name, dropping = std::move(dropping)](const PlanNode& node, TopologySpec& spec) {
        NodeSpec processor;
        processor.name = name;
        processor.parents = dropping(*node.parents().front());
        processor.factory = node_factory<SideOutputNode<K, V>>(name);
        spec.nodes.push_back(std::move(processor));
      });
  stream.dropped_to(dropped);
}

}  // namespace pawl::internal

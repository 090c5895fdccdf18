#include "task/processor_chain.h"

#include "topology/internal_topics.h"

#include <pawl/model/assert.h>

#include <algorithm>
#include <exception>
#include <fmt/format.h>

namespace pawl::internal {

ProcessorChain::ProcessorChain(const Topology& topology,
                               const std::vector<SubtopologyId>& subtopologies,
                               TaskContext& context)
    : context_(context) {
  std::map<std::string, Node*> by_name;
  // In the order of the whole topology, so that parents come first and children connect in the
  // order of their addition.
  for (std::size_t position = 0; position < topology.nodes().size(); ++position) {
    const bool ours =
        std::any_of(subtopologies.begin(), subtopologies.end(), [&](SubtopologyId id) {
          const std::vector<std::size_t>& nodes =
              topology.subtopologies()[static_cast<std::size_t>(id.value())].nodes;
          return std::binary_search(nodes.begin(), nodes.end(), position);
        });
    if (!ours) {
      continue;
    }
    const NodeSpec& spec = topology.nodes()[position];
    Link& link = links_.emplace_back();
    link.node = spec.factory();
    PAWL_ASSERT(link.node != nullptr, spec.name);
    link.context = std::make_unique<NodeContext>(context, spec, *link.node);
    if (topology.observers() && spec.kind != NodeKind::source) {
      link.node->observe(topology.observers()(spec, *link.context));
    }
    by_name[spec.name] = link.node.get();
    for (const std::string& parent : spec.parents) {
      by_name.at(parent)->connect(*link.node);
    }
    if (spec.kind == NodeKind::source) {
      auto* const source = dynamic_cast<AnySourceNode*>(link.node.get());
      PAWL_ASSERT(source != nullptr, spec.name);
      for (const std::string& topic : spec.topics) {
        sources_.push_back({spec.topic_owner == TopicOwner::internal
                                ? internal_topic_name(context.environment.application_id, topic)
                                : topic,
                            &spec, source});
      }
    }
  }
}

void ProcessorChain::init() {
  for (; initialised_ < links_.size(); ++initialised_) {
    links_[initialised_].node->init(*links_[initialised_].context);
  }
}

void ProcessorChain::close() {
  while (initialised_ > 0) {
    Node& node = *links_[--initialised_].node;
    try {
      node.close();
    } catch (const std::exception& failure) {
      context_.environment.log->write(
          LogLevel::warning, "task " + to_string(context_.id),
          fmt::format("node {} threw while it was closed: {}", node.name(), failure.what()));
    }
  }
}

}  // namespace pawl::internal

// ProcessorChain: the nodes of a task, made from the topology's factories and connected.
// Thread rule: owner thread only.
#pragma once

#include "task/task_context.h"

#include <pawl/engine/source_node.h>
#include <pawl/engine/topology.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace pawl::internal {

class ProcessorChain {
 public:
  // Makes and connects the nodes of these subtopologies.
  ProcessorChain(const Topology& topology, const std::vector<SubtopologyId>& subtopologies,
                 TaskContext& context);

  // Initialises the nodes, parents first. Throws what user code throws.
  void init();
  // Closes the nodes that were initialised; an exception of one does not keep the others open.
  void close();

  struct Source {
    std::string topic;  // as on the broker
    const NodeSpec* spec;
    AnySourceNode* node;
  };
  // The topics that the nodes read.
  [[nodiscard]] const std::vector<Source>& sources() const { return sources_; }

 private:
  struct Link {
    std::unique_ptr<Node> node;
    std::unique_ptr<NodeContext> context;
  };
  TaskContext& context_;
  std::vector<Link> links_;
  std::vector<Source> sources_;
  std::size_t initialised_ = 0;
};

}  // namespace pawl::internal

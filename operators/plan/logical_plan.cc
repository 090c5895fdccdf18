#include <pawl/operators/logical_plan.h>

#include <algorithm>
#include <fmt/format.h>

namespace pawl::internal {

std::vector<std::string> PlanNode::parent_outputs() const {
  std::vector<std::string> outputs;
  outputs.reserve(parents_.size());
  for (const PlanNode* parent : parents_) {
    outputs.push_back(parent->output());
  }
  return outputs;
}

std::string LogicalPlan::next_name(const std::string& prefix) {
  return fmt::format("{}{:010}", prefix, next_number_++);
}

std::string LogicalPlan::next_name(const std::string& prefix,
                                   const std::optional<std::string>& given) {
  std::string generated = next_name(prefix);
  return given.value_or(std::move(generated));
}

std::string LogicalPlan::next_store_name(const std::string& prefix) {
  return fmt::format("{}STATE-STORE-{:010}", prefix, next_number_++);
}

PlanNode& LogicalPlan::add(std::string output, std::vector<PlanNode*> parents,
                           PlanNode::Write write) {
  return *nodes_.emplace_back(
      std::make_unique<PlanNode>(std::move(output), std::move(parents), std::move(write)));
}

PlanNode& LogicalPlan::add_processor(std::string name, std::vector<PlanNode*> parents,
                                     NodeFactory factory, std::vector<std::string> stores) {
  std::string output = name;
  return add(std::move(output), std::move(parents),
             [name = std::move(name), factory = std::move(factory), stores = std::move(stores)](
                 const PlanNode& node, TopologySpec& spec) {
               NodeSpec processor;
               processor.name = name;
               processor.parents = node.parent_outputs();
               processor.factory = factory;
               processor.stores = stores;
               spec.nodes.push_back(std::move(processor));
             });
}

// Source: InternalStreamsBuilder.mergeDuplicateSourceNodes.
void LogicalPlan::merge_equal_sources() const {
  for (auto node = nodes_.begin(); node != nodes_.end(); ++node) {
    if (!(*node)->source.has_value()) {
      continue;
    }
    const auto first = std::find_if(nodes_.begin(), node, [&](const auto& earlier) {
      return earlier->source.has_value() && earlier->source->topics == (*node)->source->topics;
    });
    if (first == node) {
      continue;
    }
    if ((*first)->source->types != (*node)->source->types) {
      throw TopologyError(fmt::format(
          "topic '{}' is read twice with different types: read it once and convert the values",
          fmt::join((*node)->source->topics, ", ")));
    }
    (*node)->reroute((*first)->output());
  }
}

Topology LogicalPlan::build() const {
  merge_equal_sources();
  TopologySpec spec;
  spec.stores = stores_;
  spec.copartitioned_sources = copartitioned_;
  for (const auto& node : nodes_) {
    node->write(spec);
  }
  for (StoreSpec& store : spec.stores) {
    store.headers =
        store.headers || (store.follows_store_format && store_format_ == StoreFormat::with_headers);
  }
  return Topology(std::move(spec));
}

}  // namespace pawl::internal

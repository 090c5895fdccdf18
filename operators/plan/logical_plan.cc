#include "plan/optimized_plan.h"

#include <pawl/operators/logical_plan.h>

#include <algorithm>
#include <fmt/format.h>

namespace pawl::internal {
namespace {

WindowClose later(const WindowClose& one, const WindowClose& other) {
  const bool closes = one.grace.has_value() && other.grace.has_value();
  return {closes ? std::max(one.grace, other.grace) : std::nullopt,
          one.end_inclusive || other.end_inclusive};
}

}  // namespace

std::vector<std::string> PlanNode::parent_outputs() const {
  std::vector<std::string> outputs;
  outputs.reserve(parents_.size());
  for (const PlanNode* parent : parents_) {
    if (std::find(outputs.begin(), outputs.end(), parent->output()) == outputs.end()) {
      outputs.push_back(parent->output());
    }
  }
  return outputs;
}

void PlanNode::replace_parent(const PlanNode& former, PlanNode& by) {
  std::replace_if(
      parents_.begin(), parents_.end(), [&](const PlanNode* parent) { return parent == &former; },
      &by);
}

std::string LogicalPlan::next_name(const std::string& prefix) {
  return fmt::format("{}{:010}", prefix, next_number_++);
}

std::string LogicalPlan::next_name(const std::string& prefix,
                                   const std::optional<std::string>& given) {
  std::string generated = next_name(prefix);
  return given.value_or(std::move(generated));
}

std::optional<WindowClose> window_close_behind(const PlanNode& node) {
  std::optional<WindowClose> latest;
  std::set<const PlanNode*> seen = {&node};
  std::vector<const PlanNode*> upstream = {&node};
  while (!upstream.empty()) {
    const PlanNode* const next = upstream.back();
    upstream.pop_back();
    const std::optional<WindowClose>& close = next->traits.window_close;
    if (close.has_value()) {
      latest = latest.has_value() ? later(*latest, *close) : *close;
    } else if (next->parents().empty()) {
      return std::nullopt;
    } else {
      for (const PlanNode* parent : next->parents()) {
        if (seen.insert(parent).second) {
          upstream.push_back(parent);
        }
      }
    }
  }
  return latest;
}

std::string LogicalPlan::next_store_name(const std::string& prefix) {
  return fmt::format("{}STATE-STORE-{:010}", prefix, next_number_++);
}

PlanNode& LogicalPlan::add(std::string output, std::vector<PlanNode*> parents,
                           PlanNode::Write write) {
  PlanNode& node = *nodes_.emplace_back(
      std::make_unique<PlanNode>(std::move(output), std::move(parents), std::move(write)));
  node.priority = next_priority_++;
  return node;
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

Topology LogicalPlan::build(const Optimizations& optimizations) const {
  OptimizedPlan plan(nodes_);
  plan.merge_equal_sources();
  if (optimizations.merge_repartition_topics) {
    plan.merge_repartition_topics();
  }
  if (optimizations.single_store_self_join) {
    plan.join_streams_with_themselves_in_one_store();
  }
  plan.keep_null_keys_where_joins_take_them();

  TopologySpec spec;
  spec.stores = stores_;
  for (const std::set<std::string>& sources : copartitioned_) {
    spec.copartitioned_sources.push_back(plan.renamed(sources));
  }
  for (const PlanNode* node : plan.in_writing_order()) {
    node->write(spec);
  }
  for (StoreSpec& store : spec.stores) {
    if (!optimizations.reuse_source_topics) {
      store.source_topic.reset();
    }
    store.headers =
        store.headers || (store.follows_store_format && store_format_ == StoreFormat::with_headers);
  }
  return Topology(std::move(spec));
}

}  // namespace pawl::internal

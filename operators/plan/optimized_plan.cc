#include "plan/optimized_plan.h"

#include <pawl/model/assert.h>

#include <algorithm>
#include <cstddef>
#include <fmt/format.h>
#include <ranges>
#include <tuple>

namespace pawl::internal {
namespace {

// Returns: the node, or the first upstream, that fits, or null. Where paths part, each is followed
// to its end before the next. Source: InternalStreamsBuilder.findParentNodeMatching.
template <class Fits>
PlanNode* find_upstream(PlanNode& start, const Fits& fits) {  // NOLINT(misc-no-recursion)
  if (fits(start)) {
    return &start;
  }
  for (PlanNode* parent : start.parents()) {
    if (PlanNode* const found = find_upstream(*parent, fits)) {
      return found;
    }
  }
  return nullptr;
}

bool is_child_of(const PlanNode& node, const PlanNode& parent) {
  return std::find(node.parents().begin(), node.parents().end(), &parent) != node.parents().end();
}

// Returns: the node on the way to `node` whose parent is `ancestor`, or null.
PlanNode* first_below(const PlanNode& ancestor, PlanNode& node) {
  return find_upstream(node, [&](const PlanNode& at) { return is_child_of(at, ancestor); });
}

// Returns: the nearest change of the key upstream, unless a change of the value comes before it.
PlanNode* key_change_above(PlanNode& repartition) {
  PlanNode* const change = find_upstream(repartition, [](const PlanNode& node) {
    return node.traits.changes_key || node.traits.changes_value;
  });
  PlanNode* const key_change =
      find_upstream(repartition, [](const PlanNode& node) { return node.traits.changes_key; });
  return change == key_change ? key_change : nullptr;
}

}  // namespace

OptimizedPlan::OptimizedPlan(const Nodes& originals) {
  for (const auto& original : originals) {
    std::vector<PlanNode*> parents;
    parents.reserve(original->parents().size());
    for (const PlanNode* parent : original->parents()) {
      const auto copy = copies_.find(parent);
      if (copy == copies_.end()) {
        throw TopologyError(fmt::format(
            "node '{}' takes a stream or table of another StreamBuilder: make both with one",
            original->output()));
      }
      parents.push_back(copy->second);
    }
    copies_[original.get()] =
        nodes_.emplace_back(std::make_unique<PlanNode>(*original, std::move(parents))).get();
  }
}

// Source: InternalStreamsBuilder.mergeRepartitionTopics.
void OptimizedPlan::merge_repartition_topics() {
  std::vector<Group> groups = repartitions_by_key_change();
  regroup_behind_merges(groups);
  for (const Group& group : groups) {
    if (!group.second.empty()) {
      merge_group(group);
    }
  }
}

std::vector<OptimizedPlan::Group> OptimizedPlan::repartitions_by_key_change() const {
  std::vector<Group> groups;
  for (const auto& node : nodes_) {
    if (node->traits.changes_key) {
      groups.emplace_back(node.get(), std::vector<PlanNode*>());
    } else if (node->traits.repartition.has_value() && node->traits.repartition->mergeable) {
      PlanNode* const key_change = key_change_above(*node);
      const auto group = std::find_if(groups.begin(), groups.end(), [&](const Group& candidate) {
        return candidate.first == key_change;
      });
      if (group != groups.end()) {
        group->second.push_back(node.get());
      }
    }
  }
  return groups;
}

// Source: InternalStreamsBuilder.maybeUpdateKeyChangingRepartitionNodeMap.
void OptimizedPlan::regroup_behind_merges(std::vector<Group>& groups) const {
  std::vector<Group> behind_merges;
  std::set<const PlanNode*> regrouped;
  for (const auto& merge : nodes_) {
    if (!merge->traits.merges) {
      continue;
    }
    Group& all = behind_merges.emplace_back(merge.get(), std::vector<PlanNode*>());
    for (const Group& group : groups) {
      const bool is_behind =
          std::all_of(group.second.begin(), group.second.end(),
                      [&](PlanNode* node) { return first_below(*merge, *node) != nullptr; });
      if (is_behind && first_below(*group.first, *merge) != nullptr) {
        all.second.insert(all.second.end(), group.second.begin(), group.second.end());
        regrouped.insert(group.first);
      }
    }
  }
  std::erase_if(groups, [&](const Group& group) { return regrouped.contains(group.first); });
  groups.insert(groups.end(), behind_merges.begin(), behind_merges.end());
}

void OptimizedPlan::merge_group(const Group& group) {
  const auto& [key_change, repartitions] = group;
  const PlanTraits::Repartition& first = *repartitions.front()->traits.repartition;
  const RepartitionNames names{first.topic, first.topic + "-sink", first.topic + "-filter",
                               first.topic + "-source"};
  auto merged = std::make_unique<PlanNode>(names.source, std::vector<PlanNode*>{key_change},
                                           first.renamed(names));
  merged->traits.repartition = first;
  merged->traits.repartition->filter = names.filter;
  merged->priority = key_change->priority;
  for (PlanNode* repartition : repartitions) {
    // The merged one itself when an earlier repartitioning of the group took the same way.
    PlanNode* const below = first_below(*key_change, *repartition);
    PAWL_ASSERT(below != nullptr, repartition->output());
    if (below != merged.get()) {
      below->replace_parent(*key_change, *merged);
    }
    PlanNode& parent = *repartition->parents().front();
    for (const auto& node : nodes_) {
      node->replace_parent(*repartition, parent);
    }
    new_sources_[repartition->output()] = names.source;
    remove(*repartition);
  }
  const auto at = std::find_if(nodes_.begin(), nodes_.end(),
                               [&](const auto& node) { return node.get() == key_change; });
  nodes_.insert(std::next(at), std::move(merged));
}

// Source: InternalStreamsBuilder.rewriteSingleStoreSelfJoin.
void OptimizedPlan::join_streams_with_themselves_in_one_store() {
  std::vector<const PlanNode*> not_needed;
  for (const auto& node : nodes_) {
    if (node->traits.right_window == nullptr) {
      continue;
    }
    const std::vector<std::string> streams = node->parent_outputs();
    if (streams.front() == streams.back()) {
      node->single_store = true;
      not_needed.push_back(copies_.at(node->traits.right_window));
    }
  }
  for (const PlanNode* node : not_needed) {
    remove(*node);
  }
}

// Source: NodesWithRelaxedNullKeyJoinDownstream (KIP-962).
void OptimizedPlan::keep_null_keys_where_joins_take_them() {
  for (const auto& node : std::ranges::reverse_view(nodes_)) {
    if (node->traits.takes_null_keys || node->keeps_null_keys) {
      for (PlanNode* parent : node->parents()) {
        parent->keeps_null_keys = true;
      }
    }
  }
}

std::set<std::string> OptimizedPlan::renamed(const std::set<std::string>& sources) const {
  std::set<std::string> result;
  for (const std::string& source : sources) {
    const auto found = new_sources_.find(source);
    result.insert(found == new_sources_.end() ? source : found->second);
  }
  return result;
}

std::vector<const PlanNode*> OptimizedPlan::in_writing_order() const {
  std::map<const PlanNode*, std::vector<const PlanNode*>> children;
  std::map<const PlanNode*, std::size_t> waits_for;
  // By priority, then in the order of the plan.
  std::set<std::tuple<int, std::size_t, const PlanNode*>> ready;
  std::map<const PlanNode*, std::size_t> place;
  for (const auto& node : nodes_) {
    place[node.get()] = place.size();
    const std::set<const PlanNode*> parents(node->parents().begin(), node->parents().end());
    for (const PlanNode* parent : parents) {
      children[parent].push_back(node.get());
    }
    waits_for[node.get()] = parents.size();
    if (parents.empty()) {
      ready.emplace(node->priority, place[node.get()], node.get());
    }
  }
  std::vector<const PlanNode*> order;
  while (!ready.empty()) {
    const PlanNode* const next = std::get<const PlanNode*>(*ready.begin());
    ready.erase(ready.begin());
    order.push_back(next);
    for (const PlanNode* child : children[next]) {
      if (--waits_for[child] == 0) {
        ready.emplace(child->priority, place[child], child);
      }
    }
  }
  PAWL_ASSERT(order.size() == nodes_.size(), order.size());
  return order;
}

void OptimizedPlan::remove(const PlanNode& node) {
  std::erase_if(nodes_, [&](const auto& candidate) { return candidate.get() == &node; });
}

}  // namespace pawl::internal

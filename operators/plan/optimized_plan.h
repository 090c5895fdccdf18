// OptimizedPlan: a copy of the graph that the DSL built, on which a build makes its changes: equal
// sources become one, repartition topics are merged, self joins share a store, repartition topics
// keep null keys for joins that take them. Source: InternalStreamsBuilder.buildAndOptimizeTopology.
// Thread rule: one thread.
#pragma once

#include <pawl/operators/logical_plan.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace pawl::internal {

class OptimizedPlan {
 public:
  using Nodes = std::vector<std::unique_ptr<PlanNode>>;

  explicit OptimizedPlan(const Nodes& originals);

  // Sources of the same topics become one. Throws TopologyError when they disagree about how
  // to read them.
  void merge_equal_sources();
  // Behind each verb that changes the key, or behind a merge() of such, one repartition topic
  // serves all, named after the first; not across a verb that changes the value.
  void merge_repartition_topics();
  void join_streams_with_themselves_in_one_store();
  void keep_null_keys_where_joins_take_them();

  // Returns: every node behind its parents, otherwise by priority.
  [[nodiscard]] std::vector<const PlanNode*> in_writing_order() const;
  // Returns: the names that these sources have now.
  [[nodiscard]] std::set<std::string> renamed(const std::set<std::string>& sources) const;

 private:
  // A verb that changes the key, and the repartitionings behind it.
  using Group = std::pair<PlanNode*, std::vector<PlanNode*>>;

  [[nodiscard]] std::vector<Group> repartitions_by_key_change() const;
  void regroup_behind_merges(std::vector<Group>& groups) const;
  void merge_group(const Group& group);
  void remove(const PlanNode& node);

  Nodes nodes_;
  std::map<const PlanNode*, PlanNode*> copies_;
  std::map<std::string, std::string> new_sources_;
};

}  // namespace pawl::internal

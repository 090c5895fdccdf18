// Table::join, left_join and outer_join with another table of the same keys.
#pragma once

#include <pawl/operators/derived_table.h>
#include <pawl/operators/joined_table_view.h>
#include <pawl/operators/nodes/table_merge_node.h>
#include <pawl/operators/nodes/table_table_join_node.h>
#include <pawl/operators/table.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pawl {

namespace internal {

// The names and the store of a join's nodes. Source: KTableImpl.doJoin: the merging node takes its
// number first, its store before it, whether they are named or not.
struct TableJoinNames {
  std::string merge;
  std::string on_left;
  std::string on_right;
};
inline TableJoinNames table_join_names(LogicalPlan& plan, const std::optional<std::string>& given) {
  TableJoinNames names;
  names.merge = plan.next_name("KTABLE-MERGE-", given);
  names.on_left = plan.next_name("KTABLE-JOINTHIS-");
  names.on_right = plan.next_name("KTABLE-JOINOTHER-");
  if (given.has_value()) {
    names.on_left = *given + "-join-this";
    names.on_right = *given + "-join-other";
  }
  return names;
}

inline bool share_a_store(const std::vector<std::string>& left,
                          const std::vector<std::string>& right) {
  return std::find_first_of(left.begin(), left.end(), right.begin(), right.end()) != left.end();
}

// Adds the node of one side. `view`: of the joined table.
template <TableJoinKind kKind, TableJoinSide kSide, class VOut, class K, class V, class VOther,
          class Joiner>
PlanNode& add_join_side(const std::string& name, const TablePlan<K, V>& side,
                        const TablePlan<K, VOther>& other, const Joiner& joiner,
                        const std::shared_ptr<TableView<K, VOut>>& view) {
  return side.plan->add(
      name, {side.node},
      [name, joiner, stores = other.view->stores(), lookups = other.view, view,
       of_one_table = share_a_store(side.view->stores(), other.view->stores())](
          const PlanNode& node, TopologySpec& topology) {
        NodeSpec processor;
        processor.name = name;
        processor.parents = node.parent_outputs();
        processor.stores = stores;
        processor.factory = [name, joiner, lookups, old_values = view->old_values(), of_one_table] {
          return std::make_unique<TableTableJoinNode<kKind, kSide, K, V, VOther, VOut, Joiner>>(
              name, joiner, lookups->lookup(), old_values, of_one_table);
        };
        topology.nodes.push_back(std::move(processor));
      });
}

// How the results of a join are kept.
template <class VOut>
struct JoinResults {
  std::optional<Serde<VOut>> serde;
  // Absent: they are not kept.
  std::optional<Materialized> materialized;
};

template <TableJoinKind kKind, class VOut, class K, class L, class R, class Joiner>
TablePlan<K, VOut> join_tables(const TablePlan<K, L>& left, const TablePlan<K, R>& right,
                               const Joiner& joiner, const JoinResults<VOut>& results,
                               const Named& named) {
  using View = JoinedTableView<kKind, K, L, R, VOut, Joiner>;
  LogicalPlan& plan = *left.plan;
  std::optional<stores::TimestampedKeyValue<K, VOut>> store;
  if (results.materialized.has_value()) {
    const Materialized& materialized = *results.materialized;
    store.emplace(
        materialized.spec(materialized.name().has_value() ? *materialized.name()
                                                          : plan.next_store_name("KTABLE-MERGE-"),
                          StoreKind::key_value),
        left.key_serde, *results.serde);
    plan.add_store(store->spec());
  }
  const TableJoinNames names = table_join_names(plan, named.name());
  TablePlan<K, VOut> joined{.plan = left.plan,
                            .sources = left.sources,
                            .key_serde = left.key_serde,
                            .value_serde = results.serde,
                            .view = std::make_shared<View>(left.view, right.view, joiner, store)};
  if (store.has_value()) {
    joined.queryable_store = store->spec().name;
  }
  joined.sources.insert(right.sources.begin(), right.sources.end());
  plan.copartition(joined.sources);
  if constexpr (kKind != TableJoinKind::inner) {
    left.view->want_old_values(StoreDemand::forced);
  }
  if constexpr (kKind == TableJoinKind::outer) {
    right.view->want_old_values(StoreDemand::forced);
  }
  PlanNode& on_left =
      add_join_side<kKind, TableJoinSide::left>(names.on_left, left, right, joiner, joined.view);
  PlanNode& on_right =
      add_join_side<kKind, TableJoinSide::right>(names.on_right, right, left, joiner, joined.view);
  joined.node = &plan.add(names.merge, {&on_left, &on_right},
                          [name = names.merge, store, view = joined.view](const PlanNode& node,
                                                                          TopologySpec& topology) {
                            NodeSpec processor;
                            processor.name = name;
                            processor.parents = node.parent_outputs();
                            if (store.has_value()) {
                              processor.stores = {store->spec().name};
                            }
                            processor.factory = node_factory<TableMergeNode<K, VOut>>(
                                name, store, view->old_values());
                            topology.nodes.push_back(std::move(processor));
                          });
  return joined;
}

}  // namespace internal

template <class K, class V>
template <internal::TableJoinKind kKind, class T, class Joiner>
auto Table<K, V>::joined(const Table<K, T>& other, Joiner joiner, const Named& named) const {
  internal::check_table_joiner<kKind, Joiner, V, T>();
  using VOut = internal::TableJoinResult<kKind, Joiner, V, T>;
  const internal::JoinResults<VOut> results{internal::default_serde_if_any<VOut>(), std::nullopt};
  return Table<K, VOut>(
      internal::join_tables<kKind, VOut>(plan_, other.plan(), joiner, results, named));
}

template <class K, class V>
template <internal::TableJoinKind kKind, class T, class Joiner, class VOut>
Table<K, VOut> Table<K, V>::joined(const Table<K, T>& other, Joiner joiner,
                                   const Materialized& materialized, const Named& named,
                                   Serde<VOut> serde) const {
  internal::check_table_joiner<kKind, Joiner, V, T>();
  const internal::JoinResults<VOut> results{std::optional(std::move(serde)),
                                            std::optional(materialized)};
  return Table<K, VOut>(
      internal::join_tables<kKind, VOut>(plan_, other.plan(), joiner, results, named));
}

}  // namespace pawl

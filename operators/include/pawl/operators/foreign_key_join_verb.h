// Table::join and Table::left_join by foreign key: a row of this table with the row of another one
// whose key it names. The tables may have any keys and partition counts: subscriptions and answers
// travel through two topics of the join (foreign_key/subscription.h).
// Source: KTableImpl.doJoinOnForeignKey (KIP-213).
#pragma once

#include <pawl/operators/derived_table.h>
#include <pawl/operators/foreign_key/subscription_topics.h>
#include <pawl/operators/nodes/foreign_table_join_node.h>
#include <pawl/operators/nodes/subscription_join_node.h>
#include <pawl/operators/nodes/subscription_receive_node.h>
#include <pawl/operators/nodes/subscription_response_node.h>
#include <pawl/operators/nodes/subscription_send_node.h>
#include <pawl/operators/source_table_view.h>
#include <pawl/operators/table.h>
#include <pawl/serde/primitives.h>

#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace pawl::internal {

// Adds the nodes of the right side. Returns: those that answer.
template <class K, class KO, class VO>
std::vector<PlanNode*> add_foreign_side(LogicalPlan& plan, PlanNode& subscriptions,
                                        const ForeignKeyJoinNames& names,
                                        const TablePlan<KO, VO>& right,
                                        const Serde<K>& primary_key) {
  StoreSpec spec;
  spec.name = names.store;
  spec.timestamped = true;
  spec.log_headers = true;
  plan.add_store(spec);
  const SubscriptionStore<K> store(spec, serde::bytes(), subscription_serde(primary_key));
  PlanNode& receive = plan.add_processor(names.receive, {&subscriptions},
                                         node_factory<SubscriptionReceiveNode<K, KO>>(
                                             names.receive, store, right.key_serde, primary_key),
                                         {names.store});
  std::vector<std::string> right_stores = right.view->stores();
  PlanNode& join = plan.add_processor(
      names.join, {&receive},
      [name = names.join, view = right.view] {
        return std::make_unique<SubscriptionJoinNode<K, KO, VO>>(name, view->lookup());
      },
      std::move(right_stores));
  PlanNode& foreign_join = plan.add_processor(
      names.foreign_join, {right.node},
      node_factory<ForeignTableJoinNode<K, KO, VO>>(names.foreign_join, store, right.key_serde),
      {names.store});
  return {&join, &foreign_join};
}

// How the results of a join are called and kept.
template <class VOut>
struct ForeignKeyJoinResults {
  std::optional<std::string> name;
  Materialized materialized;
  std::optional<Serde<VOut>> serde;
};

template <TableJoinKind kKind, class VOut, class K, class V, class KO, class VO, class ForeignKey,
          class Joiner>
TablePlan<K, VOut> join_on_foreign_key(const TablePlan<K, V>& left, const TablePlan<KO, VO>& right,
                                       ForeignKey foreign_key, Joiner joiner,
                                       const ForeignKeyJoinResults<VOut>& results,
                                       const TableJoinPartitioners<K, KO>& partitioners) {
  const Materialized& materialized = results.materialized;
  LogicalPlan& plan = *left.plan;
  const Serde<V> value_serde = value_serde_of(left);
  right.view->want_old_values(StoreDemand::forced);
  left.view->want_old_values(StoreDemand::forced);
  const ForeignKeyJoinNames names = foreign_key_join_names(plan, results.name);
  const std::string store = materialized.name().has_value()
                                ? *materialized.name()
                                : plan.next_store_name("KTABLE-FK-JOIN-OUTPUT-");
  PlanNode& send =
      plan.add_processor(names.send, {left.node},
                         node_factory<SubscriptionSendNode<kKind, K, V, KO, ForeignKey>>(
                             names.send, std::move(foreign_key), right.key_serde, value_serde));
  PlanNode& subscriptions = add_subscription_topic<K, KO>(plan, send, names, right.key_serde,
                                                          left.key_serde, partitioners.right);
  std::set<std::string> right_sources = right.sources;
  right_sources.insert(names.subscription_source);
  plan.copartition(std::move(right_sources));
  PlanNode& responses = add_response_topic<K, VO>(
      plan, add_foreign_side<K, KO, VO>(plan, subscriptions, names, right, left.key_serde), names,
      left.key_serde, value_serde_of(right), partitioners.left);
  std::set<std::string> left_sources = left.sources;
  left_sources.insert(names.response_source);
  plan.copartition(left_sources);
  PlanNode& resolve = plan.add_processor(
      names.resolve, {&responses},
      [name = names.resolve, joiner = std::move(joiner), view = left.view, value_serde] {
        return std::make_unique<SubscriptionResponseNode<kKind, K, V, VO, VOut, Joiner>>(
            name, joiner, view->lookup(), value_serde);
      },
      left.view->stores());
  const auto view = std::make_shared<SourceTableView<K, VOut>>(
      names.result, materialized.spec(store, StoreKind::key_value), left.key_serde, results.serde);
  if (materialized.name().has_value()) {
    view->keep();
  }
  TablePlan<K, VOut> joined{.plan = left.plan,
                            .sources = std::move(left_sources),
                            .key_serde = left.key_serde,
                            .value_serde = results.serde,
                            .view = view,
                            .queryable_store = materialized.name()};
  joined.node = &add_table_source<K, VOut>(plan, names.result, resolve, view);
  return joined;
}

// Fails to compile, with the reason, unless the function reads keys of the other table.
template <class ForeignKey, class K, class V, class KO>
constexpr void check_foreign_key() {
  static_assert(kTakesRecord<ForeignKey, K, V>,
                "pawl: the foreign key of a join is read by a function that is callable with "
                "(const K&, const V&) or (const V&) of this table.");
  if constexpr (kTakesRecord<ForeignKey, K, V>) {
    static_assert(std::is_same_v<MappedValue<ForeignKey, K, V>, KO>,
                  "pawl: the foreign key must be of the type of the other table's keys: return KO "
                  "or std::optional<KO>.");
  }
}

template <class K, class V>
template <TableJoinKind kKind, class KO, class VO, class ForeignKey, class Joiner, class Options>
auto ForeignKeyJoins<K, V>::foreign_joined(const Table<KO, VO>& other, ForeignKey foreign_key,
                                           Joiner joiner, const Options& options) const {
  check_foreign_key<ForeignKey, K, V, KO>();
  check_table_joiner<kKind, Joiner, V, VO>();
  using VOut = TableJoinResult<kKind, Joiner, V, VO>;
  return Table<K, VOut>(join_on_foreign_key<kKind, VOut>(
      static_cast<const Table<K, V>&>(*this).plan(), other.plan(), std::move(foreign_key),
      std::move(joiner),
      ForeignKeyJoinResults<VOut>{options.name(), Materialized(), default_serde_if_any<VOut>()},
      table_join_partitioners<K, KO>(options)));
}

template <class K, class V>
template <TableJoinKind kKind, class KO, class VO, class ForeignKey, class Joiner, class Options,
          class VOut>
Table<K, VOut> ForeignKeyJoins<K, V>::foreign_joined(const Table<KO, VO>& other,
                                                     ForeignKey foreign_key, Joiner joiner,
                                                     const Options& options,
                                                     const Materialized& materialized,
                                                     Serde<VOut> serde) const {
  check_foreign_key<ForeignKey, K, V, KO>();
  check_table_joiner<kKind, Joiner, V, VO>();
  return Table<K, VOut>(join_on_foreign_key<kKind, VOut>(
      static_cast<const Table<K, V>&>(*this).plan(), other.plan(), std::move(foreign_key),
      std::move(joiner),
      ForeignKeyJoinResults<VOut>{options.name(), materialized, std::move(serde)},
      table_join_partitioners<K, KO>(options)));
}

}  // namespace pawl::internal

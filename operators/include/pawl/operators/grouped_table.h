// GroupedTable<K, V>: a table whose rows were given other keys (Table::group_by): count(), reduce()
// and aggregate() of the rows of each new key, kept right as rows change and go. Always goes
// through a repartition topic `<app>-<name>-repartition`, named after the group (then the
// aggregations share it) or after the store. Source: KGroupedTable, KGroupedTableImpl.
// Thread rule: one thread, until the topology is built.
#pragma once

#include <pawl/engine/sink_node.h>
#include <pawl/engine/source_node.h>
#include <pawl/operators/change_codec.h>
#include <pawl/operators/derived_table.h>
#include <pawl/operators/materialized.h>
#include <pawl/operators/nodes/table_aggregate_node.h>
#include <pawl/operators/nodes/table_select_node.h>
#include <pawl/operators/table.h>
#include <pawl/serde/primitives.h>

#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace pawl {

namespace internal {

// What aggregations of one grouped table share. Source: GroupedTableOperationRepartitionNode.
template <class K, class V>
struct TableGroupPlan {
  std::shared_ptr<LogicalPlan> plan;
  PlanNode* select = nullptr;
  Serde<K> key_serde;
  Serde<V> value_serde;
  std::optional<std::string> name;
  // With a name, the first aggregation's topic serves all.
  std::shared_ptr<PlanNode*> shared_source = std::make_shared<PlanNode*>(nullptr);
};

struct TableRepartitionNames {
  std::string topic;
  std::string sink;
  std::string source;
};

template <class K, class V>
PlanNode& add_table_repartition(const TableGroupPlan<K, V>& group,
                                const TableRepartitionNames& names) {
  return group.plan->add(names.source, {group.select},
                         [names, key = group.key_serde, change = change_serde(group.value_serde)](
                             const PlanNode& node, TopologySpec& spec) {
                           NodeSpec sink;
                           sink.name = names.sink;
                           sink.kind = NodeKind::sink;
                           sink.parents = node.parent_outputs();
                           sink.topics = {names.topic};
                           sink.topic_owner = TopicOwner::internal;
                           sink.factory = node_factory<SinkNode<K, OwnedChange<V>>>(
                               names.sink, names.topic, TopicOwner::internal,
                               TopicChooser<K, OwnedChange<V>>(), key, change);
                           NodeSpec source;
                           source.name = names.source;
                           source.kind = NodeKind::source;
                           source.topics = {names.topic};
                           source.topic_owner = TopicOwner::internal;
                           source.invalid_timestamp = InvalidTimestamp::fail;
                           source.factory = node_factory<SourceNode<K, OwnedChange<V>>>(
                               names.source, key, change, TimestampExtractor<K, OwnedChange<V>>());
                           spec.nodes.push_back(std::move(sink));
                           spec.nodes.push_back(std::move(source));
                           spec.repartition_topics.push_back({names.topic, std::nullopt});
                         });
}

inline constexpr const char* kTableAggregatePrefix = "KTABLE-AGGREGATE-";
inline constexpr const char* kTableReducePrefix = "KTABLE-REDUCE-";

}  // namespace internal

template <class K, class V>
class GroupedTable {
 public:
  explicit GroupedTable(internal::TableGroupPlan<K, V> group) : group_(std::move(group)) {}

  // How many rows each group has; 0, not nothing, when the last one has gone.
  Table<K, std::int64_t> count(const Named& named = {}) const {
    return count(Materialized(), named);
  }
  Table<K, std::int64_t> count(const Materialized& materialized, const Named& named = {}) const {
    using Count = internal::CountAggregation<K, V>;
    return aggregated(internal::kTableAggregatePrefix, named, materialized,
                      internal::AddAndSubtract<Count, internal::UncountAggregation<K, V>>({}, {}),
                      serde::int64());
  }

  // The rows of a group folded into one: (const V& aggregate, const V& value) -> V or
  // std::optional<V>, where nothing deletes the group. `subtractor` takes a value away again.
  template <class Adder, class Subtractor>
  Table<K, V> reduce(Adder adder, Subtractor subtractor, const Materialized& materialized = {},
                     const Named& named = {}) const {
    using Add = internal::ReduceAggregation<K, V, Adder>;
    using Subtract = internal::ReduceAggregation<K, V, Subtractor>;
    return aggregated(internal::kTableReducePrefix, named, materialized,
                      internal::AddAndSubtract<Add, Subtract>(Add(std::move(adder)),
                                                              Subtract(std::move(subtractor))),
                      group_.value_serde);
  }

  // The rows of a group taken into an aggregate: `initializer` makes it, `adder` and `subtractor`
  // are (const K&, const V&, A&) -> void, or (const K&, const V&, const A&) -> A or
  // std::optional<A>, where nothing deletes the group.
  template <class Init, class Adder, class Subtractor, class A = std::invoke_result_t<Init>>
  Table<K, A> aggregate(Init initializer, Adder adder, Subtractor subtractor,
                        const Materialized& materialized = {}, const Named& named = {}) const {
    return aggregate(std::move(initializer), std::move(adder), std::move(subtractor), materialized,
                     named, default_serde<A>());
  }
  template <class Init, class Adder, class Subtractor, class A = std::invoke_result_t<Init>>
  Table<K, A> aggregate(Init initializer, Adder adder, Subtractor subtractor,
                        const Materialized& materialized, const Named& named,
                        Serde<A> serde) const {
    using Add = internal::FunctionAggregation<K, V, A, Init, Adder>;
    using Subtract = internal::FunctionAggregation<K, V, A, Init, Subtractor>;
    return aggregated(
        internal::kTableAggregatePrefix, named, materialized,
        internal::AddAndSubtract<Add, Subtract>(Add(initializer, std::move(adder)),
                                                Subtract(initializer, std::move(subtractor))),
        std::move(serde));
  }

 private:
  // The names take their numbers in the order store, sink, source, aggregation, whether they are
  // given or not. Source: KGroupedTableImpl.doAggregate.
  template <class Aggregation, class A = typename Aggregation::Aggregate>
  Table<K, A> aggregated(const char* prefix, const Named& named, const Materialized& materialized,
                         Aggregation aggregation, Serde<A> serde) const {
    internal::LogicalPlan& plan = *group_.plan;
    const std::string store = materialized.name().has_value()
                                  ? *materialized.name()
                                  : plan.next_store_name(internal::kTableAggregatePrefix);
    internal::TableRepartitionNames names;
    names.topic = group_.name.value_or(store) + "-repartition";
    names.sink = plan.next_name("KSTREAM-SINK-");
    names.source = plan.next_name("KSTREAM-SOURCE-");
    const std::string name = plan.next_name(prefix, named.name());
    if (named.name().has_value()) {
      names.sink = name + "-sink";
      names.source = name + "-source";
    }
    internal::PlanNode*& source = *group_.shared_source;
    if (source == nullptr || !group_.name.has_value()) {
      source = &internal::add_table_repartition(group_, names);
    } else {
      plan.add_again(*source);
    }
    const stores::TimestampedKeyValue<K, A> definition(
        materialized.spec(store, StoreKind::key_value), group_.key_serde, serde);
    plan.add_store(definition.spec());
    internal::TablePlan<K, A> table{
        .plan = group_.plan,
        .sources = {source->output()},
        .key_serde = group_.key_serde,
        .value_serde = std::move(serde),
        .view = std::make_shared<internal::KeyValueTableView<K, A>>(definition),
        .queryable_store = materialized.name()};
    table.node =
        &plan.add(name, {source},
                  [name, aggregation, definition, view = table.view](const internal::PlanNode& node,
                                                                     TopologySpec& topology) {
                    NodeSpec processor;
                    processor.name = name;
                    processor.parents = node.parent_outputs();
                    processor.stores = {definition.spec().name};
                    processor.factory =
                        internal::node_factory<internal::TableAggregateNode<K, V, Aggregation>>(
                            name, aggregation, definition, view->old_values());
                    topology.nodes.push_back(std::move(processor));
                  });
    return Table<K, A>(std::move(table));
  }

  internal::TableGroupPlan<K, V> group_;
};

}  // namespace pawl

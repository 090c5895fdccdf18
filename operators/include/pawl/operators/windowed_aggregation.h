// add_windowed_aggregation: puts an aggregation per window of any kind (window_plan.h) into the
// plan: what the verbs of windowed streams share. Source: GroupedStreamAggregateBuilder. Thread
// rule: one thread, until the topology is built.
#pragma once

#include <pawl/operators/side_output_plan.h>
#include <pawl/operators/window_plan.h>

#include <memory>
#include <set>
#include <string>
#include <utility>

namespace pawl::internal {

// Returns: the factory of the node of one windowed aggregation.
template <class W, class K, class V, class Aggregation>
NodeFactory windowed_node_factory(
    std::string name, Aggregation aggregation, const W& windows, EmitStrategy emit,
    const typename WindowPlan<W>::template Definition<K, typename Aggregation::Aggregate>& store,
    bool old_values) {
  return node_factory<typename WindowPlan<W>::template Node<K, V, Aggregation>>(
      std::move(name), std::move(aggregation), windows, emit, store, old_values);
}

// Returns: the table of a windowed aggregation, still without its node.
template <class W, class K, class A>
TablePlan<Windowed<K>, A> windowed_table(
    const W& windows, const std::shared_ptr<LogicalPlan>& plan,
    const std::set<std::string>& sources, const Serde<K>& key_serde, const Serde<A>& value_serde,
    const typename WindowPlan<W>::template Definition<K, A>& store) {
  return {.plan = plan,
          .sources = sources,
          .key_serde = WindowPlan<W>::key_serde(windows, key_serde),
          .value_serde = value_serde,
          .view = std::make_shared<typename WindowPlan<W>::template View<K, A>>(store)};
}

template <class W>
WindowClose window_close_of(const W& windows) {
  return {WindowPlan<W>::closes_after(windows), WindowPlan<W>::kEndInclusive};
}

// How a verb names its node and keeps its state.
struct AggregationPlace {
  const char* prefix;
  const Named& named;
  const Materialized& materialized;
};

template <class W, class K, class V, class Aggregation, class A = typename Aggregation::Aggregate>
Table<Windowed<K>, A> add_windowed_aggregation(const GroupPlan<K, V>& group, const W& windows,
                                               EmitStrategy emit, const AggregationPlace& place,
                                               Aggregation aggregation, const Serde<A>& serde) {
  LogicalPlan& plan = *group.stream.plan;
  const std::string store = place.materialized.name().has_value()
                                ? *place.materialized.name()
                                : plan.next_store_name(place.prefix);
  const std::string name = plan.next_name(place.prefix, place.named.name());
  const StreamPlan<K, V> input = group.co_located(store);
  const typename WindowPlan<W>::template Definition<K, A> definition(
      WindowPlan<W>::spec(windows, emit, place.materialized, store), group.key_serde, serde);
  plan.add_store(definition.spec());
  TablePlan<Windowed<K>, A> table =
      windowed_table(windows, group.stream.plan, input.sources, group.key_serde, serde, definition);
  table.queryable_store = place.materialized.name();
  table.node = &plan.add(name, {input.node},
                         [name, aggregation, definition, windows, emit, view = table.view](
                             const PlanNode& node, TopologySpec& topology) {
                           NodeSpec processor;
                           processor.name = name;
                           processor.parents = node.parent_outputs();
                           processor.stores = {definition.spec().name};
                           processor.factory = windowed_node_factory<W, K, V>(
                               name, aggregation, windows, emit, definition, view->old_values());
                           topology.nodes.push_back(std::move(processor));
                         });
  table.node->traits.window_close = window_close_of(windows);
  add_side_output(input, *table.node);
  return Table<Windowed<K>, A>(std::move(table));
}

}  // namespace pawl::internal

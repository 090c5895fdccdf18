// derived_table: the table behind a verb that makes one row out of each row (filter, map_values,
// transform_values), with or without a store of its own. Source: KTableImpl.doFilter, doMapValues,
// doTransformValues. Thread rule: one thread, until the topology is built.
#pragma once

#include <pawl/operators/derived_table_view.h>
#include <pawl/operators/materialized.h>
#include <pawl/operators/serde_choice.h>
#include <pawl/operators/stream_plan.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pawl::internal {

// Returns: the default serde of a type that has one.
template <class T>
std::optional<Serde<T>> default_serde_if_any() {
  if constexpr (HasDefaultSerde<T>) {
    return default_serde<T>();
  } else {
    return std::nullopt;
  }
}

// Returns: the serde of a table's values. Throws TopologyError when it has none.
template <class K, class V>
const Serde<V>& value_serde_of(const TablePlan<K, V>& table) {
  if (!table.value_serde.has_value()) {
    no_serde(table.node->output(), "values");
  }
  return *table.value_serde;
}

// Returns: the serde in a verb's options, or the default one of the type.
template <class T, class Options>
Serde<T> given_or_default_key(const Options& options) {
  if constexpr (Options::kHasSerdes) {
    return options.serdes().key;
  } else {
    return default_serde<T>();
  }
}
template <class T, class Options>
Serde<T> given_or_default_value(const Options& options) {
  if constexpr (Options::kHasSerdes) {
    return options.serdes().value;
  } else {
    return default_serde<T>();
  }
}

// What a verb says about its node.
template <class K, class V>
struct DerivedTable {
  std::string name;
  // The store of the new table, if it keeps one, and stores that its node uses besides.
  std::optional<stores::TimestampedKeyValue<K, V>> store;
  std::vector<std::string> used_stores;
  std::optional<Serde<V>> value_serde;
};

// `make_node(store, old_values)` makes the node of one task.
template <class K, class VIn, class V, class MakeNode>
TablePlan<K, V> derive_table(const TablePlan<K, VIn>& from, const DerivedTable<K, V>& made,
                             std::shared_ptr<DerivedTableView<K, VIn, V>> view,
                             MakeNode make_node) {
  TablePlan<K, V> table{.plan = from.plan,
                        .sources = from.sources,
                        .key_serde = from.key_serde,
                        .value_serde = made.value_serde,
                        .view = view};
  if (made.store.has_value()) {
    table.queryable_store = made.store->spec().name;
  }
  table.node =
      &from.plan->add(made.name, {from.node},
                      [made, view = std::move(view), make_node = std::move(make_node)](
                          const PlanNode& node, TopologySpec& topology) {
                        NodeSpec processor;
                        processor.name = made.name;
                        processor.parents = node.parent_outputs();
                        processor.stores = made.used_stores;
                        if (made.store.has_value()) {
                          processor.stores.push_back(made.store->spec().name);
                          topology.stores.push_back(made.store->spec());
                        }
                        processor.factory = [made, make_node, old_values = view->old_values()] {
                          return make_node(made.store, old_values);
                        };
                        topology.nodes.push_back(std::move(processor));
                      });
  return table;
}

// Returns: the store that `materialized` asks for: one if it has a name.
template <class K, class V>
std::optional<stores::TimestampedKeyValue<K, V>> named_store(const Materialized& materialized,
                                                             const Serde<K>& key,
                                                             const Serde<V>& value) {
  if (!materialized.name().has_value()) {
    return std::nullopt;
  }
  return stores::TimestampedKeyValue<K, V>(
      materialized.spec(*materialized.name(), StoreKind::key_value), key, value);
}

}  // namespace pawl::internal

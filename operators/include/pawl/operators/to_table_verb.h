// Stream::to_table: the latest record of each key is its value, a null value deletes it, a record
// without a key is dropped, counted. If the key was changed upstream, the stream goes through a
// repartition topic first. The store is made if it is named or somebody needs it.
// Source: KStreamImpl.toTable.
#pragma once

#include <pawl/operators/repartition.h>
#include <pawl/operators/side_output_plan.h>
#include <pawl/operators/source_table_view.h>
#include <pawl/operators/stream.h>
#include <pawl/operators/table.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace pawl {

template <class K, class V, internal::Lacking kLacking>
Table<K, V> Stream<K, V, kLacking>::to_table(const Materialized& materialized,
                                             const Named& named) const {
  return to_table(materialized, named, internal::key_serde_of<kLacking>(plan_),
                  internal::value_serde_of<kLacking>(plan_));
}

template <class K, class V, internal::Lacking kLacking>
Table<K, V> Stream<K, V, kLacking>::to_table(const Materialized& materialized, const Named& named,
                                             Serde<K> key, Serde<V> value) const {
  internal::LogicalPlan& plan = *plan_.plan;
  const std::string name = plan.next_name("KSTREAM-TOTABLE-", named.name());
  const std::string store = materialized.name().has_value()
                                ? *materialized.name()
                                : plan.next_store_name("KSTREAM-TOTABLE-");
  internal::StreamPlan<K, V> input = plan_;
  if (input.repartition_required) {
    internal::RepartitionRequest request;
    request.names = internal::repartition_names(plan, name);
    input.node = &internal::add_repartition(plan, *input.node, request, key, value);
    input.sources = {request.names.source};
    input.repartition_required = false;
    internal::add_side_output(plan_, *input.node, &internal::dropped_by_filter);
  }
  const auto view = std::make_shared<internal::SourceTableView<K, V>>(
      name, materialized.spec(store, StoreKind::key_value), key, std::optional<Serde<V>>(value));
  if (materialized.name().has_value()) {
    view->keep();
  }
  internal::TablePlan<K, V> table{.plan = plan_.plan,
                                  .sources = input.sources,
                                  .key_serde = std::move(key),
                                  .value_serde = std::move(value),
                                  .view = view,
                                  .queryable_store = materialized.name()};
  table.node = &internal::add_table_source<K, V>(plan, name, *input.node, view);
  internal::add_side_output(input, *table.node);
  return Table<K, V>(std::move(table));
}

}  // namespace pawl

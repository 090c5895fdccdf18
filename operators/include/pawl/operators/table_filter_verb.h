// Table::filter and Table::filter_not.
#pragma once

#include <pawl/operators/derived_table.h>
#include <pawl/operators/nodes/table_filter_node.h>
#include <pawl/operators/table.h>

#include <memory>
#include <string>
#include <utility>

namespace pawl {

template <class K, class V>
template <class Predicate>
Table<K, V> Table<K, V>::filtered(Predicate predicate, bool wanted,
                                  const Materialized* materialized, const Named& named) const {
  using Filter = internal::RowFilter<K, V, Predicate>;
  using View = internal::DerivedTableView<K, V, V>;
  static_assert(internal::kTakesRecord<Predicate, K, V>,
                "pawl: the predicate of a table is callable with (const K&, const V&) or (const "
                "V&) of the table.");
  internal::LogicalPlan& plan = *plan_.plan;
  internal::DerivedTable<K, V> made;
  if (materialized != nullptr) {
    if (materialized->name().has_value()) {
      made.store =
          internal::named_store(*materialized, plan_.key_serde, internal::value_serde_of(plan_));
    } else {
      plan.next_store_name("KTABLE-FILTER-");  // a number is used up, as in Kafka Streams
    }
  }
  made.name = plan.next_name("KTABLE-FILTER-", named.name());
  made.value_serde = plan_.value_serde;
  const Filter filter(std::move(predicate), wanted);
  const auto view = std::make_shared<View>(plan_.view, made.store, [filter](auto parent) {
    return std::make_unique<internal::FilterLookup<K, V, Predicate>>(filter, std::move(parent));
  });
  view->take_old_values_of_parent();
  return Table(internal::derive_table(
      plan_, made, view,
      [name = made.name, filter, versioned = plan_.view->versioned_store() != nullptr](
          const auto& store, bool old_values) {
        return std::make_unique<internal::TableFilterNode<K, V, Predicate>>(name, filter, store,
                                                                            old_values, versioned);
      }));
}

}  // namespace pawl

// Table::transform_values.
#pragma once

#include <pawl/operators/derived_table.h>
#include <pawl/operators/nodes/table_transform_values_node.h>
#include <pawl/operators/table.h>

#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace pawl {

template <class K, class V>
template <class Supplier, class VOut>
Table<K, VOut> Table<K, V>::transformed(Supplier supplier, std::vector<std::string> stores,
                                        const Materialized& materialized, const Named& named,
                                        std::optional<Serde<VOut>> serde) const {
  using P = internal::SuppliedProcessor<Supplier>;
  using View = internal::DerivedTableView<K, V, VOut>;
  static_assert(std::is_same_v<typename P::Key, K> && std::is_same_v<typename P::ValueIn, V>,
                "pawl: this processor receives other key or value types than the table has.");
  internal::DerivedTable<K, VOut> made;
  if (materialized.name().has_value()) {
    made.store = internal::named_store(materialized, plan_.key_serde, *serde);
  }
  made.name = plan_.plan->next_name("KTABLE-TRANSFORMVALUES-", named.name());
  made.value_serde = std::move(serde);
  stores = plan_.plan->connect_stores(supplier, std::move(stores));
  made.used_stores = stores;
  const auto view = std::make_shared<View>(
      plan_.view, made.store,
      [supplier](auto parent) {
        return std::make_unique<internal::TransformValuesLookup<K, V, VOut>>(supplier(),
                                                                             std::move(parent));
      },
      std::move(stores));
  return Table<K, VOut>(internal::derive_table(
      plan_, made, view, [name = made.name, supplier](const auto& store, bool old_values) {
        return std::make_unique<internal::TableTransformValuesNode<K, V, VOut>>(name, supplier(),
                                                                                store, old_values);
      }));
}

template <class K, class V>
template <class Supplier>
auto Table<K, V>::transform_values(Supplier supplier, std::vector<std::string> stores,
                                   const Named& named) const {
  using VOut = typename internal::SuppliedProcessor<Supplier>::ValueOut;
  return transformed<Supplier, VOut>(std::move(supplier), std::move(stores), Materialized(), named,
                                     internal::default_serde_if_any<VOut>());
}

template <class K, class V>
template <class Supplier, class VOut>
Table<K, VOut> Table<K, V>::transform_values(Supplier supplier, const Materialized& materialized,
                                             std::vector<std::string> stores, const Named& named,
                                             Serde<VOut> serde) const {
  return transformed<Supplier, VOut>(std::move(supplier), std::move(stores), materialized, named,
                                     std::optional<Serde<VOut>>(std::move(serde)));
}

}  // namespace pawl

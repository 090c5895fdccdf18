// Table::map_values.
#pragma once

#include <pawl/operators/derived_table.h>
#include <pawl/operators/nodes/table_map_values_node.h>
#include <pawl/operators/table.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace pawl {

template <class K, class V>
template <class Mapper, class VOut>
Table<K, VOut> Table<K, V>::mapped(Mapper mapper, const Materialized& materialized,
                                   const Named& named, std::optional<Serde<VOut>> serde) const {
  using View = internal::DerivedTableView<K, V, VOut>;
  internal::DerivedTable<K, VOut> made;
  if (materialized.name().has_value()) {
    made.store = internal::named_store(materialized, plan_.key_serde, *serde);
  }
  made.name = plan_.plan->next_name("KTABLE-MAPVALUES-", named.name());
  made.value_serde = std::move(serde);
  const auto view = std::make_shared<View>(plan_.view, made.store, [mapper](auto parent) {
    return std::make_unique<internal::MapValuesLookup<K, V, VOut, Mapper>>(mapper,
                                                                           std::move(parent));
  });
  return Table<K, VOut>(internal::derive_table(
      plan_, made, view, [name = made.name, mapper](const auto& store, bool old_values) {
        return std::make_unique<internal::TableMapValuesNode<K, V, VOut, Mapper>>(
            name, mapper, store, old_values);
      }));
}

template <class K, class V>
template <class Mapper>
auto Table<K, V>::map_values(Mapper mapper, const Named& named) const {
  using VOut = internal::NotNull<internal::RecordResult<Mapper, K, V>>;
  return mapped<Mapper, VOut>(std::move(mapper), Materialized(), named,
                              internal::default_serde_if_any<VOut>());
}

template <class K, class V>
template <class Mapper, class VOut>
Table<K, VOut> Table<K, V>::map_values(Mapper mapper, const Materialized& materialized,
                                       const Named& named, Serde<VOut> serde) const {
  if (!materialized.name().has_value()) {
    plan_.plan->next_store_name("KTABLE-MAPVALUES-");  // a number is used up, as in Kafka Streams
  }
  return mapped<Mapper, VOut>(std::move(mapper), materialized, named,
                              std::optional<Serde<VOut>>(std::move(serde)));
}

}  // namespace pawl

// Table::group_by.
#pragma once

#include <pawl/operators/grouped_table.h>
#include <pawl/operators/mapped_pair.h>
#include <pawl/operators/table.h>

#include <string>
#include <utility>

namespace pawl {

template <class K, class V>
template <class Selector, class Options>
auto Table<K, V>::group_by(Selector selector, const Options& options) const {
  using Pair = internal::MappedPair<Selector, K, V>;
  using KOut = internal::PairKey<Pair>;
  using VOut = internal::PairValue<Pair>;
  internal::TableGroupPlan<KOut, VOut> group{
      .plan = plan_.plan,
      .key_serde = internal::given_or_default_key<KOut>(options),
      .value_serde = internal::given_or_default_value<VOut>(options),
      .name = options.name()};
  const std::string name = plan_.plan->next_name("KTABLE-SELECT-", options.name());
  group.select = &plan_.plan->add_processor(
      name, {plan_.node},
      internal::node_factory<internal::TableSelectNode<K, V, KOut, VOut, Selector>>(
          name, std::move(selector), group.key_serde));
  plan_.view->want_old_values(internal::StoreDemand::forced);
  return GroupedTable<KOut, VOut>(std::move(group));
}

}  // namespace pawl

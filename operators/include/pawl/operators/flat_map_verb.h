// Stream::flat_map and flat_map_values: any number of records for each one. Source:
// KStreamImpl.flatMap, flatMapValues.
#pragma once

#include <pawl/operators/derived_stream.h>
#include <pawl/operators/mapped_pair.h>
#include <pawl/operators/nodes/flat_map_node.h>
#include <pawl/operators/stream.h>

#include <string>
#include <utility>

namespace pawl {

template <class K, class V, internal::Lacking kLacking>
template <class Mapper>
auto Stream<K, V, kLacking>::flat_map(Mapper mapper, const Named& named) const {
  using Pair = internal::ElementOf<internal::RecordResult<Mapper, K, V>>;
  using KOut = internal::PairKey<Pair>;
  using VOut = internal::PairValue<Pair>;
  const std::string name = plan_.plan->next_name("KSTREAM-FLATMAP-", named.name());
  internal::PlanNode& node = plan_.plan->add_processor(
      name, {plan_.node},
      internal::node_factory<internal::FlatMapNode<K, V, KOut, VOut, Mapper>>(name,
                                                                              std::move(mapper)));
  node.traits.changes_key = true;
  return internal::remade_stream<KOut, VOut>(plan_, node);
}

template <class K, class V, internal::Lacking kLacking>
template <class Mapper>
auto Stream<K, V, kLacking>::flat_map_values(Mapper mapper, const Named& named) const {
  using VOut = internal::NotNull<internal::ElementOf<internal::RecordResult<Mapper, K, V>>>;
  const std::string name = plan_.plan->next_name("KSTREAM-FLATMAPVALUES-", named.name());
  internal::PlanNode& node = plan_.plan->add_processor(
      name, {plan_.node},
      internal::node_factory<internal::FlatMapValuesNode<K, V, VOut, Mapper>>(name,
                                                                              std::move(mapper)));
  node.traits.changes_value = true;
  return internal::revalued_stream<kLacking, VOut>(plan_, node);
}

}  // namespace pawl

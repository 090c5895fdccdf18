// Stream::map_values: another value for each record. Source: KStreamImpl.mapValues.
#pragma once

#include <pawl/operators/derived_stream.h>
#include <pawl/operators/nodes/map_values_node.h>
#include <pawl/operators/stream.h>

#include <string>
#include <utility>

namespace pawl {

template <class K, class V, internal::Lacking kLacking>
template <class Mapper>
auto Stream<K, V, kLacking>::map_values(Mapper mapper, const Named& named) const {
  using VOut = internal::NotNull<internal::RecordResult<Mapper, K, V>>;
  const std::string name = plan_.plan->next_name("KSTREAM-MAPVALUES-", named.name());
  internal::PlanNode& node = plan_.plan->add_processor(
      name, {plan_.node},
      internal::node_factory<internal::MapValuesNode<K, V, VOut, Mapper>>(name, std::move(mapper)));
  node.traits.changes_value = true;
  return internal::revalued_stream<kLacking, VOut>(plan_, node);
}

}  // namespace pawl

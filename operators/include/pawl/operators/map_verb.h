// Stream::map: another key and value for each record, as a pair. Source: KStreamImpl.map.
#pragma once

#include <pawl/operators/derived_stream.h>
#include <pawl/operators/mapped_pair.h>
#include <pawl/operators/nodes/map_node.h>
#include <pawl/operators/stream.h>

#include <string>
#include <utility>

namespace pawl {

template <class K, class V, internal::Lacking kLacking>
template <class Mapper>
auto Stream<K, V, kLacking>::map(Mapper mapper, const Named& named) const {
  using Pair = internal::MappedPair<Mapper, K, V>;
  using KOut = internal::PairKey<Pair>;
  using VOut = internal::PairValue<Pair>;
  const std::string name = plan_.plan->next_name("KSTREAM-MAP-", named.name());
  internal::PlanNode& node = plan_.plan->add_processor(
      name, {plan_.node},
      internal::node_factory<internal::MapNode<K, V, KOut, VOut, Mapper>>(name, std::move(mapper)));
  node.traits.changes_key = true;
  return internal::remade_stream<KOut, VOut>(plan_, node);
}

}  // namespace pawl

// Stream::join and Stream::left_join with a global table.
#pragma once

#include <pawl/operators/derived_stream.h>
#include <pawl/operators/global_table.h>
#include <pawl/operators/nodes/stream_global_table_join_node.h>
#include <pawl/operators/side_output_plan.h>
#include <pawl/operators/stream.h>

#include <string>
#include <utility>

namespace pawl {

template <class K, class V, internal::Lacking kLacking>
template <class GK, class GV, class Selector, class Joiner>
auto Stream<K, V, kLacking>::join_global_table(internal::JoinKind kind,
                                               const GlobalTable<GK, GV>& table, Selector selector,
                                               Joiner joiner, const Named& named) const {
  static_assert(std::is_same_v<internal::NotNull<internal::RecordResult<Selector, K, V>>, GK>,
                "pawl: the selector of a join with a global table makes the table's key: it "
                "returns that type, or std::optional of it.");
  if (table.plan().plan != plan_.plan) {
    throw TopologyError("global table '" + table.store_name() +
                        "' is of another StreamBuilder: make both with one");
  }
  using VOut = internal::NotNull<internal::StreamTableJoinerResult<Joiner, K, V, GV>>;
  // Kafka Streams gives inner joins this prefix as well (KStreamImpl.globalTableJoin).
  const std::string name = plan_.plan->next_name("KSTREAM-LEFTJOIN-", named.name());
  internal::PlanNode& node = plan_.plan->add_processor(
      name, {plan_.node},
      internal::node_factory<
          internal::StreamGlobalTableJoinNode<K, V, GK, GV, VOut, Selector, Joiner>>(
          name, kind, std::move(selector), std::move(joiner), table.plan().definition));
  node.traits.takes_null_keys = kind == internal::JoinKind::left;
  internal::add_side_output(plan_, node);
  node.traits.changes_value = !std::is_same_v<V, VOut>;
  return internal::revalued_stream<kLacking, VOut>(plan_, node);
}

template <class K, class V, internal::Lacking kLacking>
template <class GK, class GV, class Selector, class Joiner>
auto Stream<K, V, kLacking>::join(const GlobalTable<GK, GV>& table, Selector selector,
                                  Joiner joiner, const Named& named) const {
  internal::check_stream_table_joiner<internal::JoinKind::inner, Joiner, K, V, GV>();
  return join_global_table(internal::JoinKind::inner, table, std::move(selector), std::move(joiner),
                           named);
}

template <class K, class V, internal::Lacking kLacking>
template <class GK, class GV, class Selector, class Joiner>
auto Stream<K, V, kLacking>::left_join(const GlobalTable<GK, GV>& table, Selector selector,
                                       Joiner joiner, const Named& named) const {
  internal::check_stream_table_joiner<internal::JoinKind::left, Joiner, K, V, GV>();
  return join_global_table(internal::JoinKind::left, table, std::move(selector), std::move(joiner),
                           named);
}

}  // namespace pawl

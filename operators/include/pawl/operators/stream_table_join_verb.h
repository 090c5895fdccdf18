// Stream::join and Stream::left_join with a table.
#pragma once

#include <pawl/operators/nodes/stream_table_grace_join_node.h>
#include <pawl/operators/nodes/stream_table_join_node.h>
#include <pawl/operators/repartition.h>
#include <pawl/operators/stateless_verbs.h>
#include <pawl/operators/stream.h>
#include <pawl/operators/table.h>

#include <chrono>
#include <string>
#include <utility>

namespace pawl {

namespace internal {

// Throws TopologyError unless the table's store can wait that long for updates.
inline void check_grace(const StoreSpec& table, std::chrono::milliseconds grace) {
  if (table.kind != StoreKind::versioned_key_value) {
    throw TopologyError("a join with grace looks values up as of earlier times, but store '" +
                        table.name +
                        "' keeps no versions: make the table with Materialized::as_versioned");
  }
  if (grace.count() < 0 || grace > table.retention) {
    throw TopologyError("a join with grace " + std::to_string(grace.count()) +
                        " ms needs a history at least as long, but store '" + table.name +
                        "' keeps " + std::to_string(table.retention.count()) + " ms");
  }
}

}  // namespace internal

template <class K, class V, internal::Lacking kLacking>
template <class T, class Joiner, class Options>
auto Stream<K, V, kLacking>::join_table(internal::JoinKind kind, const char* prefix,
                                        const Table<K, T>& table, Joiner joiner,
                                        const Options& options) const {
  using VOut = internal::NotNull<typename internal::JoinResult<Joiner, V, T>::Type>;
  internal::LogicalPlan& plan = *plan_.plan;
  const internal::TablePlan<K, T>& right = table.plan();
  if (right.store == nullptr) {
    throw TopologyError(
        "this table has no store to look values up in: join with the table before it");
  }
  internal::StreamPlan<K, V> left = plan_;
  if (left.repartition_required) {
    internal::RepartitionRequest request;
    request.names = internal::repartition_names(plan, options.name().value_or(left.node->output()));
    request.null_keys =
        kind == internal::JoinKind::left ? internal::NullKeys::kept : internal::NullKeys::dropped;
    left.node = &internal::add_repartition(plan, *left.node, request,
                                           internal::key_serde_of<kLacking>(left, options),
                                           internal::value_serde_of<kLacking>(left, options));
    left.sources = {request.names.source};
    left.repartition_required = false;
  }
  std::set<std::string> copartitioned = left.sources;
  copartitioned.insert(right.sources.begin(), right.sources.end());
  plan.copartition(std::move(copartitioned));
  right.store->needed = true;
  const std::string name = plan.next_name(prefix, options.name());
  const stores::TimestampedKeyValue<K, T> definition(right.store->spec, right.key_serde,
                                                     right.value_serde);
  internal::PlanNode* node = nullptr;
  if (options.grace().has_value()) {
    internal::check_grace(right.store->spec, *options.grace());
    StoreSpec waiting;
    waiting.name = name + "-Buffer";
    plan.add_store(waiting);
    node = &plan.add_processor(
        name, {left.node},
        internal::node_factory<internal::StreamTableGraceJoinNode<K, V, T, VOut, Joiner>>(
            name, kind, std::move(joiner), definition,
            internal::GraceBuffer<K, V>{waiting.name, *options.grace(),
                                        internal::key_serde_of<kLacking>(left, options),
                                        internal::value_serde_of<kLacking>(left, options)}),
        {waiting.name, right.store->spec.name});
  } else {
    node = &plan.add_processor(
        name, {left.node},
        internal::node_factory<internal::StreamTableJoinNode<K, V, T, VOut, Joiner>>(
            name, kind, std::move(joiner), definition),
        {right.store->spec.name});
  }
  left.sources.insert(right.sources.begin(), right.sources.end());
  return internal::revalued_stream<kLacking, VOut>(left, *node);
}

template <class K, class V, internal::Lacking kLacking>
template <class T, class Joiner, class Options>
auto Stream<K, V, kLacking>::join(const Table<K, T>& table, Joiner joiner,
                                  const Options& options) const {
  return join_table(internal::JoinKind::inner, "KSTREAM-JOIN-", table, std::move(joiner), options);
}

template <class K, class V, internal::Lacking kLacking>
template <class T, class Joiner, class Options>
auto Stream<K, V, kLacking>::left_join(const Table<K, T>& table, Joiner joiner,
                                       const Options& options) const {
  static_assert(
      std::invocable<const Joiner&, const V&, const T*>,
      "pawl: the joiner of a left join takes (const V&, const T*): the table may have no value.");
  return join_table(internal::JoinKind::left, "KSTREAM-LEFTJOIN-", table, std::move(joiner),
                    options);
}

}  // namespace pawl

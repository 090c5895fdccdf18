// Stream::join and Stream::left_join with a table.
#pragma once

#include <pawl/operators/derived_stream.h>
#include <pawl/operators/join_repartition.h>
#include <pawl/operators/nodes/stream_table_grace_join_node.h>
#include <pawl/operators/nodes/stream_table_join_node.h>
#include <pawl/operators/side_output_plan.h>
#include <pawl/operators/stream.h>
#include <pawl/operators/table.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace pawl {

namespace internal {

// `table`: the versioned store of the table, or null. Throws TopologyError unless it can wait that
// long for updates.
inline void check_grace(const StoreSpec* table, std::chrono::milliseconds grace) {
  if (table == nullptr) {
    throw TopologyError(
        "a join with grace looks values up as of earlier times, but this table keeps no versions: "
        "make it with Materialized::as_versioned");
  }
  if (grace.count() < 0 || grace > table->retention) {
    throw TopologyError("a join with grace " + std::to_string(grace.count()) +
                        " ms needs a history at least as long, but store '" + table->name +
                        "' keeps " + std::to_string(table->retention.count()) + " ms");
  }
}

}  // namespace internal

template <class K, class V, internal::Lacking kLacking>
template <class T, class Joiner, class Options>
auto Stream<K, V, kLacking>::join_table(internal::JoinKind kind, const char* prefix,
                                        const Table<K, T>& table, Joiner joiner,
                                        const Options& options) const {
  using VOut = internal::NotNull<internal::StreamTableJoinerResult<Joiner, K, V, T>>;
  internal::LogicalPlan& plan = *plan_.plan;
  const internal::TablePlan<K, T>& right = table.plan();
  internal::StreamPlan<K, V> left = plan_;
  if (left.plan != right.plan) {
    throw TopologyError("the table behind node '" + right.node->output() +
                        "' is of another StreamBuilder: make both with one");
  }
  if (left.repartition_required) {
    left = internal::repartition_for_join(left, options.name().value_or(left.node->output()),
                                          internal::key_serde_of<kLacking>(left, options),
                                          internal::value_serde_of<kLacking>(left, options));
  }
  std::set<std::string> copartitioned = left.sources;
  copartitioned.insert(right.sources.begin(), right.sources.end());
  plan.copartition(std::move(copartitioned));
  std::vector<std::string> stores = right.view->stores();
  const std::string name = plan.next_name(prefix, options.name());
  internal::PlanNode* node = nullptr;
  if (options.grace().has_value()) {
    internal::check_grace(right.view->versioned_store(), *options.grace());
    StoreSpec waiting;
    waiting.name = name + "-Buffer";
    plan.add_store(waiting);
    stores.insert(stores.begin(), waiting.name);
    const internal::GraceBuffer<K, V> buffer{waiting.name, *options.grace(),
                                             internal::key_serde_of<kLacking>(left, options),
                                             internal::value_serde_of<kLacking>(left, options)};
    node = &plan.add_processor(
        name, {left.node},
        [name, kind, joiner = std::move(joiner), view = right.view, buffer] {
          return std::make_unique<internal::StreamTableGraceJoinNode<K, V, T, VOut, Joiner>>(
              name, kind, joiner, view->lookup(), buffer);
        },
        std::move(stores));
  } else {
    node = &plan.add_processor(
        name, {left.node},
        [name, kind, joiner = std::move(joiner), view = right.view] {
          return std::make_unique<internal::StreamTableJoinNode<K, V, T, VOut, Joiner>>(
              name, kind, joiner, view->lookup());
        },
        std::move(stores));
  }
  node->traits.takes_null_keys = kind == internal::JoinKind::left;
  internal::add_side_output(left, *node);
  left.sources.insert(right.sources.begin(), right.sources.end());
  node->traits.changes_value = !std::is_same_v<V, VOut>;
  return internal::revalued_stream<kLacking, VOut>(left, *node);
}

template <class K, class V, internal::Lacking kLacking>
template <class T, class Joiner, class Options>
auto Stream<K, V, kLacking>::join(const Table<K, T>& table, Joiner joiner,
                                  const Options& options) const {
  internal::check_stream_table_joiner<internal::JoinKind::inner, Joiner, K, V, T>();
  return join_table(internal::JoinKind::inner, "KSTREAM-JOIN-", table, std::move(joiner), options);
}

template <class K, class V, internal::Lacking kLacking>
template <class T, class Joiner, class Options>
auto Stream<K, V, kLacking>::left_join(const Table<K, T>& table, Joiner joiner,
                                       const Options& options) const {
  internal::check_stream_table_joiner<internal::JoinKind::left, Joiner, K, V, T>();
  return join_table(internal::JoinKind::left, "KSTREAM-LEFTJOIN-", table, std::move(joiner),
                    options);
}

}  // namespace pawl

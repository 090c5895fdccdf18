// Stream::join, left_join and outer_join with another stream.
#pragma once

#include <pawl/operators/derived_stream.h>
#include <pawl/operators/join_repartition.h>
#include <pawl/operators/join_windows.h>
#include <pawl/operators/nodes/join_window_node.h>
#include <pawl/operators/nodes/self_join_node.h>
#include <pawl/operators/nodes/stream_join_node.h>
#include <pawl/operators/side_output_plan.h>
#include <pawl/operators/stream.h>
#include <pawl/operators/stream_join_names.h>
#include <pawl/operators/stream_joined.h>

#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace pawl {

namespace internal {

// The serdes of a join: those in its options, else what the streams carry.
template <Lacking kLeft, Lacking kRight, class K, class L, class R, class Options>
StreamJoinSerdes<K, L, R> stream_join_serdes(const StreamPlan<K, L>& left,
                                             const StreamPlan<K, R>& right,
                                             const Options& options) {
  if constexpr (Options::kHasSerdes) {
    return options.serdes();
  } else {
    return {key_serde_of<kLeft>(left), value_serde_of<kLeft>(left), value_serde_of<kRight>(right)};
  }
}

template <class K, class V>
StreamPlan<K, V> co_located_for_join(const StreamPlan<K, V>& stream,
                                     const StreamJoinChoices& choices, const char* suffix,
                                     const Serde<K>& key, const Serde<V>& value) {
  if (!stream.repartition_required) {
    return stream;
  }
  return repartition_for_join(
      stream, choices.name.has_value() ? *choices.name + suffix : stream.node->output(), key,
      value);
}

// One side's window: shows each record to the join and keeps it.
template <class K, class V>
PlanNode& add_join_window(const StreamPlan<K, V>& stream, const std::string& name,
                          const stores::Window<K, V>& store) {
  return stream.plan->add_processor(
      name, {stream.node}, node_factory<JoinWindowNode<K, V>>(name, store), {store.spec().name});
}

// Writes both sides of a join and their merge, or, for a stream joined with itself in one store,
// the one node that does all.
template <class K, class L, class R, class VOut, class Joiner>
PlanNode::Write stream_join_writer(const StreamJoinNames& names,
                                   const StreamJoinSpec<K, L, R, Joiner>& spec,
                                   const StreamJoinChoices& choices) {
  return [=](const PlanNode& node, TopologySpec& topology) {
    const auto add = [&](const std::string& name, std::vector<std::string> parents,
                         std::vector<std::string> stores, NodeFactory factory) {
      NodeSpec processor;
      processor.name = name;
      processor.parents = std::move(parents);
      processor.stores = std::move(stores);
      processor.factory = std::move(factory);
      topology.nodes.push_back(std::move(processor));
    };
    topology.stores.push_back(spec.left_store.spec());
    if constexpr (std::is_same_v<L, R>) {
      if (node.single_store) {
        add(names.merge, {names.left_window}, {names.left_store},
            node_factory<SelfJoinNode<K, L, VOut, Joiner>>(names.merge, spec.kind, spec.joiner,
                                                           spec.windows, spec.left_store));
        return;
      }
    }
    topology.stores.push_back(spec.right_store.spec());
    std::vector<std::string> left_stores = {names.right_store};
    std::vector<std::string> right_stores = {names.left_store};
    std::optional<std::chrono::milliseconds> emit_interval;
    if (!spec.unmatched_store.empty()) {
      topology.stores.push_back(unmatched_store_spec(spec.unmatched_store, choices));
      left_stores.push_back(spec.unmatched_store);
      right_stores.push_back(spec.unmatched_store);
      emit_interval = choices.emit_interval;
    }
    add(names.left_join, {names.left_window}, left_stores,
        node_factory<StreamJoinNode<JoinSide::left, K, L, R, VOut, Joiner>>(names.left_join, spec));
    add(names.right_join, {names.right_window}, right_stores,
        node_factory<StreamJoinNode<JoinSide::right, K, L, R, VOut, Joiner>>(names.right_join,
                                                                             spec));
    add(names.merge, {names.left_join, names.right_join}, {},
        node_factory<StreamJoinMergeNode<K, VOut>>(names.merge, emit_interval));
  };
}

// The nodes that drop records of one side: late ones and those without key or value.
inline DroppingNodes dropped_by_stream_join(const StreamJoinNames& names, JoinSide side) {
  const bool left = side == JoinSide::left;
  return [names, left](const PlanNode& join) -> std::vector<std::string> {
    if (join.single_store) {
      return {names.left_window, names.merge};
    }
    return {left ? names.left_window : names.right_window,
            left ? names.left_join : names.right_join};
  };
}

template <StreamJoinKind kKind, Lacking kLeft, Lacking kRight, class K, class L, class K2, class R,
          class Joiner, class Options>
auto join_streams(StreamPlan<K, L> left, StreamPlan<K2, R> right, Joiner joiner,
                  const JoinWindows& windows, const Options& options) {
  static_assert(std::is_same_v<K, K2>,
                "pawl: streams can be joined only when their keys have the same type: give one of "
                "them another key with select_key().");
  static_assert(kFitsJoin<kKind, Joiner, K, L, R>,
                "pawl: the joiner of a join of two streams takes (const L&, const R&); of a left "
                "join (const L&, const R*); of an outer join (const L*, const R*); each may take "
                "the key before them.");
  using VOut = NotNull<JoinerResult<Joiner, K, L, R>>;
  LogicalPlan& plan = *left.plan;
  if (left.plan != right.plan) {
    throw TopologyError("streams of two StreamBuilders cannot be joined: make both with one");
  }
  const StreamJoinChoices& choices = options.choices();
  const StreamJoinSerdes<K, L, R> serdes = stream_join_serdes<kLeft, kRight>(left, right, options);
  left = co_located_for_join(left, choices, "-left", serdes.key, serdes.left);
  right = co_located_for_join(right, choices, "-right", serdes.key, serdes.right);
  std::set<std::string> sources = left.sources;
  sources.insert(right.sources.begin(), right.sources.end());
  plan.copartition(sources);

  const StreamJoinNames names = stream_join_names(plan, kKind, choices);
  const StreamJoinSpec<K, L, R, Joiner> spec{
      kKind,
      std::move(joiner),
      windows,
      stores::Window<K, L>(join_window_spec(names.left_store, windows, choices), serdes.key,
                           serdes.left),
      stores::Window<K, R>(join_window_spec(names.right_store, windows, choices), serdes.key,
                           serdes.right),
      kKind == StreamJoinKind::inner || windows.unmatched() == Unmatched::at_once
          ? std::string()
          : names.unmatched_store};
  add_join_window(left, names.left_window, spec.left_store);
  const PlanNode& right_window = add_join_window(right, names.right_window, spec.right_store);
  PlanNode& node = plan.add(names.merge, {left.node, right.node},
                            stream_join_writer<K, L, R, VOut, Joiner>(names, spec, choices));
  if constexpr (std::is_same_v<L, R>) {
    // A record that does not meet itself has to be kept until it meets another, or is told at once
    // that it has not.
    if (kKind == StreamJoinKind::inner ||
        (windows.contain_their_record() && windows.unmatched() == Unmatched::when_window_closes)) {
      node.traits.right_window = &right_window;
    }
  }
  node.traits.takes_null_keys = kKind != StreamJoinKind::inner;
  add_side_output(left, node, dropped_by_stream_join(names, JoinSide::left));
  add_side_output(right, node, dropped_by_stream_join(names, JoinSide::right));
  left.sources = std::move(sources);
  left.key_serde = serdes.key;
  node.traits.changes_value = !std::is_same_v<L, VOut> || !std::is_same_v<R, VOut>;
  return revalued_stream<kLeft, VOut>(left, node);
}

}  // namespace internal

template <class K, class V, internal::Lacking kLacking>
template <class K2, class V2, internal::Lacking kOther, class Joiner, class Options>
auto Stream<K, V, kLacking>::join(const Stream<K2, V2, kOther>& other, Joiner joiner,
                                  const JoinWindows& windows, const Options& options) const {
  return internal::join_streams<internal::StreamJoinKind::inner, kLacking, kOther>(
      plan_, other.plan(), std::move(joiner), windows, options);
}

template <class K, class V, internal::Lacking kLacking>
template <class K2, class V2, internal::Lacking kOther, class Joiner, class Options>
auto Stream<K, V, kLacking>::left_join(const Stream<K2, V2, kOther>& other, Joiner joiner,
                                       const JoinWindows& windows, const Options& options) const {
  return internal::join_streams<internal::StreamJoinKind::left, kLacking, kOther>(
      plan_, other.plan(), std::move(joiner), windows, options);
}

template <class K, class V, internal::Lacking kLacking>
template <class K2, class V2, internal::Lacking kOther, class Joiner, class Options>
auto Stream<K, V, kLacking>::outer_join(const Stream<K2, V2, kOther>& other, Joiner joiner,
                                        const JoinWindows& windows, const Options& options) const {
  return internal::join_streams<internal::StreamJoinKind::outer, kLacking, kOther>(
      plan_, other.plan(), std::move(joiner), windows, options);
}

}  // namespace pawl

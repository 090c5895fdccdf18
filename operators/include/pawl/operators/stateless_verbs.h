// The verbs of Stream that keep no state. Each adds one node; the nodes are in nodes/.
#pragma once

#include <pawl/operators/nodes/filter_node.h>
#include <pawl/operators/nodes/flat_map_node.h>
#include <pawl/operators/nodes/map_node.h>
#include <pawl/operators/nodes/map_values_node.h>
#include <pawl/operators/nodes/pass_through_node.h>
#include <pawl/operators/nodes/peek_node.h>
#include <pawl/operators/nodes/select_key_node.h>
#include <pawl/operators/partitioner_choice.h>
#include <pawl/operators/repartition.h>
#include <pawl/operators/stream.h>

#include <ranges>
#include <string>
#include <type_traits>
#include <utility>

namespace pawl {

namespace internal {

template <class Mapper, class K, class V>
using MappedPair = RecordResult<Mapper, K, V>;
template <class Pair>
using PairKey = NotNull<std::remove_cvref_t<decltype(std::declval<Pair>().first)>>;
template <class Pair>
using PairValue = NotNull<std::remove_cvref_t<decltype(std::declval<Pair>().second)>>;
template <class Range>
using ElementOf = std::remove_cvref_t<std::ranges::range_reference_t<Range>>;

// The stream behind a node that made another key and value: it carries no serdes.
template <class KOut, class VOut, class K, class V>
auto remade_stream(const StreamPlan<K, V>& from, PlanNode& node) {
  node.traits.changes_key = true;
  StreamPlan<KOut, VOut> next;
  next.plan = from.plan;
  next.node = &node;
  next.sources = from.sources;
  next.repartition_required = true;
  return Stream<KOut, VOut, kLackingNew<KOut, VOut>>(std::move(next));
}

// The stream behind a node that made another value.
template <Lacking kLacking, class VOut, class K, class V>
auto revalued_stream(const StreamPlan<K, V>& from, PlanNode& node) {
  node.traits.changes_value = true;
  StreamPlan<K, VOut> next;
  next.plan = from.plan;
  next.node = &node;
  next.sources = from.sources;
  next.key_serde = from.key_serde;
  next.repartition_required = from.repartition_required;
  return Stream<K, VOut, with_new_value<VOut>(kLacking)>(std::move(next));
}

}  // namespace internal

template <class K, class V, internal::Lacking kLacking>
template <class Predicate>
Stream<K, V, kLacking> Stream<K, V, kLacking>::filter(Predicate predicate,
                                                      const Named& named) const {
  const std::string name = plan_.plan->next_name("KSTREAM-FILTER-", named.name());
  return behind(
      plan_.plan->add_processor(name, {plan_.node},
                                internal::node_factory<internal::FilterNode<K, V, Predicate>>(
                                    name, std::move(predicate), true)));
}

template <class K, class V, internal::Lacking kLacking>
template <class Predicate>
Stream<K, V, kLacking> Stream<K, V, kLacking>::filter_not(Predicate predicate,
                                                          const Named& named) const {
  const std::string name = plan_.plan->next_name("KSTREAM-FILTER-", named.name());
  return behind(
      plan_.plan->add_processor(name, {plan_.node},
                                internal::node_factory<internal::FilterNode<K, V, Predicate>>(
                                    name, std::move(predicate), false)));
}

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
  return internal::remade_stream<KOut, VOut>(plan_, node);
}

template <class K, class V, internal::Lacking kLacking>
template <class Mapper>
auto Stream<K, V, kLacking>::map_values(Mapper mapper, const Named& named) const {
  using VOut = internal::NotNull<internal::RecordResult<Mapper, K, V>>;
  const std::string name = plan_.plan->next_name("KSTREAM-MAPVALUES-", named.name());
  internal::PlanNode& node = plan_.plan->add_processor(
      name, {plan_.node},
      internal::node_factory<internal::MapValuesNode<K, V, VOut, Mapper>>(name, std::move(mapper)));
  return internal::revalued_stream<kLacking, VOut>(plan_, node);
}

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
  return internal::revalued_stream<kLacking, VOut>(plan_, node);
}

namespace internal {

// Adds a KSTREAM-KEY-SELECT node.
template <class K, class V, class Selector>
auto add_key_selection(const StreamPlan<K, V>& from, Selector selector,
                       const std::optional<std::string>& given) {
  using KOut = NotNull<RecordResult<Selector, K, V>>;
  const std::string name = from.plan->next_name("KSTREAM-KEY-SELECT-", given);
  PlanNode& node = from.plan->add_processor(
      name, {from.node},
      node_factory<SelectKeyNode<K, V, KOut, Selector>>(name, std::move(selector)));
  node.traits.changes_key = true;
  StreamPlan<KOut, V> next;
  next.plan = from.plan;
  next.node = &node;
  next.sources = from.sources;
  next.value_serde = from.value_serde;
  next.repartition_required = true;
  return next;
}

}  // namespace internal

template <class K, class V, internal::Lacking kLacking>
template <class Selector>
auto Stream<K, V, kLacking>::select_key(Selector selector, const Named& named) const {
  using KOut = internal::NotNull<internal::RecordResult<Selector, K, V>>;
  return Stream<KOut, V, internal::with_new_key<KOut>(kLacking)>(
      internal::add_key_selection(plan_, std::move(selector), named.name()));
}

template <class K, class V, internal::Lacking kLacking>
template <class Action>
Stream<K, V, kLacking> Stream<K, V, kLacking>::peek(Action action, const Named& named) const {
  const std::string name = plan_.plan->next_name("KSTREAM-PEEK-", named.name());
  return behind(plan_.plan->add_processor(
      name, {plan_.node},
      internal::node_factory<internal::PeekNode<K, V, Action>>(name, std::move(action))));
}

template <class K, class V, internal::Lacking kLacking>
template <class Action>
void Stream<K, V, kLacking>::for_each(Action action, const Named& named) const {
  const std::string name = plan_.plan->next_name("KSTREAM-FOREACH-", named.name());
  plan_.plan->add_processor(
      name, {plan_.node},
      internal::node_factory<internal::PeekNode<K, V, Action>>(name, std::move(action)));
}

template <class K, class V, internal::Lacking kLacking>
template <internal::Lacking kOther>
auto Stream<K, V, kLacking>::merge(const Stream<K, V, kOther>& other, const Named& named) const {
  const internal::StreamPlan<K, V>& right = other.plan();
  const std::string name = plan_.plan->next_name("KSTREAM-MERGE-", named.name());
  internal::StreamPlan<K, V> next = plan_;
  next.node =
      &plan_.plan->add_processor(name, {plan_.node, right.node},
                                 internal::node_factory<internal::PassThroughNode<K, V>>(name));
  next.node->traits.merges = true;
  next.sources.insert(right.sources.begin(), right.sources.end());
  next.key_serde = plan_.key_serde.has_value() ? plan_.key_serde : right.key_serde;
  next.value_serde = plan_.value_serde.has_value() ? plan_.value_serde : right.value_serde;
  next.repartition_required = plan_.repartition_required || right.repartition_required;
  constexpr internal::Lacking kLackingInBoth = kLacking & kOther;
  return Stream<K, V, kLackingInBoth>(std::move(next));
}

template <class K, class V, internal::Lacking kLacking>
template <class Options>
Stream<K, V> Stream<K, V, kLacking>::repartition(const Options& options) const {
  const Serde<K> key = internal::key_serde_of<kLacking>(plan_, options);
  const Serde<V> value = internal::value_serde_of<kLacking>(plan_, options);
  internal::RepartitionRequest request;
  const std::string prefix =
      options.name().has_value() ? *options.name() : plan_.plan->next_name("KSTREAM-REPARTITION-");
  request.names = internal::repartition_names(*plan_.plan, prefix);
  request.partitions = options.partition_count();
  request.mergeable = false;
  internal::StreamPlan<K, V> next = plan_;
  next.node = &internal::add_repartition(*plan_.plan, *plan_.node, request, key, value,
                                         internal::partitioner_of<K, V>(options));
  next.sources = {request.names.source};
  next.key_serde = key;
  next.value_serde = value;
  next.repartition_required = false;
  return Stream<K, V>(std::move(next));
}

namespace internal {

// Where a sink writes: to a topic, or to the one that `chooser` names.
template <class K, class V>
struct SinkTopic {
  std::string name;
  TopicChooser<K, V> chooser;
  std::string chooser_name;
};

// Adds a KSTREAM-SINK node.
template <class K, class V>
void add_sink(const StreamPlan<K, V>& from, const SinkTopic<K, V>& topic,
              const std::optional<std::string>& given, const Serde<K>& key, const Serde<V>& value,
              const StreamPartitioner<K, V>& partitioner) {
  const std::string name = from.plan->next_name("KSTREAM-SINK-", given);
  from.plan->add(name, {from.node}, [=](const PlanNode& node, TopologySpec& spec) {
    NodeSpec sink;
    sink.name = name;
    sink.kind = NodeKind::sink;
    sink.parents = node.parent_outputs();
    sink.chooses_topic = static_cast<bool>(topic.chooser);
    sink.chooser_name = topic.chooser_name;
    if (!sink.chooses_topic) {
      sink.topics = {topic.name};
    }
    sink.factory = node_factory<SinkNode<K, V>>(name, topic.name, TopicOwner::user, topic.chooser,
                                                key, value, partitioner);
    spec.nodes.push_back(std::move(sink));
  });
}

}  // namespace internal

template <class K, class V, internal::Lacking kLacking>
template <class Options>
void Stream<K, V, kLacking>::to(const std::string& topic, const Options& options) const {
  internal::add_sink<K, V>(
      plan_, {topic, {}, {}}, options.name(), internal::key_serde_of<kLacking>(plan_, options),
      internal::value_serde_of<kLacking>(plan_, options), internal::partitioner_of<K, V>(options));
}

template <class K, class V, internal::Lacking kLacking>
template <class Chooser, class Options>
  requires std::invocable<const Chooser&, const Record<K, V>&, const RecordCoordinates&>
void Stream<K, V, kLacking>::to(Chooser chooser, const Options& options) const {
  internal::add_sink<K, V>(plan_, {{}, TopicChooser<K, V>(std::move(chooser)), "TopicChooser"},
                           options.name(), internal::key_serde_of<kLacking>(plan_, options),
                           internal::value_serde_of<kLacking>(plan_, options),
                           internal::partitioner_of<K, V>(options));
}

template <class K, class V, internal::Lacking kLacking>
template <class Supplier>
auto Stream<K, V, kLacking>::process(Supplier supplier, std::vector<std::string> stores,
                                     const Named& named) const {
  using P = typename std::invoke_result_t<const Supplier&>::element_type;
  static_assert(std::is_same_v<typename P::KeyIn, K> && std::is_same_v<typename P::ValueIn, V>,
                "pawl: this processor receives other key or value types than the stream has.");
  using KOut = typename P::KeyOut;
  using VOut = typename P::ValueOut;
  // Source: KStreamImpl.process: a given name takes no number.
  const std::string name =
      named.name().has_value() ? *named.name() : plan_.plan->next_name("KSTREAM-PROCESSOR-");
  internal::PlanNode& node = plan_.plan->add_processor(
      name, {plan_.node},
      [name, supplier = std::move(supplier)] {
        return std::make_unique<ProcessorNode<K, V, KOut, VOut>>(name, supplier());
      },
      std::move(stores));
  return internal::remade_stream<KOut, VOut>(plan_, node);
}

}  // namespace pawl

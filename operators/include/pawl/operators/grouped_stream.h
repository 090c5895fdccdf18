// GroupedStream<K, V>: a stream whose equal keys are brought together: count(), reduce(),
// aggregate(), windowed_by(). If the key was changed upstream, each aggregation makes a repartition
// topic `<app>-<name>-repartition`, named after the group (then they share one) or its store.
// Source: KGroupedStream. Thread rule: one thread, until the topology is built.
#pragma once

#include <pawl/operators/materialized.h>
#include <pawl/operators/nodes/aggregate_node.h>
#include <pawl/operators/repartition.h>
#include <pawl/operators/select_key_verb.h>
#include <pawl/operators/session_windows.h>
#include <pawl/operators/side_output_plan.h>
#include <pawl/operators/sliding_windows.h>
#include <pawl/operators/stream.h>
#include <pawl/operators/table.h>
#include <pawl/operators/unlimited_windows.h>
#include <pawl/operators/windows.h>
#include <pawl/serde/primitives.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace pawl {

template <class K, class V, class W>
class WindowedStream;
template <class K, class V>
class SessionWindowedStream;

namespace internal {

// What aggregations of one grouped stream share.
template <class K, class V>
struct GroupPlan {
  StreamPlan<K, V> stream;
  Serde<K> key_serde;
  Serde<V> value_serde;
  std::optional<std::string> name;
  // With a name, the first aggregation's repartition node serves all.
  std::shared_ptr<PlanNode*> shared_repartition = std::make_shared<PlanNode*>(nullptr);
  std::shared_ptr<std::string> shared_source = std::make_shared<std::string>();

  // Returns: the stream that an aggregation reads, behind a repartition topic if one is needed.
  StreamPlan<K, V> co_located(const std::string& store) const {
    StreamPlan<K, V> next = stream;
    if (!stream.repartition_required) {
      return next;
    }
    RepartitionRequest request;
    request.names = repartition_names(*stream.plan, name.value_or(store));
    if (*shared_repartition == nullptr || !name.has_value()) {
      *shared_repartition =
          &add_repartition(*stream.plan, *stream.node, request, key_serde, value_serde);
      *shared_source = request.names.source;
    } else {
      stream.plan->add_again(**shared_repartition);
    }
    add_side_output(stream, **shared_repartition, &dropped_by_filter);
    next.node = *shared_repartition;
    next.sources = {*shared_source};
    next.repartition_required = false;
    return next;
  }
};

inline constexpr const char* kAggregatePrefix = "KSTREAM-AGGREGATE-";
inline constexpr const char* kReducePrefix = "KSTREAM-REDUCE-";

}  // namespace internal

template <class K, class V>
class GroupedStream {
 public:
  explicit GroupedStream(internal::GroupPlan<K, V> group) : group_(std::move(group)) {}
  // For authors of operators.
  [[nodiscard]] const internal::GroupPlan<K, V>& plan() const { return group_; }

  // How many records each key had.
  Table<K, std::int64_t> count(const Named& named = {}) const {
    return aggregated(internal::kAggregatePrefix, named, Materialized(),
                      internal::CountAggregation<K, V>(), serde::int64());
  }
  Table<K, std::int64_t> count(const Materialized& materialized, const Named& named = {}) const {
    burn_store_name(materialized);
    return aggregated(internal::kAggregatePrefix, named, materialized,
                      internal::CountAggregation<K, V>(), serde::int64());
  }

  // The records of a key folded into one, from the first: (const V& folded, const V&) -> V.
  template <class F>
  Table<K, V> reduce(F reducer, const Materialized& materialized = {},
                     const Named& named = {}) const {
    return aggregated(internal::kReducePrefix, named, materialized,
                      internal::ReduceAggregation<K, V, F>(std::move(reducer)), group_.value_serde);
  }

  // The records of a key taken into an aggregate: `initializer` makes it, `aggregator` is (const
  // K&, const V&, A&) -> void, or (const K&, const V&, const A&) -> A or std::optional<A>, where
  // nothing deletes the key.
  template <class Init, class F, class A = std::invoke_result_t<Init>>
  Table<K, A> aggregate(Init initializer, F aggregator, const Materialized& materialized = {},
                        const Named& named = {}) const {
    return aggregate(std::move(initializer), std::move(aggregator), materialized, named,
                     default_serde<A>());
  }
  template <class Init, class F, class A = std::invoke_result_t<Init>>
  Table<K, A> aggregate(Init initializer, F aggregator, const Materialized& materialized,
                        const Named& named, Serde<A> serde) const {
    return aggregated(internal::kAggregatePrefix, named, materialized,
                      internal::FunctionAggregation<K, V, A, Init, F>(std::move(initializer),
                                                                      std::move(aggregator)),
                      std::move(serde));
  }

  // The same per window (windowed_stream.h) or session (session_windowed_stream.h).
  [[nodiscard]] WindowedStream<K, V, TimeWindows> windowed_by(const TimeWindows& windows) const {
    return WindowedStream<K, V, TimeWindows>(group_, windows);
  }
  [[nodiscard]] WindowedStream<K, V, SlidingWindows> windowed_by(
      const SlidingWindows& windows) const {
    return WindowedStream<K, V, SlidingWindows>(group_, windows);
  }
  [[nodiscard]] WindowedStream<K, V, UnlimitedWindows> windowed_by(
      const UnlimitedWindows& windows) const {
    return WindowedStream<K, V, UnlimitedWindows>(group_, windows);
  }
  [[nodiscard]] SessionWindowedStream<K, V> windowed_by(const SessionWindows& windows) const {
    return SessionWindowedStream<K, V>(group_, windows);
  }

  // Together with other grouped streams (cogrouped_stream.h). The aggregate's type is that of the
  // aggregator's third parameter; name it if the aggregator is generic: cogroup<Visit>(...).
  template <class A = void, class F>
  [[nodiscard]] auto cogroup(F aggregator) const;

 private:
  // A number is used up, as in Kafka Streams (KGroupedStreamImpl.count).
  void burn_store_name(const Materialized& materialized) const {
    if (!materialized.name().has_value()) {
      group_.stream.plan->next_store_name(internal::kAggregatePrefix);
    }
  }

  template <class Aggregation, class A = typename Aggregation::Aggregate>
  Table<K, A> aggregated(const char* prefix, const Named& named, const Materialized& materialized,
                         Aggregation aggregation, Serde<A> serde) const {
    internal::LogicalPlan& plan = *group_.stream.plan;
    const std::string store =
        materialized.name().has_value() ? *materialized.name() : plan.next_store_name(prefix);
    const std::string name = plan.next_name(prefix, named.name());
    const internal::StreamPlan<K, V> input = group_.co_located(store);
    const StoreSpec spec = materialized.spec(store, StoreKind::key_value);
    plan.add_store(spec);
    const stores::TimestampedKeyValue<K, A> definition(spec, group_.key_serde, serde);
    internal::TablePlan<K, A> table{
        .plan = group_.stream.plan,
        .sources = input.sources,
        .key_serde = group_.key_serde,
        .value_serde = serde,
        .view = std::make_shared<internal::KeyValueTableView<K, A>>(definition),
        .queryable_store = materialized.name()};
    table.node = &plan.add(name, {input.node},
                           [name, aggregation, definition, view = table.view](
                               const internal::PlanNode& node, TopologySpec& topology) {
                             NodeSpec processor;
                             processor.name = name;
                             processor.parents = node.parent_outputs();
                             processor.stores = {definition.spec().name};
                             processor.factory =
                                 internal::node_factory<internal::AggregateNode<K, V, Aggregation>>(
                                     name, aggregation, definition, view->old_values());
                             topology.nodes.push_back(std::move(processor));
                           });
    internal::add_side_output(input, *table.node);
    return Table<K, A>(std::move(table));
  }

  internal::GroupPlan<K, V> group_;
};

template <class K, class V, internal::Lacking kLacking>
template <class Options>
GroupedStream<K, V> Stream<K, V, kLacking>::group_by_key(const Options& options) const {
  return GroupedStream<K, V>({plan_, internal::key_serde_of<kLacking>(plan_, options),
                              internal::value_serde_of<kLacking>(plan_, options), options.name()});
}

template <class K, class V, internal::Lacking kLacking>
template <class Selector, class Options>
auto Stream<K, V, kLacking>::group_by(Selector selector, const Options& options) const {
  using KOut = internal::NotNull<internal::RecordResult<Selector, K, V>>;
  constexpr internal::Lacking kLackingOut = internal::with_new_key<KOut>(kLacking);
  const internal::StreamPlan<KOut, V> selected =
      internal::add_key_selection(plan_, std::move(selector), options.name());
  return GroupedStream<KOut, V>({selected, internal::key_serde_of<kLackingOut>(selected, options),
                                 internal::value_serde_of<kLackingOut>(selected, options),
                                 options.name()});
}

}  // namespace pawl

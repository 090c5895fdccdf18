// WindowedStream<K, V>: aggregations per key and time window; the result's keys are Windowed<K>.
// Which records are late, and that null values count: nodes/windowed_aggregate_node.h. Source:
// TimeWindowedKStream. Thread rule: one thread, until the topology is built.
#pragma once

#include <pawl/operators/grouped_stream.h>
#include <pawl/operators/nodes/windowed_aggregate_node.h>
#include <pawl/serde/windowed.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace pawl {

template <class K, class V>
class WindowedStream {
 public:
  WindowedStream(internal::GroupPlan<K, V> group, const TimeWindows& windows)
      : group_(std::move(group)), windows_(windows) {}

  // See GroupedStream.
  Table<Windowed<K>, std::int64_t> count(const Named& named = {}) const {
    return aggregated(internal::kAggregatePrefix, named, Materialized(),
                      internal::CountAggregation<K, V>(), serde::int64());
  }
  Table<Windowed<K>, std::int64_t> count(const Materialized& materialized,
                                         const Named& named = {}) const {
    if (!materialized.name().has_value()) {
      // As in GroupedStream::count.
      group_.stream.plan->next_store_name(internal::kAggregatePrefix);
    }
    return aggregated(internal::kAggregatePrefix, named, materialized,
                      internal::CountAggregation<K, V>(), serde::int64());
  }
  template <class F>
  Table<Windowed<K>, V> reduce(F reducer, const Materialized& materialized = {},
                               const Named& named = {}) const {
    return aggregated(internal::kReducePrefix, named, materialized,
                      internal::ReduceAggregation<K, V, F>(std::move(reducer)), group_.value_serde);
  }
  template <class Init, class F, class A = std::invoke_result_t<Init>>
  Table<Windowed<K>, A> aggregate(Init initializer, F aggregator,
                                  const Materialized& materialized = {},
                                  const Named& named = {}) const {
    return aggregate(std::move(initializer), std::move(aggregator), materialized, named,
                     default_serde<A>());
  }
  template <class Init, class F, class A = std::invoke_result_t<Init>>
  Table<Windowed<K>, A> aggregate(Init initializer, F aggregator, const Materialized& materialized,
                                  const Named& named, Serde<A> serde) const {
    return aggregated(internal::kAggregatePrefix, named, materialized,
                      internal::FunctionAggregation<K, V, A, Init, F>(std::move(initializer),
                                                                      std::move(aggregator)),
                      std::move(serde));
  }

 private:
  [[nodiscard]] StoreSpec store_spec(const Materialized& materialized, std::string name) const {
    StoreSpec spec = materialized.spec(std::move(name), StoreKind::window);
    const std::chrono::milliseconds needed = windows_.size() + windows_.grace();
    spec.retention = materialized.retention().value_or(needed);
    if (spec.retention < needed) {
      throw TopologyError("store '" + spec.name + "' is to keep its windows for " +
                          std::to_string(spec.retention.count()) +
                          " ms, less than window size + grace = " + std::to_string(needed.count()) +
                          " ms: raise Materialized::retention");
    }
    spec.window_size = windows_.size();
    spec.layout = WindowLayout::time_first;
    spec.start_step = windows_.advance();
    return spec;
  }

  template <class Aggregation, class A = typename Aggregation::Aggregate>
  Table<Windowed<K>, A> aggregated(const char* prefix, const Named& named,
                                   const Materialized& materialized, Aggregation aggregation,
                                   const Serde<A>& serde) const {
    internal::LogicalPlan& plan = *group_.stream.plan;
    const std::string store =
        materialized.name().has_value() ? *materialized.name() : plan.next_store_name(prefix);
    const std::string name = plan.next_name(prefix, named.name());
    const internal::StreamPlan<K, V> input = group_.co_located(store);
    const stores::TimestampedWindow<K, A> definition(store_spec(materialized, store),
                                                     group_.key_serde, serde);
    plan.add_store(definition.spec());
    internal::TablePlan<Windowed<K>, A> table{
        .plan = group_.stream.plan,
        .sources = input.sources,
        .key_serde = serde::time_windowed(group_.key_serde, windows_.size()),
        .value_serde = serde,
        .view = std::make_shared<internal::WindowTableView<K, A>>(definition),
        .window_grace = windows_.grace()};
    table.node =
        &plan.add(name, {input.node},
                  [name, aggregation, definition, windows = windows_, view = table.view](
                      const internal::PlanNode& node, TopologySpec& topology) {
                    NodeSpec processor;
                    processor.name = name;
                    processor.parents = node.parent_outputs();
                    processor.stores = {definition.spec().name};
                    processor.factory =
                        internal::node_factory<internal::WindowedAggregateNode<K, V, Aggregation>>(
                            name, aggregation, windows, definition, view->old_values());
                    topology.nodes.push_back(std::move(processor));
                  });
    return Table<Windowed<K>, A>(std::move(table));
  }

  internal::GroupPlan<K, V> group_;
  TimeWindows windows_;
};

}  // namespace pawl

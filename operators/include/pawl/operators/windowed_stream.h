// WindowedStream<K, V, W>: aggregations per key and window of kind W: tumbling, hopping, sliding or
// unlimited; the result's keys are Windowed<K>. Which records are late, and whether null values
// count: nodes/windowed_aggregate_node.h, nodes/sliding_aggregate_node.h. Source:
// TimeWindowedKStream. Thread rule: one thread, until the topology is built.
#pragma once

#include <pawl/operators/windowed_aggregation.h>

#include <string>
#include <type_traits>
#include <utility>

namespace pawl {

template <class K, class V, class W>
class WindowedStream {
 public:
  WindowedStream(internal::GroupPlan<K, V> group, W windows,
                 EmitStrategy emit = EmitStrategy::on_window_update())
      : group_(std::move(group)), windows_(std::move(windows)), emit_(emit) {}

  // When results are emitted (emit_strategy.h). Unlimited windows are never closed.
  [[nodiscard]] WindowedStream emit_strategy(EmitStrategy emit) const
    requires(!std::is_same_v<W, UnlimitedWindows>)
  {
    return WindowedStream(group_, windows_, emit);
  }

  // See GroupedStream.
  Table<Windowed<K>, std::int64_t> count(const Named& named = {}) const {
    return aggregated(internal::kAggregatePrefix, named, Materialized(),
                      internal::CountAggregation<K, V>(), serde::int64());
  }
  Table<Windowed<K>, std::int64_t> count(const Materialized& materialized,
                                         const Named& named = {}) const {
    if (internal::WindowPlan<W>::kBurnsStoreName && !materialized.name().has_value()) {
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
                                  const Named& named, const Serde<A>& serde) const {
    return aggregated(internal::kAggregatePrefix, named, materialized,
                      internal::FunctionAggregation<K, V, A, Init, F>(std::move(initializer),
                                                                      std::move(aggregator)),
                      serde);
  }

 private:
  template <class Aggregation, class A = typename Aggregation::Aggregate>
  Table<Windowed<K>, A> aggregated(const char* prefix, const Named& named,
                                   const Materialized& materialized, Aggregation aggregation,
                                   const Serde<A>& serde) const {
    return internal::add_windowed_aggregation(
        group_, windows_, emit_, {prefix, named, materialized}, std::move(aggregation), serde);
  }

  internal::GroupPlan<K, V> group_;
  W windows_;
  EmitStrategy emit_;
};

}  // namespace pawl

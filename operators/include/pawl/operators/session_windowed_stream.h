// SessionWindowedStream<K, V>: aggregations per key and session; the result's keys are Windowed<K>,
// written to topics with serde::session_windowed. Which records are late, and what happens when
// sessions grow together: nodes/session_aggregate_node.h. Source: SessionWindowedKStream. Thread
// rule: one thread, until the topology is built.
#pragma once

#include <pawl/operators/windowed_aggregation.h>

#include <string>
#include <utility>

namespace pawl {

template <class K, class V>
class SessionWindowedStream {
 public:
  SessionWindowedStream(internal::GroupPlan<K, V> group, SessionWindows windows,
                        EmitStrategy emit = EmitStrategy::on_window_update())
      : group_(std::move(group)), windows_(windows), emit_(emit) {}

  // When results are emitted (emit_strategy.h).
  [[nodiscard]] SessionWindowedStream emit_strategy(EmitStrategy emit) const {
    return SessionWindowedStream(group_, windows_, emit);
  }

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
  // The reducer also makes one aggregate of those of two sessions.
  template <class F>
  Table<Windowed<K>, V> reduce(F reducer, const Materialized& materialized = {},
                               const Named& named = {}) const {
    return aggregated(internal::kReducePrefix, named, materialized,
                      internal::ReduceAggregation<K, V, F>(std::move(reducer)), group_.value_serde);
  }
  // `merger` makes one aggregate of two: (const K&, const A& earlier, const A& later) -> A.
  template <class Init, class F, class Merger, class A = std::invoke_result_t<Init>>
  Table<Windowed<K>, A> aggregate(Init initializer, F aggregator, Merger merger,
                                  const Materialized& materialized = {},
                                  const Named& named = {}) const {
    return aggregate(std::move(initializer), std::move(aggregator), std::move(merger), materialized,
                     named, default_serde<A>());
  }
  template <class Init, class F, class Merger, class A = std::invoke_result_t<Init>>
  Table<Windowed<K>, A> aggregate(Init initializer, F aggregator, Merger merger,
                                  const Materialized& materialized, const Named& named,
                                  Serde<A> serde) const {
    return aggregated(internal::kAggregatePrefix, named, materialized,
                      internal::SessionAggregation<K, V, A, Init, F, Merger>(
                          std::move(initializer), std::move(aggregator), std::move(merger)),
                      std::move(serde));
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
  SessionWindows windows_;
  EmitStrategy emit_;
};

}  // namespace pawl

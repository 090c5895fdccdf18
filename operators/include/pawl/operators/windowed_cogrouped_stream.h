// WindowedCogroupedStream<K, A, W, ...>: CogroupedStream per window of kind W; sessions need a
// merger. The results are emitted with every update. Source: TimeWindowedCogroupedKStream,
// SessionWindowedCogroupedKStream. Thread rule: one thread, until the topology is built.
#pragma once

#include <pawl/operators/cogroup_plan.h>
#include <pawl/operators/windowed_aggregation.h>

#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace pawl {

template <class K, class A, class W, class... Inputs>
class WindowedCogroupedStream {
  static constexpr bool kSessions = std::is_same_v<W, SessionWindows>;

 public:
  WindowedCogroupedStream(std::tuple<Inputs...> inputs, W windows)
      : inputs_(std::move(inputs)), windows_(std::move(windows)) {}

  template <class Init>
    requires(!kSessions)
  Table<Windowed<K>, A> aggregate(Init initializer, const Materialized& materialized = {},
                                  const Named& named = {}) const {
    return aggregate(std::move(initializer), materialized, named, default_serde<A>());
  }
  template <class Init>
    requires(!kSessions)
  Table<Windowed<K>, A> aggregate(Init initializer, const Materialized& materialized,
                                  const Named& named, const Serde<A>& serde) const {
    return aggregated(materialized, named, serde, [initializer](const auto& input) {
      using Input = std::remove_cvref_t<decltype(input)>;
      return internal::FunctionAggregation<K, typename Input::Value, A, Init,
                                           typename Input::Aggregator>(initializer,
                                                                       input.aggregator);
    });
  }

  // `merger` makes one aggregate of those of two sessions: (const K&, const A&, const A&) -> A.
  template <class Init, class Merger>
    requires kSessions
  Table<Windowed<K>, A> aggregate(Init initializer, Merger merger,
                                  const Materialized& materialized = {},
                                  const Named& named = {}) const {
    return aggregate(std::move(initializer), std::move(merger), materialized, named,
                     default_serde<A>());
  }
  template <class Init, class Merger>
    requires kSessions
  Table<Windowed<K>, A> aggregate(Init initializer, Merger merger, const Materialized& materialized,
                                  const Named& named, const Serde<A>& serde) const {
    return aggregated(materialized, named, serde, [initializer, merger](const auto& input) {
      using Input = std::remove_cvref_t<decltype(input)>;
      return internal::SessionAggregation<K, typename Input::Value, A, Init,
                                          typename Input::Aggregator, Merger>(
          initializer, input.aggregator, merger);
    });
  }

 private:
  // `aggregation_of(input)` returns the aggregation of one input.
  template <class AggregationOf>
  Table<Windowed<K>, A> aggregated(const Materialized& materialized, const Named& named,
                                   const Serde<A>& serde,
                                   const AggregationOf& aggregation_of) const {
    const auto& first = std::get<0>(inputs_).group;
    internal::LogicalPlan& plan = *first.stream.plan;
    const std::string store = materialized.name().has_value()
                                  ? *materialized.name()
                                  : plan.next_store_name(internal::kCogroupAggregatePrefix);
    const EmitStrategy emit = EmitStrategy::on_window_update();
    const typename internal::WindowPlan<W>::template Definition<K, A> definition(
        internal::WindowPlan<W>::spec(windows_, emit, materialized, store), first.key_serde, serde);
    plan.add_store(definition.spec());
    internal::TablePlan<Windowed<K>, A> table = internal::windowed_table(
        windows_, first.stream.plan, {}, first.key_serde, serde, definition);
    internal::CogroupNodes nodes = internal::add_cogroup<Windowed<K>, A>(
        inputs_, store, named, table.view,
        [aggregation_of, definition, emit, windows = windows_](
            const auto& input, const std::string& name, bool old_values) {
          using V = typename std::remove_cvref_t<decltype(input)>::Value;
          return internal::windowed_node_factory<W, K, V>(name, aggregation_of(input), windows,
                                                          emit, definition, old_values);
        });
    table.sources = std::move(nodes.sources);
    table.node = nodes.merged;
    table.node->traits.window_close = internal::window_close_of(windows_);
    table.queryable_store = materialized.name();
    return Table<Windowed<K>, A>(std::move(table));
  }

  std::tuple<Inputs...> inputs_;
  W windows_;
};

}  // namespace pawl

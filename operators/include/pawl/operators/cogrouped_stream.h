// CogroupedStream<K, A, ...>: several grouped streams with equal keys whose records go into one
// aggregate, each through an aggregator of its own:
//   clicks.group_by_key().cogroup(add_click).cogroup(orders.group_by_key(), add_order)
//       .aggregate([] { return Visit(); }, Materialized::as("visits"))
// An aggregator is (const K&, const V&, A&) -> void, or (const K&, const V&, const A&) -> A or
// std::optional<A>. What is dropped: as in the aggregations of a single stream, whose nodes these
// are; every input has an operator time of its own. Source: CogroupedKStream (KIP-150). Thread
// rule: one thread, until the topology is built.
#pragma once

#include <pawl/operators/cogroup_plan.h>
#include <pawl/operators/windowed_cogrouped_stream.h>

#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace pawl {

// `Inputs`: internal::CogroupInput of each stream.
template <class K, class A, class... Inputs>
class CogroupedStream {
 public:
  explicit CogroupedStream(std::tuple<Inputs...> inputs) : inputs_(std::move(inputs)) {}

  // Adds another stream. Throws TopologyError when it is there already.
  template <class V, class F>
  [[nodiscard]] auto cogroup(const GroupedStream<K, V>& grouped, F aggregator) const {
    const auto& group = grouped.plan();
    std::apply([&](const auto&... input) { (check_other(input.group, group), ...); }, inputs_);
    using Input = internal::CogroupInput<K, V, F>;
    return CogroupedStream<K, A, Inputs..., Input>(
        std::tuple_cat(inputs_, std::tuple<Input>(Input{group, std::move(aggregator)})));
  }

  // One aggregate per key.
  template <class Init>
  Table<K, A> aggregate(Init initializer, const Materialized& materialized = {},
                        const Named& named = {}) const {
    return aggregate(std::move(initializer), materialized, named, default_serde<A>());
  }
  template <class Init>
  Table<K, A> aggregate(Init initializer, const Materialized& materialized, const Named& named,
                        const Serde<A>& serde) const {
    static_assert(std::is_invocable_r_v<A, const Init&>,
                  "pawl: the initializer of a cogroup returns what its aggregators take.");
    const auto& first = std::get<0>(inputs_).group;
    internal::LogicalPlan& plan = *first.stream.plan;
    const std::string store = materialized.name().has_value()
                                  ? *materialized.name()
                                  : plan.next_store_name(internal::kCogroupAggregatePrefix);
    const stores::TimestampedKeyValue<K, A> definition(
        materialized.spec(store, StoreKind::key_value), first.key_serde, serde);
    plan.add_store(definition.spec());
    const std::shared_ptr<internal::TableView<K, A>> view =
        std::make_shared<internal::KeyValueTableView<K, A>>(definition);
    const internal::CogroupNodes nodes = internal::add_cogroup<K, A>(
        inputs_, store, named, view,
        [initializer, definition](const auto& input, const std::string& name, bool old_values) {
          using Input = std::remove_cvref_t<decltype(input)>;
          using V = typename Input::Value;
          using Aggregation =
              internal::FunctionAggregation<K, V, A, Init, typename Input::Aggregator>;
          return internal::node_factory<internal::AggregateNode<K, V, Aggregation>>(
              name, Aggregation(initializer, input.aggregator), definition, old_values);
        });
    return Table<K, A>(internal::TablePlan<K, A>{.plan = first.stream.plan,
                                                 .node = nodes.merged,
                                                 .sources = nodes.sources,
                                                 .key_serde = first.key_serde,
                                                 .value_serde = serde,
                                                 .view = view,
                                                 .queryable_store = materialized.name()});
  }

  // The same per window.
  [[nodiscard]] auto windowed_by(const TimeWindows& windows) const { return windowed(windows); }
  [[nodiscard]] auto windowed_by(const SlidingWindows& windows) const { return windowed(windows); }
  [[nodiscard]] auto windowed_by(const UnlimitedWindows& windows) const {
    return windowed(windows);
  }
  [[nodiscard]] auto windowed_by(const SessionWindows& windows) const { return windowed(windows); }

 private:
  template <class Group, class Other>
  static void check_other(const Group& group, const Other& other) {
    if (std::is_same_v<Group, Other> && group.shared_source == other.shared_source) {
      throw TopologyError(
          "a grouped stream is cogrouped with itself: aggregate it once, in one aggregator");
    }
  }
  template <class W>
  auto windowed(const W& windows) const {
    return WindowedCogroupedStream<K, A, W, Inputs...>(inputs_, windows);
  }

  std::tuple<Inputs...> inputs_;
};

template <class K, class V>
template <class A, class F>
auto GroupedStream<K, V>::cogroup(F aggregator) const {
  using Input = internal::CogroupInput<K, V, F>;
  if constexpr (std::is_void_v<A>) {
    using Aggregate = typename internal::AggregateOf<F>::Type;
    return CogroupedStream<K, Aggregate, Input>(
        std::tuple<Input>(Input{group_, std::move(aggregator)}));
  } else {
    return CogroupedStream<K, A, Input>(std::tuple<Input>(Input{group_, std::move(aggregator)}));
  }
}

}  // namespace pawl

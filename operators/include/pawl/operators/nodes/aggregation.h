// Aggregations: how one more value changes an aggregate, in the one form the aggregate nodes use:
//   begin(aggregate)                    sets the aggregate of a key that has none; false: its first
//   value becomes it add(key, value, aggregate) -> bool  takes one more value in; false: the
//   aggregate is null now, its row is deleted
// Source: Initializer, Aggregator, Reducer.
#pragma once

#include <pawl/operators/user_function.h>

#include <concepts>
#include <optional>
#include <type_traits>
#include <utility>

namespace pawl::internal {

template <class K, class V>
struct CountAggregation {
  using Aggregate = std::int64_t;
  static constexpr bool kHasInitial = true;
  bool begin(Aggregate& count) const {
    count = 0;
    return true;
  }
  bool add(const K* /*key*/, const V* /*value*/, Aggregate& count) const {
    ++count;
    return true;
  }
};

// F: (const V& aggregate, const V& value) -> V or std::optional<V>
template <class K, class V, class F>
class ReduceAggregation {
 public:
  using Aggregate = V;
  static constexpr bool kHasInitial = false;
  explicit ReduceAggregation(F reducer) : reducer_(std::move(reducer)) {}
  bool begin(Aggregate& /*aggregate*/) const { return false; }
  bool first(const K* /*key*/, const V* value, Aggregate& aggregate) const {
    aggregate = not_null(value, "value");
    return true;
  }
  bool add(const K* /*key*/, const V* value, Aggregate& aggregate) const {
    auto reduced = reducer_(std::as_const(aggregate), not_null(value, "value"));
    const V* const result = pointer_to(reduced);
    if (result == nullptr) {
      return false;
    }
    aggregate = *result;
    return true;
  }

 private:
  F reducer_;
};

// Init: () -> A. F: (const K&, const V&, A&) -> void, or (const K&, const V&, const A&) -> A or
// std::optional<A>; the value may be taken as const V*, which lets null values of windowed streams
// through.
template <class K, class V, class A, class Init, class F>
class FunctionAggregation {
 public:
  using Aggregate = A;
  static constexpr bool kHasInitial = true;
  FunctionAggregation(Init initializer, F aggregator)
      : initializer_(std::move(initializer)), aggregator_(std::move(aggregator)) {}
  bool begin(Aggregate& aggregate) const {
    aggregate = initializer_();
    return true;
  }
  bool add(const K* key, const V* value, Aggregate& aggregate) const {
    const K& known_key = not_null(key, "key");
    if constexpr (std::invocable<const F&, const K&, const V&, A&>) {
      return apply(aggregator_, known_key, not_null(value, "value"), aggregate);
    } else {
      static_assert(std::invocable<const F&, const K&, const V*, A&>,
                    "pawl: an aggregator is callable with (const K&, const V&, A&) -> void or "
                    "(const K&, const V&, const A&) -> A; the value may be taken as const V*.");
      return apply(aggregator_, known_key, value, aggregate);
    }
  }

 private:
  template <class Value>
  static bool apply(const F& f, const K& key, const Value& value, Aggregate& aggregate) {
    using Result = std::invoke_result_t<const F&, const K&, const Value&, A&>;
    if constexpr (std::is_void_v<Result>) {
      f(key, value, aggregate);
      return true;
    } else {
      auto next = f(key, value, aggregate);
      const auto* const result = pointer_to(next);
      if (result == nullptr) {
        return false;
      }
      aggregate = *result;
      return true;
    }
  }
  Init initializer_;
  F aggregator_;
};

// Takes one value into an aggregate. `existed`: there was one. Returns: false when there is none
// now.
template <class Aggregation, class K, class V>
bool aggregate_value(const Aggregation& aggregation, bool existed, const K* key, const V* value,
                     typename Aggregation::Aggregate& aggregate) {
  if constexpr (!Aggregation::kHasInitial) {
    return existed ? aggregation.add(key, value, aggregate)
                   : aggregation.first(key, value, aggregate);
  } else {
    return aggregation.add(key, value, aggregate);
  }
}

}  // namespace pawl::internal

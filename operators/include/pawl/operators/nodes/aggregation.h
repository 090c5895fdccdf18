// Aggregations: how one more value changes an aggregate, in the one form the aggregate nodes use:
//   begin(aggregate)                    sets the aggregate of a key that has none; false: its first
//   value becomes it add(key, value, aggregate) -> bool  takes one more value in; false: the
//   aggregate is null now, its row is deleted
//   merge(key, other, aggregate) -> bool  session windows: takes another session's aggregate in;
//   false: the aggregate is null now
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
  bool merge(const K* /*key*/, const Aggregate& other, Aggregate& count) const {
    count += other;
    return true;
  }
};

// F: (const V& aggregate, const V& value) -> V or std::optional<V>; the value may be taken as const
// V*, which lets null values of windowed streams through: a null first value is a null aggregate.
template <class K, class V, class F>
class ReduceAggregation {
 public:
  using Aggregate = V;
  static constexpr bool kHasInitial = false;
  explicit ReduceAggregation(F reducer) : reducer_(std::move(reducer)) {}
  bool begin(Aggregate& /*aggregate*/) const { return false; }
  bool first(const K* /*key*/, const V* value, Aggregate& aggregate) const {
    if constexpr (kTakesNulls) {
      if (value == nullptr) {
        return false;
      }
    }
    aggregate = not_null(value, "value");
    return true;
  }
  bool add(const K* /*key*/, const V* value, Aggregate& aggregate) const {
    auto reduced = reduce(std::as_const(aggregate), value);
    const V* const result = pointer_to(reduced);
    if (result == nullptr) {
      return false;
    }
    aggregate = *result;
    return true;
  }
  bool merge(const K* key, const Aggregate& other, Aggregate& aggregate) const {
    return add(key, &other, aggregate);
  }

 private:
  static constexpr bool kTakesNulls = !std::invocable<const F&, const V&, const V&>;

  auto reduce(const V& aggregate, const V* value) const {
    if constexpr (kTakesNulls) {
      static_assert(std::invocable<const F&, const V&, const V*>,
                    "pawl: a reducer is callable with (const V& aggregate, const V& value) -> V; "
                    "the value may be taken as const V*.");
      return reducer_(aggregate, value);
    } else {
      return reducer_(aggregate, not_null(value, "value"));
    }
  }
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

// The same for session windows. Merger: (const K&, const A& earlier, const A& later) -> A, called
// with the aggregate so far, at first the initial one, and that of each session that it touches.
template <class K, class V, class A, class Init, class F, class Merger>
class SessionAggregation : public FunctionAggregation<K, V, A, Init, F> {
 public:
  static_assert(std::is_invocable_r_v<A, const Merger&, const K&, const A&, const A&>,
                "pawl: a session merger is callable with (const K&, const A&, const A&) -> A.");
  SessionAggregation(Init initializer, F aggregator, Merger merger)
      : FunctionAggregation<K, V, A, Init, F>(std::move(initializer), std::move(aggregator)),
        merger_(std::move(merger)) {}
  bool merge(const K* key, const A& other, A& aggregate) const {
    aggregate = merger_(not_null(key, "key"), std::as_const(aggregate), other);
    return true;
  }

 private:
  Merger merger_;
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

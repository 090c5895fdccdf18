// Calls the joiner of a join of two streams in whichever form it takes its parts:
//   inner   (const L&, const R&)      left   (const L&, const R*)      outer   (const L*, const R*)
// and each with the key before them, as const K& or const K*. A left or outer join sees records
// without a key; a joiner that takes const K& makes such a record a processing error. The result
// may be std::optional: nothing makes Kafka's null. Source: ValueJoiner, ValueJoinerWithKey.
#pragma once

#include <pawl/operators/user_function.h>

#include <concepts>
#include <type_traits>
#include <utility>

namespace pawl::internal {

enum class StreamJoinKind { inner, left, outer };

// Whether a function takes (left, right), with or without a key before them.
template <class F, class K, class Left, class Right>
inline constexpr bool kJoins =
    std::invocable<const F&, Left, Right> || std::invocable<const F&, const K&, Left, Right> ||
    std::invocable<const F&, const K*, Left, Right>;

// Whether a joiner fits a kind of join: who can do without a side can also do with both.
template <StreamJoinKind kKind, class F, class K, class L, class R>
inline constexpr bool kFitsJoin =
    kJoins<F, K, const L*, const R*> ||
    (kKind != StreamJoinKind::outer && kJoins<F, K, const L&, const R*>) ||
    (kKind == StreamJoinKind::inner && kJoins<F, K, const L&, const R&>);

template <class F, class K, class Left, class Right>
decltype(auto) call_with_key(const F& f, const K* key, Left left, Right right) {
  if constexpr (std::invocable<const F&, Left, Right>) {
    return f(left, right);
  } else if constexpr (std::invocable<const F&, const K&, Left, Right>) {
    return f(not_null(key, "key"), left, right);
  } else {
    return f(key, left, right);
  }
}

// Requires: kFitsJoin of the kind of join, and what that kind always has is not null.
template <class F, class K, class L, class R>
decltype(auto) call_joiner(const F& f, const K* key, const L* left, const R* right) {
  if constexpr (kJoins<F, K, const L&, const R&>) {
    return call_with_key<F, K, const L&, const R&>(f, key, *left, *right);
  } else if constexpr (kJoins<F, K, const L&, const R*>) {
    return call_with_key<F, K, const L&, const R*>(f, key, *left, right);
  } else {
    return call_with_key<F, K, const L*, const R*>(f, key, left, right);
  }
}

template <class F, class K, class L, class R>
using JoinerResult =
    std::remove_cvref_t<decltype(call_joiner(std::declval<const F&>(), std::declval<const K*>(),
                                             std::declval<const L*>(), std::declval<const R*>()))>;

}  // namespace pawl::internal

// call_table_joiner: calls the function that joins the values of two tables, in whichever form it
// takes them: the value of a side that may be missing is taken as a pointer, null where it is
// missing.
//   inner: (const L&, const R&)   left: (const L&, const R*)   outer: (const L*, const R*)
// Each accepts the forms to its right as well. The result may be std::optional. Source:
// ValueJoiner. Thread rule: any thread, if the user's function allows it.
#pragma once

#include <pawl/operators/owned_result.h>
#include <pawl/operators/user_function.h>

#include <concepts>
#include <optional>
#include <utility>

namespace pawl::internal {

enum class TableJoinKind { inner, left, outer };

template <class Joiner, class L, class R>
inline constexpr bool kJoinsBoth = std::invocable<const Joiner&, const L&, const R&>;
template <class Joiner, class L, class R>
inline constexpr bool kJoinsLeft = std::invocable<const Joiner&, const L&, const R*>;
template <class Joiner, class L, class R>
inline constexpr bool kJoinsEither = std::invocable<const Joiner&, const L*, const R*>;

// Whether the function can be called for a join of this kind.
template <TableJoinKind kKind, class Joiner, class L, class R>
inline constexpr bool kIsTableJoiner =
    kJoinsEither<Joiner, L, R> || (kKind != TableJoinKind::outer && kJoinsLeft<Joiner, L, R>) ||
    (kKind == TableJoinKind::inner && kJoinsBoth<Joiner, L, R>);

// Fails to compile, with the reason, unless the function fits.
template <TableJoinKind kKind, class Joiner, class L, class R>
constexpr void check_table_joiner() {
  if constexpr (kKind == TableJoinKind::inner) {
    static_assert(kIsTableJoiner<kKind, Joiner, L, R>,
                  "pawl: the joiner of two tables takes (const L&, const R&) of the left and the "
                  "right table's values.");
  } else if constexpr (kKind == TableJoinKind::left) {
    static_assert(kIsTableJoiner<kKind, Joiner, L, R>,
                  "pawl: the joiner of a left join of tables takes (const L&, const R*): the right "
                  "table may have no value.");
  } else {
    static_assert(kIsTableJoiner<kKind, Joiner, L, R>,
                  "pawl: the joiner of an outer join of tables takes (const L*, const R*): either "
                  "table may have no value.");
  }
}

template <TableJoinKind kKind, class Joiner, class L, class R>
auto call_table_joiner(const Joiner& joiner, const L* left, const R* right) {
  if constexpr (kKind == TableJoinKind::inner && kJoinsBoth<Joiner, L, R>) {
    return owned_result(joiner(*left, *right));
  } else if constexpr (kKind != TableJoinKind::outer && kJoinsLeft<Joiner, L, R>) {
    return owned_result(joiner(*left, right));
  } else {
    return owned_result(joiner(left, right));
  }
}

// The type of the results. Void when the function does not fit, so that the check of the verb says
// what is wrong.
template <TableJoinKind kKind, class Joiner, class L, class R>
struct TableJoinResultOf {
  using Type = void;
};
template <TableJoinKind kKind, class Joiner, class L, class R>
  requires kIsTableJoiner<kKind, Joiner, L, R>
struct TableJoinResultOf<kKind, Joiner, L, R> {
  using Type = typename decltype(call_table_joiner<kKind, Joiner, L, R>(
      std::declval<const Joiner&>(), std::declval<const L*>(),
      std::declval<const R*>()))::value_type;
};
template <TableJoinKind kKind, class Joiner, class L, class R>
using TableJoinResult = typename TableJoinResultOf<kKind, Joiner, L, R>::Type;

}  // namespace pawl::internal

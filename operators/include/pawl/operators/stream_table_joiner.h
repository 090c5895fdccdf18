// Calls the joiner of a join of a stream with a table in whichever form it takes its parts:
//   inner   (const V&, const T&)   left   (const V&, const T*), null where the table has no value
// and each with the record's key before them, as const K& or const K*. A left join, and one with a
// global table, sees records without a key; a joiner that takes const K& makes such a record a
// processing error. The result may be std::optional: nothing makes Kafka's null. Source:
// ValueJoiner, ValueJoinerWithKey.
#pragma once

#include <pawl/operators/stream_joiner.h>

#include <type_traits>
#include <utility>

namespace pawl::internal {

enum class JoinKind { inner, left };

template <class F, class K, class V, class T>
inline constexpr bool kJoinsMaybe = kJoins<F, K, const V&, const T*>;

// Whether a joiner fits a kind of join: who can do without the table can also do with it.
template <JoinKind kKind, class F, class K, class V, class T>
inline constexpr bool kFitsTableJoin =
    kJoinsMaybe<F, K, V, T> || (kKind == JoinKind::inner && kJoins<F, K, const V&, const T&>);

// Requires: kFitsTableJoin, and in an inner join a value of the table.
template <class F, class K, class V, class T>
decltype(auto) call_stream_table_joiner(const F& f, const K* key, const V& value, const T* table) {
  if constexpr (kJoinsMaybe<F, K, V, T>) {
    return call_with_key<F, K, const V&, const T*>(f, key, value, table);
  } else {
    return call_with_key<F, K, const V&, const T&>(f, key, value, *table);
  }
}

template <class F, class K, class V, class T>
using StreamTableJoinerResult = std::remove_cvref_t<decltype(call_stream_table_joiner(
    std::declval<const F&>(), std::declval<const K*>(), std::declval<const V&>(),
    std::declval<const T*>()))>;

// Fails to compile, with the reason, unless the joiner fits.
template <JoinKind kKind, class F, class K, class V, class T>
constexpr void check_stream_table_joiner() {
  if constexpr (kKind == JoinKind::inner) {
    static_assert(kFitsTableJoin<kKind, F, K, V, T>,
                  "pawl: the joiner of a join with a table takes (const V&, const T&) of the "
                  "stream's and the table's values, or the key before them.");
  } else {
    static_assert(kFitsTableJoin<kKind, F, K, V, T>,
                  "pawl: the joiner of a left join takes (const V&, const T*), or the key before "
                  "them: the table may have no value.");
  }
}

}  // namespace pawl::internal

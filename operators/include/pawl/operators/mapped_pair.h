// The types that a function makes of a record when it returns a std::pair of a key and a value. For
// authors of operators.
#pragma once

#include <pawl/operators/user_function.h>

#include <type_traits>
#include <utility>

namespace pawl::internal {

template <class Mapper, class K, class V>
using MappedPair = RecordResult<Mapper, K, V>;
template <class Pair>
using PairKey = NotNull<std::remove_cvref_t<decltype(std::declval<Pair>().first)>>;
template <class Pair>
using PairValue = NotNull<std::remove_cvref_t<decltype(std::declval<Pair>().second)>>;

}  // namespace pawl::internal

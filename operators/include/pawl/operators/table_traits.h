// What the verbs of tables ask of types at compile time. Thread rule: any thread.
#pragma once

#include <pawl/model/window.h>
#include <pawl/operators/materialized.h>
#include <pawl/operators/named.h>
#include <pawl/operators/table_joined.h>
#include <pawl/operators/user_function.h>

#include <type_traits>

namespace pawl::internal {

template <class K>
inline constexpr bool kIsWindowed = false;
template <class K>
inline constexpr bool kIsWindowed<Windowed<K>> = true;

// The type that a supplier of std::unique_ptr<T> makes.
template <class Supplier>
using SuppliedProcessor = typename std::invoke_result_t<const Supplier&>::element_type;

// The type of what a mapper of rows returns.
template <class Mapper, class K, class V>
using MappedValue = NotNull<RecordResult<Mapper, K, V>>;

// Whether the argument behind a joined table is an option rather than a function.
template <class T>
inline constexpr bool kIsTableOption =
    std::is_same_v<T, Named> || std::is_same_v<T, Materialized> || kIsTableJoined<T>;

}  // namespace pawl::internal

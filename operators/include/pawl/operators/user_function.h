// Calls a user's function with a record's key and value in whichever form it takes them:
//   f(const K&, const V&)   f(const K&, const V*)   f(const K*, const V&)   f(const K*, const V*)
//   f(const V&)             f(const V*)
// A null that is taken by reference is an error with a message (ProcessingError policy), by pointer
// a null pointer. And turns its result into a value that may be null: a function that returns
// std::optional<T> can make Kafka's null.
#pragma once

#include <concepts>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

namespace pawl::internal {

// Thrown when a function takes a reference and the record has a null there.
class NullNotExpected : public std::invalid_argument {
 public:
  explicit NullNotExpected(const char* part)
      : std::invalid_argument(
            std::string("the record's ") + part +
            " is null, and the function takes it by reference: take a pointer (const T*) "
            "to receive nulls, or filter them out before") {}
};

template <class F, class K, class V>
inline constexpr bool kTakesRecord =
    std::invocable<const F&, const K&, const V&> || std::invocable<const F&, const V&> ||
    std::invocable<const F&, const K*, const V*> || std::invocable<const F&, const V*> ||
    std::invocable<const F&, const K&, const V*> || std::invocable<const F&, const K*, const V&>;

template <class T>
const T& not_null(const T* pointer, const char* part) {
  if (pointer == nullptr) {
    throw NullNotExpected(part);
  }
  return *pointer;
}

template <class F, class K, class V>
decltype(auto) call_with_record(const F& f, const K* key, const V* value) {
  static_assert(
      kTakesRecord<F, K, V>,
      "pawl: this function must be callable with (const K&, const V&) or (const V&) of the "
      "stream it is given to, or with pointers (const K*, const V*) where it takes nulls.");
  if constexpr (std::invocable<const F&, const K&, const V&>) {
    return f(not_null(key, "key"), not_null(value, "value"));
  } else if constexpr (std::invocable<const F&, const V&>) {
    return f(not_null(value, "value"));
  } else if constexpr (std::invocable<const F&, const K*, const V*>) {
    return f(key, value);
  } else if constexpr (std::invocable<const F&, const V*>) {
    return f(value);
  } else if constexpr (std::invocable<const F&, const K&, const V*>) {
    return f(not_null(key, "key"), value);
  } else {
    return f(key, not_null(value, "value"));
  }
}

template <class F, class K, class V>
using RecordResult = std::remove_cvref_t<decltype(call_with_record(
    std::declval<const F&>(), std::declval<const K*>(), std::declval<const V*>()))>;

// The type of a result without its "may be null".
template <class T>
struct Nullable {
  using Type = T;
  static const T* pointer(const T& value) { return &value; }
};
template <class T>
struct Nullable<std::optional<T>> {
  using Type = T;
  static const T* pointer(const std::optional<T>& value) {
    return value.has_value() ? &*value : nullptr;
  }
};

template <class T>
using NotNull = typename Nullable<T>::Type;

// Returns: where the value lies, or null.
template <class T>
const NotNull<T>* pointer_to(const T& value) {
  return Nullable<T>::pointer(value);
}

}  // namespace pawl::internal

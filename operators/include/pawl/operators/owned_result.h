// owned_result: what a user's function returned, which may be a value or std::optional, as an
// optional value. Thread rule: any thread.
#pragma once

#include <pawl/operators/user_function.h>

#include <optional>
#include <utility>

namespace pawl::internal {

template <class T>
std::optional<NotNull<T>> owned_result(T result) {
  return std::optional<NotNull<T>>(std::move(result));
}

}  // namespace pawl::internal

// Result<T>: a value or an Error, with the member names of std::expected (which the project's
// compiler does not have). Result<void> is one pointer wide and null when all is well, so that
// returning it costs nothing on the path of a record. `PAWL_TRY(expression)` yields the value or
// returns the error from the enclosing function. Thread rule: a value.
#pragma once

#include <pawl/model/assert.h>
#include <pawl/model/error.h>

#include <memory>
#include <utility>
#include <variant>

namespace pawl {

template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  Result(T value)  // NOLINT(google-explicit-constructor): a value is a result
      : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error)  // NOLINT(google-explicit-constructor): an error is a result
      : state_(std::in_place_index<1>, std::move(error)) {}

  [[nodiscard]] bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  // Requires: has_value().
  T& value() & { return checked(); }
  const T& value() const& { return const_cast<Result*>(this)->checked(); }  // NOLINT
  T value() && { return std::move(checked()); }
  T& operator*() & { return checked(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(checked()); }
  T* operator->() { return &checked(); }
  const T* operator->() const { return &value(); }

  // Requires: !has_value().
  const Error& error() const& {
    PAWL_ASSERT(!has_value());
    return *std::get_if<1>(&state_);
  }
  Error error() && {
    PAWL_ASSERT(!has_value());
    return std::move(*std::get_if<1>(&state_));
  }

 private:
  T& checked() {
    PAWL_ASSERT(has_value(), std::get_if<1>(&state_)->message);
    return *std::get_if<0>(&state_);
  }
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;
  Result() = default;
  Result(Error error)  // NOLINT(google-explicit-constructor): an error is a result
      : error_(std::make_unique<Error>(std::move(error))) {}

  [[nodiscard]] bool has_value() const { return error_ == nullptr; }
  explicit operator bool() const { return has_value(); }
  // Requires: has_value().
  void value() const { PAWL_ASSERT(has_value(), error_->message); }
  // Requires: !has_value().
  const Error& error() const& {
    PAWL_ASSERT(!has_value());
    return *error_;
  }
  Error error() && {
    PAWL_ASSERT(!has_value());
    return std::move(*error_);
  }

 private:
  std::unique_ptr<Error> error_;
};

}  // namespace pawl

// Each use has a name of its own, so that one PAWL_TRY may stand within another.
#define PAWL_TRY(expression) PAWL_INTERNAL_TRY(expression, __COUNTER__)
#define PAWL_INTERNAL_TRY(expression, number) PAWL_INTERNAL_TRY_NUMBERED(expression, number)
#define PAWL_INTERNAL_TRY_NUMBERED(expression, number) \
  PAWL_INTERNAL_TRY_NAMED(expression, pawl_try_##number)
#define PAWL_INTERNAL_TRY_NAMED(expression, name)                      \
  __extension__({                                                      \
    auto name = (expression); /* NOLINT(bugprone-macro-parentheses) */ \
    if (!name.has_value()) {  /* NOLINT(bugprone-macro-parentheses) */ \
      return std::move(name).error();                                  \
    }                                                                  \
    std::move(name).value();                                           \
  })

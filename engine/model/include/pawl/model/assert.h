// PAWL_ASSERT(condition, values...): an invariant of ours. Always on, in release builds too: a
// broken invariant prints the condition, the place and the values and ends the process, because
// going on could commit a wrong result. Never for what a user, a record or the surroundings can
// cause. Thread rule: any thread.
#pragma once

#include <source_location>
#include <sstream>
#include <string>

namespace pawl {

// What a failed assertion does after printing; the default aborts. Tests replace it to see that an
// assertion bites.
using AssertionHandler = void (*)(const std::string& message);
// Returns: the handler that was in place.
AssertionHandler set_assertion_handler(AssertionHandler handler);

namespace internal {

[[noreturn]] void assertion_failed(const char* condition, const std::string& values,
                                   const std::source_location& where);

template <class... Values>
[[noreturn, gnu::cold, gnu::noinline]] void assertion_failed_with(const char* condition,
                                                                  const std::source_location& where,
                                                                  const Values&... values) {
  std::ostringstream text;  // NOLINT(misc-const-correctness): the fold expression writes to it
  ((text << ' ' << values), ...);
  assertion_failed(condition, text.str(), where);
}

}  // namespace internal
}  // namespace pawl

#define PAWL_ASSERT(condition, ...)                  \
  (__builtin_expect(static_cast<bool>(condition), 1) \
       ? static_cast<void>(0)                        \
       : ::pawl::internal::assertion_failed_with(    \
             #condition, ::std::source_location::current() __VA_OPT__(, ) __VA_ARGS__))

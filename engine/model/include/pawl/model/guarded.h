// Guarded<T>: a value that can be reached only under its lock.
// Thread rule: any thread.
#pragma once

#include <mutex>
#include <utility>

namespace pawl {

template <class T>
class Guarded {
 public:
  Guarded() = default;
  explicit Guarded(T value) : value_(std::move(value)) {}

  // Runs `use(value)` under the lock and returns what it returns. Never let a reference escape.
  template <class F>
  decltype(auto) with(F&& use) {
    const std::lock_guard lock(mutex_);
    return std::forward<F>(use)(value_);
  }
  template <class F>
  decltype(auto) with(F&& use) const {
    const std::lock_guard lock(mutex_);
    return std::forward<F>(use)(static_cast<const T&>(value_));
  }

 private:
  mutable std::mutex mutex_;
  T value_{};
};

}  // namespace pawl

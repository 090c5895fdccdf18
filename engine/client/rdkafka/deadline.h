// Deadline: when a call that was given a timeout has to be back. Thread rule: a value.
#pragma once

#include <algorithm>
#include <chrono>

namespace pawl::internal::rdkafka {

class Deadline {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Deadline(std::chrono::milliseconds timeout) : at_(Clock::now() + timeout) {}

  [[nodiscard]] bool passed() const { return Clock::now() >= at_; }
  [[nodiscard]] Clock::time_point at() const { return at_; }

  // Returns: what is left, rounded up so that nobody spins through the last millisecond; never
  // negative, and no more than `at_most`. An int, as the C API wants it.
  [[nodiscard]] int remaining_ms(std::chrono::milliseconds at_most = std::chrono::hours(1)) const {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(at_ - Clock::now());
    return static_cast<int>(std::clamp(left, std::chrono::milliseconds(0), at_most).count());
  }

 private:
  Clock::time_point at_;
};

}  // namespace pawl::internal::rdkafka

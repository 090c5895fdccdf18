// Timestamp: a point in event time or wall-clock time, in milliseconds since 1970-01-01 UTC, as
// Kafka records carry it. Arithmetic with std::chrono::milliseconds saturates at the ends of the
// range instead of overflowing. Thread rule: a value.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <functional>
#include <limits>

namespace pawl {

class Timestamp {
 public:
  constexpr Timestamp() = default;
  constexpr explicit Timestamp(std::int64_t milliseconds) : milliseconds_(milliseconds) {}

  // "No timestamp yet", as Kafka writes it: -1. Earlier than every valid timestamp.
  static constexpr Timestamp unknown() { return Timestamp(-1); }
  static constexpr Timestamp max() { return Timestamp(std::numeric_limits<std::int64_t>::max()); }
  static constexpr Timestamp min() { return Timestamp(std::numeric_limits<std::int64_t>::min()); }

  [[nodiscard]] constexpr std::int64_t value() const { return milliseconds_; }
  friend constexpr auto operator<=>(Timestamp, Timestamp) = default;

  friend constexpr Timestamp operator+(Timestamp time, std::chrono::milliseconds by) {
    std::int64_t sum = 0;
    if (__builtin_add_overflow(time.milliseconds_, static_cast<std::int64_t>(by.count()), &sum)) {
      return by.count() > 0 ? max() : min();
    }
    return Timestamp(sum);
  }
  friend constexpr Timestamp operator-(Timestamp time, std::chrono::milliseconds by) {
    std::int64_t difference = 0;
    if (__builtin_sub_overflow(time.milliseconds_, static_cast<std::int64_t>(by.count()),
                               &difference)) {
      return by.count() > 0 ? min() : max();
    }
    return Timestamp(difference);
  }
  friend constexpr std::chrono::milliseconds operator-(Timestamp left, Timestamp right) {
    std::int64_t difference = 0;
    if (__builtin_sub_overflow(left.milliseconds_, right.milliseconds_, &difference)) {
      return left > right ? std::chrono::milliseconds::max() : std::chrono::milliseconds::min();
    }
    return std::chrono::milliseconds(difference);
  }

 private:
  std::int64_t milliseconds_ = 0;
};

}  // namespace pawl

template <>
struct std::hash<pawl::Timestamp> {
  std::size_t operator()(pawl::Timestamp time) const noexcept {
    return std::hash<std::int64_t>{}(time.value());
  }
};

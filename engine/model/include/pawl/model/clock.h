// Clock: the only source of time for the engine. The real one is engine/runtime/real_clock.cc;
// tests, the driver and the simulator bring their own. Thread rule: const functions from any
// thread.
#pragma once

#include <pawl/model/timestamp.h>

#include <chrono>

namespace pawl {

// A point on a clock that never jumps; only differences mean anything.
using MonotonicTime = std::chrono::nanoseconds;

class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;

  // Wall-clock time. May jump; never decides about exactly-once.
  [[nodiscard]] virtual Timestamp wall() const = 0;
  // For intervals, deadlines and time-outs.
  [[nodiscard]] virtual MonotonicTime monotonic() const = 0;
};

}  // namespace pawl

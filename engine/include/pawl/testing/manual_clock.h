// ManualClock: a clock that moves only when a test moves it.
// Thread rule: owner thread only.
#pragma once

#include <pawl/model/clock.h>

#include <chrono>

namespace pawl::testing {

class ManualClock final : public Clock {
 public:
  explicit ManualClock(Timestamp start) : wall_(start) {}
  [[nodiscard]] Timestamp wall() const override { return wall_; }
  [[nodiscard]] MonotonicTime monotonic() const override { return monotonic_; }
  void advance(std::chrono::milliseconds by) {
    wall_ = wall_ + by;
    monotonic_ += by;
  }

 private:
  Timestamp wall_;
  MonotonicTime monotonic_{0};
};

}  // namespace pawl::testing

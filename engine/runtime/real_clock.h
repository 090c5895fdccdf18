// RealClock: the system's clocks. The only place that reads them.
#pragma once

#include <pawl/model/clock.h>

namespace pawl::internal {

class RealClock final : public Clock {
 public:
  [[nodiscard]] Timestamp wall() const override;
  [[nodiscard]] MonotonicTime monotonic() const override;
};

// Waits; for loops that have nothing else to wait on.
void pause_for(std::chrono::milliseconds duration);

}  // namespace pawl::internal

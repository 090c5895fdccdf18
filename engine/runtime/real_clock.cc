#include "runtime/real_clock.h"

#include <chrono>
#include <thread>

namespace pawl::internal {

Timestamp RealClock::wall() const {
  return Timestamp(std::chrono::duration_cast<std::chrono::milliseconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count());
}

MonotonicTime RealClock::monotonic() const {
  return std::chrono::steady_clock::now().time_since_epoch();
}

void pause_for(std::chrono::milliseconds duration) {
  std::this_thread::sleep_for(duration);
}

}  // namespace pawl::internal

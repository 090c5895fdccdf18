// Sliding windows: for every event the events of the same key at most a time difference away. A
// window is [start, start + difference], both ends included; there is one that ends at each event,
// and one that starts right behind each event if another one follows in it. Events before
// `difference` share the window [0, difference].
//   SlidingWindows::of_time_difference(10min).grace(1min)
// A window is closed when stream time has passed its end plus grace. Grace must be said, as for
// TimeWindows. Source: SlidingWindows (KIP-450). Thread rule: values.
#pragma once

#include <pawl/engine/topology.h>

#include <chrono>

namespace pawl {

class SlidingWindows;

namespace internal {

// Sliding windows whose grace was not said yet.
class UngracedSlidingWindows {
 public:
  explicit UngracedSlidingWindows(std::chrono::milliseconds difference) : difference_(difference) {}
  // How long after its end a window still takes events.
  [[nodiscard]] SlidingWindows grace(std::chrono::milliseconds grace) const;
  [[nodiscard]] SlidingWindows no_grace() const;

 private:
  std::chrono::milliseconds difference_;
};

}  // namespace internal

class SlidingWindows {
 public:
  static internal::UngracedSlidingWindows of_time_difference(std::chrono::milliseconds difference) {
    return internal::UngracedSlidingWindows(difference);
  }
  // Throws TopologyError unless both are at least 0.
  SlidingWindows(std::chrono::milliseconds difference, std::chrono::milliseconds grace)
      : difference_(difference), grace_(grace) {
    if (difference.count() < 0 || grace.count() < 0) {
      throw TopologyError("sliding windows need a time difference and a grace of at least 0");
    }
  }

  [[nodiscard]] std::chrono::milliseconds difference() const { return difference_; }
  [[nodiscard]] std::chrono::milliseconds grace() const { return grace_; }

 private:
  std::chrono::milliseconds difference_;
  std::chrono::milliseconds grace_;
};

namespace internal {

inline SlidingWindows UngracedSlidingWindows::grace(std::chrono::milliseconds grace) const {
  return {difference_, grace};
}
inline SlidingWindows UngracedSlidingWindows::no_grace() const {
  return grace(std::chrono::milliseconds(0));
}

}  // namespace internal
}  // namespace pawl

// Session windows: the events of a key that are at most an inactivity gap apart from each other
// form one session [first event, last event], both ends included. An event between two sessions
// makes them one.
//   SessionWindows::with_inactivity_gap(30min).grace(1min)
// A session is closed when stream time has passed its end plus gap plus grace. Grace must be said,
// as for TimeWindows. Source: SessionWindows (KIP-94, KIP-633). Thread rule: values.
#pragma once

#include <pawl/engine/topology.h>

#include <chrono>

namespace pawl {

class SessionWindows;

namespace internal {

// Session windows whose grace was not said yet.
class UngracedSessionWindows {
 public:
  explicit UngracedSessionWindows(std::chrono::milliseconds gap) : gap_(gap) {}
  // How long after its end and the gap a session still takes events.
  [[nodiscard]] SessionWindows grace(std::chrono::milliseconds grace) const;
  [[nodiscard]] SessionWindows no_grace() const;

 private:
  std::chrono::milliseconds gap_;
};

}  // namespace internal

class SessionWindows {
 public:
  static internal::UngracedSessionWindows with_inactivity_gap(std::chrono::milliseconds gap) {
    return internal::UngracedSessionWindows(gap);
  }
  // Throws TopologyError unless gap > 0 and grace >= 0.
  SessionWindows(std::chrono::milliseconds gap, std::chrono::milliseconds grace)
      : gap_(gap), grace_(grace) {
    if (gap.count() <= 0 || grace.count() < 0) {
      throw TopologyError("session windows need an inactivity gap > 0 and a grace of at least 0");
    }
  }

  [[nodiscard]] std::chrono::milliseconds gap() const { return gap_; }
  [[nodiscard]] std::chrono::milliseconds grace() const { return grace_; }

 private:
  std::chrono::milliseconds gap_;
  std::chrono::milliseconds grace_;
};

namespace internal {

inline SessionWindows UngracedSessionWindows::grace(std::chrono::milliseconds grace) const {
  return {gap_, grace};
}
inline SessionWindows UngracedSessionWindows::no_grace() const {
  return grace(std::chrono::milliseconds(0));
}

}  // namespace internal
}  // namespace pawl

// Time windows: which windows an event belongs to, and how long after its end a window still takes
// events (grace).
//   TumblingWindows::of(1h).grace(5min)             [0,1h) [1h,2h) ...
//   HoppingWindows::of(1h).advance_by(15min).no_grace()
// Windows are aligned to the epoch, start inclusive, end exclusive. A window is closed when stream
// time has reached its end plus grace. Grace must be said: a wrong guess loses late events or keeps
// results back. Source: TimeWindows (KIP-633). Thread rule: values.
#pragma once

#include <pawl/engine/topology.h>
#include <pawl/model/timestamp.h>
#include <pawl/model/window.h>

#include <algorithm>
#include <chrono>

namespace pawl {

class TimeWindows {
 public:
  // Throws TopologyError unless 0 < advance <= size and grace >= 0.
  TimeWindows(std::chrono::milliseconds size, std::chrono::milliseconds advance,
              std::chrono::milliseconds grace)
      : size_(size), advance_(advance), grace_(grace) {
    if (advance.count() <= 0 || advance > size || grace.count() < 0) {
      throw TopologyError("windows need 0 < advance <= size and a grace of at least 0");
    }
  }

  [[nodiscard]] std::chrono::milliseconds size() const { return size_; }
  [[nodiscard]] std::chrono::milliseconds advance() const { return advance_; }
  [[nodiscard]] std::chrono::milliseconds grace() const { return grace_; }

  // Whether two times lie in the same windows. Requires: neither is negative.
  [[nodiscard]] bool same_windows(Timestamp left, Timestamp right) const {
    return left.value() / advance_.count() == right.value() / advance_.count() &&
           first_start(left) == first_start(right);
  }

  // Calls `visit(window)` for every window that contains `time`, earliest first. Requires: time is
  // not negative.
  template <class F>
  void for_each_window(Timestamp time, F&& visit) const {
    for (std::int64_t start = first_start(time); start <= time.value(); start += advance_.count()) {
      visit(Window{Timestamp(start), Timestamp(start) + size_});
    }
  }

 private:
  // Returns: the start of the earliest window that contains `time`.
  [[nodiscard]] std::int64_t first_start(Timestamp time) const {
    const std::int64_t advance = advance_.count();
    return std::max<std::int64_t>(0, time.value() - size_.count() + advance) / advance * advance;
  }

  std::chrono::milliseconds size_;
  std::chrono::milliseconds advance_;
  std::chrono::milliseconds grace_;
};

namespace internal {

// Windows whose grace was not said yet.
class UngracedWindows {
 public:
  UngracedWindows(std::chrono::milliseconds size, std::chrono::milliseconds advance)
      : size_(size), advance_(advance) {}
  // How long after its end a window still takes events.
  [[nodiscard]] TimeWindows grace(std::chrono::milliseconds grace) const {
    return {size_, advance_, grace};
  }
  [[nodiscard]] TimeWindows no_grace() const { return grace(std::chrono::milliseconds(0)); }

 private:
  std::chrono::milliseconds size_;
  std::chrono::milliseconds advance_;
};

class UnadvancedWindows {
 public:
  explicit UnadvancedWindows(std::chrono::milliseconds size) : size_(size) {}
  // Distance between the starts of two windows.
  [[nodiscard]] UngracedWindows advance_by(std::chrono::milliseconds advance) const {
    return {size_, advance};
  }

 private:
  std::chrono::milliseconds size_;
};

}  // namespace internal

struct TumblingWindows {
  static internal::UngracedWindows of(std::chrono::milliseconds size) { return {size, size}; }
};
struct HoppingWindows {
  static internal::UnadvancedWindows of(std::chrono::milliseconds size) {
    return internal::UnadvancedWindows(size);
  }
};

}  // namespace pawl

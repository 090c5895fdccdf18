// UnlimitedWindows: one window that starts at a time and never ends; events before it are dropped,
// counted. It is never closed, so nothing is late and nothing final.
//   UnlimitedWindows::of()   UnlimitedWindows::of().start_on(Timestamp(1'700'000'000'000))
// Source: UnlimitedWindows. Thread rule: values.
#pragma once

#include <pawl/engine/topology.h>
#include <pawl/model/timestamp.h>
#include <pawl/model/window.h>

#include <chrono>

namespace pawl {

class UnlimitedWindows {
 public:
  static UnlimitedWindows of() { return UnlimitedWindows(Timestamp(0)); }
  // Throws TopologyError when the time is negative.
  [[nodiscard]] UnlimitedWindows start_on(Timestamp start) const {
    if (start.value() < 0) {
      throw TopologyError("an unlimited window cannot start before 1970: its start is negative");
    }
    return UnlimitedWindows(start);
  }

  [[nodiscard]] std::chrono::milliseconds size() const { return std::chrono::milliseconds::max(); }
  [[nodiscard]] std::chrono::milliseconds grace() const { return std::chrono::milliseconds(0); }

  // Calls `visit(window)` for the window, if it contains `time`.
  template <class F>
  void for_each_window(Timestamp time, F&& visit) const {
    if (time >= start_) {
      visit(Window{start_, Timestamp::max()});
    }
  }

 private:
  explicit UnlimitedWindows(Timestamp start) : start_(start) {}
  Timestamp start_;
};

}  // namespace pawl

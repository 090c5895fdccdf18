// StreamJoinProgress: what the two sides of a left or outer join share within a task: the latest
// time either has seen, which decides what is closed, and when it is worth looking for records that
// met none: from which time on each side has any. The time is committed and survives restarts; the
// rest is found again from the store.
// Source: KStreamImplJoin.TimeTracker, which starts anew after a restart: there late records are
// taken again, and kept records wait until another one is kept. Thread rule: owner thread only.
#pragma once

#include <pawl/engine/operator_time.h>
#include <pawl/model/timestamp.h>
#include <pawl/operators/nodes/unmatched_row.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace pawl::internal {

class StreamJoinProgress {
 public:
  StreamJoinProgress(OperatorTime& time, std::chrono::milliseconds emit_interval)
      : time_(time), emit_interval_(emit_interval) {}

  void advance(Timestamp to) { time_.advance(to); }
  [[nodiscard]] Timestamp time() const { return time_.value(); }

  // Finds out again what a restart or an abort made doubtful. `earliest_row`: () -> Timestamp, that
  // of the first row, max() without one. `keeps_right`: whether records of that side are kept.
  template <class EarliestRow>
  void learn(bool keeps_right, const EarliestRow& earliest_row) {
    if (!known_ || drops_ != time_.drops()) {
      first(JoinSide::left) = earliest_row();
      first(JoinSide::right) = keeps_right ? first(JoinSide::left) : Timestamp::max();
      drops_ = time_.drops();
      known_ = true;
    }
  }
  // The side has no row that is earlier; max(): it has none. Requires: learn().
  [[nodiscard]] Timestamp& first(JoinSide side) { return first_[static_cast<std::size_t>(side)]; }
  [[nodiscard]] Timestamp first() const { return std::min(first_[0], first_[1]); }
  void kept(JoinSide side, Timestamp timestamp) { first(side) = std::min(first(side), timestamp); }

  // Returns: whether it is time to look again, and if so begins another interval.
  bool interval_begins(Timestamp wall) {
    if (wall < next_scan_) {
      return false;
    }
    next_scan_ = wall + emit_interval_;
    return true;
  }

 private:
  OperatorTime& time_;
  std::chrono::milliseconds emit_interval_;
  std::array<Timestamp, 2> first_ = {Timestamp::max(), Timestamp::max()};
  bool known_ = false;
  std::uint64_t drops_ = 0;
  Timestamp next_scan_ = Timestamp::min();
};

}  // namespace pawl::internal

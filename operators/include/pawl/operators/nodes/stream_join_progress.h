// StreamJoinProgress: what the two sides of a left or outer join share within a task: the latest
// time either has seen, which decides what is closed, and when it is worth looking for records that
// met none. The time is committed and survives restarts; the rest is found again from the store.
// Source: KStreamImplJoin.TimeTracker, which starts anew after a restart: there late records are
// taken again, and kept records wait until another one is kept. Thread rule: owner thread only.
#pragma once

#include <pawl/engine/operator_time.h>
#include <pawl/model/timestamp.h>

#include <chrono>
#include <cstdint>
#include <optional>

namespace pawl::internal {

class StreamJoinProgress {
 public:
  StreamJoinProgress(OperatorTime& time, std::chrono::milliseconds emit_interval)
      : time_(time), emit_interval_(emit_interval) {}

  void advance(Timestamp to) { time_.advance(to); }
  [[nodiscard]] Timestamp time() const { return time_.value(); }

  // Returns: whether it is worth looking at the store: when its first record is older than `reach`
  // (grace included). `earliest_row`: () -> Timestamp, that of the first row, max() without one;
  // asked for when a restart or an abort made what was known doubtful.
  template <class EarliestRow>
  bool scan_is_due(std::chrono::milliseconds reach, Timestamp wall, EarliestRow earliest_row) {
    if (!earliest_.has_value() || drops_ != time_.drops()) {
      earliest_ = earliest_row();
      drops_ = time_.drops();
    }
    // An empty store begins an interval, too, as in Kafka Streams, where the sum overflows.
    const bool empty = *earliest_ == Timestamp::max();
    const bool all_open =
        empty ? reach <= std::chrono::milliseconds(0) : *earliest_ + reach >= time_.value();
    if (all_open || wall < next_scan_) {
      return false;
    }
    next_scan_ = wall + emit_interval_;
    return !empty;
  }
  void kept(Timestamp timestamp) {
    if (earliest_.has_value() && timestamp < *earliest_) {
      earliest_ = timestamp;
    }
  }
  void scanned(Timestamp earliest) { earliest_ = earliest; }
  // Returns: what is known of the first row. Requires: a scan is due.
  [[nodiscard]] Timestamp earliest() const { return *earliest_; }

 private:
  OperatorTime& time_;
  std::chrono::milliseconds emit_interval_;
  std::optional<Timestamp> earliest_;
  std::uint64_t drops_ = 0;
  Timestamp next_scan_ = Timestamp::min();
};

}  // namespace pawl::internal

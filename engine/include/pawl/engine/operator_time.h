// OperatorTime: the latest event time one operator has seen. It decides what is late and which
// windows are closed, so it must survive a restart: it is committed in Kafka in the same
// transaction as the operator's results (as
// `__pawl.time.<node>` in the offset metadata), and an abort takes it back to the committed value.
// Kafka Streams keeps it in memory only and accepts late records again after a restart.
// Thread rule: owner thread only.
#pragma once

#include <pawl/model/timestamp.h>

#include <algorithm>
#include <cstdint>

namespace pawl {

class OperatorTime {
 public:
  // Moves the time forward; never back.
  void advance(Timestamp to) { time_ = std::max(time_, to); }
  [[nodiscard]] Timestamp value() const { return time_; }
  // How often an abort took the operator's transaction back: what a node has remembered of its
  // stores since it last asked is doubtful when this has changed.
  [[nodiscard]] std::uint64_t drops() const { return drops_; }

  // The task's side.
  void commit() { committed_ = time_; }
  void drop() {
    time_ = committed_;
    ++drops_;
  }
  void resume(Timestamp committed) { time_ = committed_ = std::max(committed_, committed); }

 private:
  Timestamp time_ = Timestamp::unknown();
  Timestamp committed_ = Timestamp::unknown();
  std::uint64_t drops_ = 0;
};

}  // namespace pawl

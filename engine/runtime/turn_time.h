// TurnTime: how long the records of one turn may take: a commit, and the membership, must not wait
// until a fixed number of slow records is done, or a transaction whose time is over is made again
// and again. The clock is looked at after each record, after several where they are quick.
// Thread rule: owner thread only.
#pragma once

#include <pawl/model/clock.h>

#include <algorithm>
#include <chrono>

namespace pawl::internal {

class TurnTime {
 public:
  TurnTime(const Clock& clock, std::chrono::milliseconds max)
      : clock_(clock), looked_(clock.monotonic()), end_(looked_ + max) {}

  // A record was processed. Returns: whether the turn is over.
  bool over() {
    if (++records_ < records_per_look_) {
      return false;
    }
    constexpr std::chrono::milliseconds kQuick{1};
    constexpr int kRecordsPerLookMax = 16;
    const MonotonicTime now = clock_.monotonic();
    records_per_look_ =
        now - looked_ < kQuick ? std::min(records_per_look_ * 2, kRecordsPerLookMax) : 1;
    records_ = 0;
    looked_ = now;
    return now >= end_;
  }

 private:
  const Clock& clock_;
  MonotonicTime looked_;
  MonotonicTime end_;
  int records_ = 0;
  int records_per_look_ = 1;
};

}  // namespace pawl::internal

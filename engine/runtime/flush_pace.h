// FlushPace: how many changed rows the record caches of a thread may hold. What they hold is
// processed by the nodes behind them at the commit, all at once and inside of the transaction: with
// slow nodes it must be little, or the transaction is over before the flush is, and the work is
// done again and again. So each flush is timed, and a commit is wanted before the next one would
// take too long. Thread rule: owner thread only.
#pragma once

#include <pawl/model/clock.h>

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace pawl::internal {

class FlushPace {
 public:
  // `max`: how long a flush may take.
  explicit FlushPace(std::chrono::milliseconds max) : max_(max) {}

  // At least one, or nothing could ever be processed.
  [[nodiscard]] std::size_t rows_max() const {
    return std::max<std::size_t>(static_cast<std::size_t>(MonotonicTime(max_) / per_row_), 1);
  }

  // A flush of so many rows took so long. Slower rows count at once, quicker ones by and by.
  void flushed(std::size_t rows, MonotonicTime took) {
    if (rows == 0) {
      return;
    }
    const MonotonicTime measured = took / static_cast<std::int64_t>(rows);
    per_row_ = std::max({measured, (per_row_ + measured) / 2, MonotonicTime(1)});
  }

 private:
  std::chrono::milliseconds max_;
  MonotonicTime per_row_{std::chrono::milliseconds(10)};  // as long as nothing is known
};

}  // namespace pawl::internal

// JoinWindows: which records of two streams meet, and how long after that a late record still may.
//   JoinWindows::of(10s).grace(1min)                      other.time in [time - 10s, time + 10s]
//   JoinWindows::of(0s).before(5s).after(15s).no_grace()  other.time in [time - 5s, time + 15s]
// Seen from a record of the left stream; both ends count. A left or outer join gives out a record
// that met none once stream time has passed the end of its window plus grace. Grace must be said: a
// wrong guess loses late records or keeps results back. Source: JoinWindows (KIP-633). Thread rule:
// values.
#pragma once

#include <pawl/engine/topology.h>

#include <algorithm>
#include <chrono>
#include <string>

namespace pawl {

namespace internal {
class JoinWindowsWithoutGrace;
}  // namespace internal

// When a left or outer join gives out a record that met none.
enum class Unmatched { when_window_closes, at_once };

class JoinWindows {
 public:
  // The other record is at most this much earlier or later.
  static internal::JoinWindowsWithoutGrace of(std::chrono::milliseconds difference);

  // Throws TopologyError unless before + after >= 0 and grace >= 0 and one of both is more.
  JoinWindows(std::chrono::milliseconds before, std::chrono::milliseconds after,
              std::chrono::milliseconds grace, Unmatched unmatched)
      : before_(before), after_(after), grace_(grace), unmatched_(unmatched) {
    if (std::max({before, after, grace}) > kLongest ||
        std::min({before, after, grace}) < -kLongest) {
      throw TopologyError("the windows of a join reach further than there is time: say at most " +
                          std::to_string(kLongest.count()) + " ms");
    }
    if (before + after < std::chrono::milliseconds(0) || grace < std::chrono::milliseconds(0)) {
      throw TopologyError("a join needs before + after >= 0 and a grace of at least 0");
    }
    if (before + after + grace == std::chrono::milliseconds(0)) {
      throw TopologyError(
          "a join with windows of 0 ms and no grace keeps no record for another to meet: give it a "
          "grace of at least 1 ms");
    }
  }

  [[nodiscard]] std::chrono::milliseconds before() const { return before_; }
  [[nodiscard]] std::chrono::milliseconds after() const { return after_; }
  [[nodiscard]] std::chrono::milliseconds grace() const { return grace_; }
  [[nodiscard]] std::chrono::milliseconds size() const { return before_ + after_; }
  [[nodiscard]] Unmatched unmatched() const { return unmatched_; }

  // Whether a record lies in its own window: not where the other one is always earlier, or later.
  [[nodiscard]] bool contain_their_record() const {
    return before_ >= std::chrono::milliseconds(0) && after_ >= std::chrono::milliseconds(0);
  }

  // The same seen from a record of the right stream.
  [[nodiscard]] JoinWindows mirrored() const { return {after_, before_, grace_, unmatched_}; }

 private:
  // Far beyond every time that a record can have, and sums of three do not overflow.
  static constexpr std::chrono::milliseconds kLongest = std::chrono::milliseconds::max() / 4;

  std::chrono::milliseconds before_;
  std::chrono::milliseconds after_;
  std::chrono::milliseconds grace_;
  Unmatched unmatched_;
};

namespace internal {

// Join windows whose grace was not said yet: they cannot be used.
class JoinWindowsWithoutGrace {
 public:
  explicit JoinWindowsWithoutGrace(std::chrono::milliseconds difference)
      : before_(difference),
        after_(difference),
        old_grace_(kDay - 2 * std::clamp(difference, std::chrono::milliseconds(0), kDay / 2)) {}

  // How much earlier than a left record a right one may be; negative: so much later at least.
  [[nodiscard]] JoinWindowsWithoutGrace before(std::chrono::milliseconds difference) const {
    JoinWindowsWithoutGrace next = *this;
    next.before_ = difference;
    return next;
  }
  // How much later than a left record a right one may be; negative: so much earlier at least.
  [[nodiscard]] JoinWindowsWithoutGrace after(std::chrono::milliseconds difference) const {
    JoinWindowsWithoutGrace next = *this;
    next.after_ = difference;
    return next;
  }

  // How long after the end of its window a record is still waited for.
  [[nodiscard]] JoinWindows grace(std::chrono::milliseconds grace) const {
    return {before_, after_, grace, Unmatched::when_window_closes};
  }
  [[nodiscard]] JoinWindows no_grace() const { return grace(std::chrono::milliseconds(0)); }

  // The semantics before Kafka Streams 3.1 (its deprecated JoinWindows.of), for topologies that
  // depend on it: a left or outer join gives a record that has met none yet out AT ONCE, and joined
  // again when its partner comes. Such spurious results cannot be told from final ones. Without a
  // grace of its own: 24 hours less twice the difference given to of().
  [[nodiscard]] JoinWindows unmatched_at_once(std::chrono::milliseconds grace) const {
    return {before_, after_, grace, Unmatched::at_once};
  }
  [[nodiscard]] JoinWindows unmatched_at_once() const { return unmatched_at_once(old_grace_); }

 private:
  static constexpr std::chrono::milliseconds kDay = std::chrono::hours(24);

  std::chrono::milliseconds before_;
  std::chrono::milliseconds after_;
  std::chrono::milliseconds old_grace_;
};

}  // namespace internal

inline internal::JoinWindowsWithoutGrace JoinWindows::of(std::chrono::milliseconds difference) {
  return internal::JoinWindowsWithoutGrace(difference);
}

}  // namespace pawl

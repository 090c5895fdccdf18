// ClosedUnmatched: which kept records of a left or outer join are given out, and how little of
// their store is looked at for that: a row is passed by a bounded number of times, however many are
// kept. ClosingTimes: records of a side that are earlier than its time are closed. Source of the
// rules of Kafka Streams: KStreamKStreamJoin.emitNonJoinedOuterRecords. Thread rule: owner thread
// only.
#pragma once

#include <pawl/model/bytes.h>
#include <pawl/operators/join_windows.h>
#include <pawl/operators/nodes/stream_join_progress.h>
#include <pawl/operators/nodes/unmatched_row.h>

#include <algorithm>
#include <chrono>

namespace pawl::internal {

// Of each visited row: it was given out and is deleted, stays, or ends the look.
enum class UnmatchedVerdict { take, leave, stop };

struct ClosingTimes {
  Timestamp left;
  Timestamp right;

  static ClosingTimes at(Timestamp time, const JoinWindows& windows) {
    return {time - windows.after() - windows.grace(), time - windows.before() - windows.grace()};
  }
  [[nodiscard]] Timestamp of(JoinSide side) const { return side == JoinSide::left ? left : right; }
  [[nodiscard]] bool closed(const UnmatchedKey& key) const { return key.timestamp < of(key.side); }
};

// One look at what is kept, when a record of time `now` came. `Unmatched`: UnmatchedRecords. What
// is closed is handed to `give_out(key, row)` and deleted, by time, right before left, then key.
template <class Unmatched>
class ClosedUnmatched {
 public:
  ClosedUnmatched(StreamJoinProgress& progress, Unmatched& unmatched, const JoinWindows& windows,
                  Timestamp now, Timestamp wall)
      : progress_(progress),
        unmatched_(unmatched),
        closing_(ClosingTimes::at(progress.time(), windows)),
        now_(now),
        wall_(wall) {}

  // Natively: whatever is closed.
  template <class GiveOut>
  void take(const GiveOut& give_out) {
    const bool left = may_be_closed(JoinSide::left);
    const bool right = may_be_closed(JoinSide::right);
    // An empty store begins an interval, too, as in Kafka Streams.
    const bool empty = progress_.first() == Timestamp::max();
    if ((!left && !right && !empty) || !progress_.interval_begins(wall_) || empty) {
      return;
    }
    if (!left || !right) {
      const JoinSide side = left ? JoinSide::left : JoinSide::right;
      take_of(side, side, give_out);
      return;
    }
    const bool left_first = progress_.first(JoinSide::left) < progress_.first(JoinSide::right);
    const JoinSide earlier = left_first ? JoinSide::left : JoinSide::right;
    const JoinSide later = left_first ? JoinSide::right : JoinSide::left;
    if (closing_.of(earlier) < progress_.first(later)) {
      // Between what is closed of both lies what is open of one of them.
      take_of(earlier, earlier, give_out);
      take_of(later, later, give_out);
    } else {
      take_of(earlier, later, give_out);
    }
  }

  // As Kafka Streams: looks when a record of the side at hand could be closed, `all_open_for` after
  // the first one, and goes on to the end where one side has no open rows.
  template <class GiveOut>
  void take_as_kafka_streams(std::chrono::milliseconds all_open_for, const GiveOut& give_out) {
    // For an empty store its sum overflows.
    const bool empty = progress_.first() == Timestamp::max();
    const bool all_open = empty ? all_open_for <= std::chrono::milliseconds(0)
                                : progress_.first() + all_open_for >= progress_.time();
    if (all_open || !progress_.interval_begins(wall_) || empty) {
      return;
    }
    bool left_open = false;
    bool right_open = false;
    Timestamp last_seen = Timestamp::max();
    // What it knows of the first row may be too late.
    unmatched_.take_while(Timestamp(0), now_, [&](const UnmatchedKey& key, BytesView row) {
      last_seen = key.timestamp;
      if (left_open && right_open) {
        return UnmatchedVerdict::stop;
      }
      if (!closing_.closed(key)) {
        (key.side == JoinSide::left ? left_open : right_open) = true;
        return UnmatchedVerdict::leave;
      }
      give_out(key, row);
      return UnmatchedVerdict::take;
    });
    // It takes the last record it saw for the first that is left, and so gives some out later than
    // it could; when depends on what it has seen since it was started.
    progress_.first(JoinSide::left) = last_seen;
    progress_.first(JoinSide::right) = last_seen;
  }

 private:
  [[nodiscard]] bool may_be_closed(JoinSide side) const {
    return progress_.first(side) < closing_.of(side);
  }

  // From the first of both sides (which may be the same one) on; finds out from where on the next
  // ones can be.
  template <class GiveOut>
  void take_of(JoinSide one, JoinSide other, const GiveOut& give_out) {
    const Timestamp from = std::min(progress_.first(one), progress_.first(other));
    const Timestamp to = std::max(closing_.of(one), closing_.of(other));
    Timestamp first_of_one = Timestamp::max();
    Timestamp first_of_other = Timestamp::max();
    unmatched_.take_while(from, now_, [&](const UnmatchedKey& key, BytesView row) {
      if (key.timestamp >= closing_.of(one)) {
        first_of_one = std::min(first_of_one, key.timestamp);
      }
      if (key.timestamp >= closing_.of(other)) {
        first_of_other = std::min(first_of_other, key.timestamp);
      }
      if (key.timestamp >= to) {
        return UnmatchedVerdict::stop;
      }
      if (!closing_.closed(key)) {
        return UnmatchedVerdict::leave;
      }
      give_out(key, row);
      return UnmatchedVerdict::take;
    });
    progress_.first(one) = first_of_one;
    progress_.first(other) = first_of_other;
  }

  StreamJoinProgress& progress_;
  Unmatched& unmatched_;
  ClosingTimes closing_;
  Timestamp now_;
  Timestamp wall_;
};

}  // namespace pawl::internal

// PunctuationQueue: the schedules of one task, by one kind of time, and which are due.
// A due schedule fires once, however many intervals have passed, and goes on with the next multiple
// of its interval. Those that are due fire in the order of when they are, of the same time as in
// Kafka Streams. What a punctuation did is undone by an abort, so an abort makes it due again.
// Source: PunctuationQueue, PunctuationSchedule. Thread rule: owner thread only.
#pragma once

#include "task/java_priority_queue.h"

#include <pawl/engine/node.h>
#include <pawl/engine/punctuation.h>

#include <chrono>
#include <memory>
#include <utility>

namespace pawl::internal {

class PunctuationQueue {
 public:
  // `first`: when it is due the first time.
  PunctuationHandle schedule(Node& node, Timestamp first, std::chrono::milliseconds interval,
                             Punctuator punctuator);
  // Due at `start` and whole intervals behind it only, the first time not before `now`. Throws
  // std::invalid_argument when `start` is before 1970.
  PunctuationHandle schedule_anchored(Node& node, Timestamp start, Timestamp now,
                                      std::chrono::milliseconds interval, Punctuator punctuator);

  // Calls `fire(node, punctuator, now)` for every schedule that is due. Returns: how many fired.
  template <class F>
  std::size_t punctuate(Timestamp now, F&& fire) {
    std::size_t fired = 0;
    while (!schedules_.empty() && schedules_.front().next <= now) {
      Schedule due = schedules_.pop();
      if (*due.cancelled) {
        continue;
      }
      ++fired;
      // Not in the queue while it fires: a punctuator may add schedules, which go before it then.
      try {
        fire(*due.node, due.punctuator, now);
      } catch (...) {
        schedule_following(std::move(due), now);
        throw;
      }
      schedule_following(std::move(due), now);
    }
    return fired;
  }

  // Returns: when the next schedule is due, or would be, were it not cancelled; Timestamp::max()
  // when there is none.
  [[nodiscard]] Timestamp next_due() const {
    return schedules_.empty() ? Timestamp::max() : schedules_.front().next;
  }
  [[nodiscard]] bool empty() const { return schedules_.empty(); }
  // Keeps the schedules as they are for drop().
  void commit();
  // Goes back to the schedules of the last commit: what fired or was cancelled since is as before,
  // what was added is gone.
  void drop();
  void clear() { schedules_.clear(); }

 private:
  struct Schedule {
    Node* node;
    Timestamp next;
    std::chrono::milliseconds interval;
    Punctuator punctuator;
    std::shared_ptr<bool> cancelled;
    bool cancelled_at_commit = false;
  };
  struct TimeOfSchedule {
    Timestamp operator()(const Schedule& schedule) const { return schedule.next; }
  };
  void schedule_following(Schedule fired, Timestamp now);
  // Returns: the first time after `now` that is one or more intervals behind `due`.
  static Timestamp following(Timestamp due, std::chrono::milliseconds interval, Timestamp now);

  using Schedules = JavaPriorityQueue<Schedule, TimeOfSchedule>;
  Schedules schedules_;
  Schedules committed_;
};

}  // namespace pawl::internal

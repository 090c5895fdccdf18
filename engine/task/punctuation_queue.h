// PunctuationQueue: the schedules of one task, by one kind of time, and which are due.
// A due schedule fires once, however many intervals have passed, and goes on with the next multiple
// of its interval. What a punctuation did is undone by an abort, so an abort makes it due again.
// Source: PunctuationQueue, PunctuationSchedule. Thread rule: owner thread only.
#pragma once

#include <pawl/engine/node.h>
#include <pawl/engine/punctuation.h>

#include <chrono>
#include <memory>
#include <vector>

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
    // By index: a punctuator may add schedules. NOLINTNEXTLINE(modernize-loop-convert)
    for (std::size_t at = 0; at < schedules_.size(); ++at) {
      if (*schedules_[at].cancelled || schedules_[at].next > now) {
        continue;
      }
      schedules_[at].next = following(schedules_[at].next, schedules_[at].interval, now);
      const Punctuator punctuator = schedules_[at].punctuator;
      fire(*schedules_[at].node, punctuator, now);
      ++fired;
    }
    std::erase_if(schedules_, [](const Schedule& schedule) { return *schedule.cancelled; });
    return fired;
  }

  // Returns: when the next schedule is due; Timestamp::max() when there is none.
  [[nodiscard]] Timestamp next_due() const;
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
  };
  // Returns: the first time after `now` that is one or more intervals behind `due`.
  static Timestamp following(Timestamp due, std::chrono::milliseconds interval, Timestamp now);

  std::vector<Schedule> schedules_;
  std::vector<Schedule> committed_;
};

}  // namespace pawl::internal

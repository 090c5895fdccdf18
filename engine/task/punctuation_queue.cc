#include "task/punctuation_queue.h"

#include <pawl/model/assert.h>

#include <algorithm>

namespace pawl::internal {

PunctuationHandle PunctuationQueue::schedule(Node& node, Timestamp first,
                                             std::chrono::milliseconds interval,
                                             Punctuator punctuator) {
  if (interval.count() <= 0) {
    throw std::invalid_argument("node " + node.name() +
                                ": a punctuation needs a positive interval");
  }
  auto cancelled = std::make_shared<bool>(false);
  schedules_.push_back({&node, first, interval, std::move(punctuator), cancelled});
  return PunctuationHandle(std::move(cancelled));
}

Timestamp PunctuationQueue::following(const Schedule& schedule, Timestamp now) {
  Timestamp next = schedule.next + schedule.interval;
  if (now >= next) {
    const std::int64_t missed = (now - schedule.next) / schedule.interval;
    next = schedule.next + (missed + 1) * schedule.interval;
  }
  return next;
}

Timestamp PunctuationQueue::next_due() const {
  Timestamp next = Timestamp::max();
  for (const Schedule& schedule : schedules_) {
    next = std::min(next, schedule.next);
  }
  return next;
}

void PunctuationQueue::commit() {
  std::erase_if(schedules_, [](const Schedule& schedule) { return *schedule.cancelled; });
  committed_ = schedules_;
}

void PunctuationQueue::drop() {
  schedules_ = committed_;
  for (const Schedule& schedule : schedules_) {
    *schedule.cancelled = false;
  }
}

}  // namespace pawl::internal

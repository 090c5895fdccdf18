#include "task/punctuation_queue.h"

#include <pawl/model/assert.h>

#include <algorithm>

namespace pawl::internal {
namespace {

void check_interval(const Node& node, std::chrono::milliseconds interval) {
  if (interval.count() <= 0) {
    throw std::invalid_argument("node " + node.name() +
                                ": a punctuation needs a positive interval");
  }
}

}  // namespace

PunctuationHandle PunctuationQueue::schedule(Node& node, Timestamp first,
                                             std::chrono::milliseconds interval,
                                             Punctuator punctuator) {
  check_interval(node, interval);
  auto cancelled = std::make_shared<bool>(false);
  schedules_.push_back({&node, first, interval, std::move(punctuator), cancelled});
  return PunctuationHandle(std::move(cancelled));
}

PunctuationHandle PunctuationQueue::schedule_anchored(Node& node, Timestamp start, Timestamp now,
                                                      std::chrono::milliseconds interval,
                                                      Punctuator punctuator) {
  check_interval(node, interval);
  if (start < Timestamp(0)) {
    throw std::invalid_argument("node " + node.name() +
                                ": a punctuation cannot be anchored before 1970: the start is "
                                "Timestamp(0) or later");
  }
  const Timestamp first = start < now ? following(start, interval, now) : start;
  return schedule(node, first, interval, std::move(punctuator));
}

Timestamp PunctuationQueue::following(Timestamp due, std::chrono::milliseconds interval,
                                      Timestamp now) {
  Timestamp next = due + interval;
  if (now >= next) {
    const std::int64_t missed = (now - due) / interval;
    next = due + (missed + 1) * interval;
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

#include "task/punctuation_queue.h"

#include <cstddef>
#include <stdexcept>
#include <utility>

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
  schedules_.push({&node, first, interval, std::move(punctuator), cancelled});
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

void PunctuationQueue::schedule_following(Schedule fired, Timestamp now) {
  if (!*fired.cancelled) {
    fired.next = following(fired.next, fired.interval, now);
    schedules_.push(std::move(fired));
  }
}

void PunctuationQueue::commit() {
  std::size_t cancelled = 0;
  for (Schedule& schedule : schedules_.items()) {
    schedule.cancelled_at_commit = *schedule.cancelled;
    cancelled += schedule.cancelled_at_commit ? 1 : 0;
  }
  // They go when they would be due; those of long intervals could pile up until then.
  if (cancelled * 2 > schedules_.items().size()) {
    Schedules kept;
    for (Schedule& schedule : schedules_.items()) {
      if (!schedule.cancelled_at_commit) {
        kept.push(std::move(schedule));
      }
    }
    schedules_ = std::move(kept);
  }
  committed_ = schedules_;
}

void PunctuationQueue::drop() {
  schedules_ = committed_;
  for (const Schedule& schedule : schedules_.items()) {
    *schedule.cancelled = schedule.cancelled_at_commit;
  }
}

}  // namespace pawl::internal

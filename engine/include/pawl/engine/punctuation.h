// Punctuations: calls at regular times, by stream time or by wall clock.
//   stream_time: first as soon as stream time is known, then whenever it has passed the next
//   multiple of the interval;
//     missed times are not made up: one call, then the next multiple.
//   wall_clock: first after one interval; depends on real time, so it is not reproduced by a
//   replay.
// Anchored at a time, either kind fires at that time and whole intervals behind it only: when that
// time is over, first at the next of these.
// Source: ProcessorContext.schedule, PunctuationSchedule, StreamTask.getInitialSchedule (KIP-1146).
// Thread rule: owner thread only.
#pragma once

#include <pawl/model/timestamp.h>

#include <functional>
#include <memory>

namespace pawl {

enum class PunctuationType { stream_time, wall_clock };

// What is called, with the stream time or the wall-clock time that made it due.
using Punctuator = std::function<void(Timestamp now)>;

// Ends a schedule. Copies end the same one; dropping the handle does not end it.
class PunctuationHandle {
 public:
  PunctuationHandle() = default;
  explicit PunctuationHandle(std::shared_ptr<bool> cancelled) : cancelled_(std::move(cancelled)) {}
  void cancel() {
    if (cancelled_ != nullptr) {
      *cancelled_ = true;
    }
  }

 private:
  std::shared_ptr<bool> cancelled_;
};

}  // namespace pawl

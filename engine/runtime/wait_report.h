// WaitReport: says why a step is still waiting. Steps repeat retriable calls without a word,
// because most waits are over at once; one that lasts is told after some seconds and then now and
// then, so that nothing ever stands still without a line that says why. Thread rule: owner thread
// only.
#pragma once

#include <pawl/model/clock.h>
#include <pawl/model/log.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace pawl::internal {

class WaitReport {
 public:
  // `component`: who waits, such as `task 0_1`. Clock and log outlive the object.
  WaitReport(const Clock& clock, LogSink& log, std::string component);

  // `step` could not be done: `why`. To be called at every attempt.
  void waiting(std::string_view step, std::string_view why);
  // The wait is over.
  void over();

 private:
  const Clock& clock_;
  LogSink& log_;
  std::string component_;
  std::optional<MonotonicTime> since_;
  std::optional<MonotonicTime> told_;
};

}  // namespace pawl::internal

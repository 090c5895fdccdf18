#include "runtime/wait_report.h"

#include <fmt/format.h>
#include <utility>

namespace pawl::internal {
namespace {

constexpr std::chrono::seconds kTellAfter{5};
constexpr std::chrono::seconds kRepeatAfter{30};

}  // namespace

WaitReport::WaitReport(const Clock& clock, LogSink& log, std::string component)
    : clock_(clock), log_(log), component_(std::move(component)) {}

void WaitReport::waiting(std::string_view step, std::string_view why) {
  const MonotonicTime now = clock_.monotonic();
  if (!since_.has_value()) {
    since_ = now;
  }
  const bool due = told_.has_value() ? now - *told_ >= kRepeatAfter : now - *since_ >= kTellAfter;
  if (!due) {
    return;
  }
  told_ = now;
  log_.write(LogLevel::warning, component_,
             fmt::format("waiting for {} s, {}: {}",
                         std::chrono::duration_cast<std::chrono::seconds>(now - *since_).count(),
                         step, why));
}

void WaitReport::over() {
  if (told_.has_value()) {
    log_.write(LogLevel::info, component_,
               fmt::format("goes on after {} s", std::chrono::duration_cast<std::chrono::seconds>(
                                                     clock_.monotonic() - *since_)
                                                     .count()));
  }
  since_.reset();
  told_.reset();
}

}  // namespace pawl::internal

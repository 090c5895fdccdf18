#include "runtime/taken_over.h"

#include <chrono>
#include <fmt/format.h>
#include <vector>

namespace pawl::internal {
namespace {

constexpr std::chrono::milliseconds kTimeout{2'000};

}  // namespace

Result<std::set<TaskId>> find_taken_over(const SourceRouter& router, ConsumerClient& offsets,
                                         WaitReport& wait, LogSink& log,
                                         const std::string& thread) {
  std::set<TaskId> taken_over;
  for (const auto& [token, lost] : router.lost_positions()) {
    const auto committed = offsets.committed(std::vector{lost.where}, kTimeout);
    if (!committed.has_value()) {
      if (committed.error().kind != ErrorKind::retriable) {
        return committed.error();
      }
      wait.waiting("the committed offset of " + to_string(lost.where), committed.error().message);
      continue;  // asked again in the next turn
    }
    const auto found = committed->find(lost.where);
    if (found == committed->end() ||
        found->second.offset <= lost.task->committed_offsets()[lost.partition]) {
      return Error{ErrorKind::fatal,
                   fmt::format("the position in {} is not in the log any more ({}): records were "
                               "deleted before they were processed, or the topic was made anew. "
                               "Remedy: reset the group's offsets on purpose",
                               to_string(lost.where), lost.reason)};
    }
    log.write(LogLevel::warning, thread,
              fmt::format("another instance went on with task {}, to offset {} of {}: opening it "
                          "anew",
                          to_string(lost.task->id()), found->second.offset.value(),
                          to_string(lost.where)));
    taken_over.insert(lost.task->id());
  }
  return taken_over;
}

}  // namespace pawl::internal

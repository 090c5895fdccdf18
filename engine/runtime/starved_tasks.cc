#include "runtime/starved_tasks.h"

#include <algorithm>
#include <fmt/format.h>

namespace pawl::internal {

void StarvedTasks::look_at(const std::vector<StreamTask*>& running) {
  std::erase_if(tasks_, [&](const auto& known) {
    return std::none_of(running.begin(), running.end(),
                        [&](const StreamTask* task) { return task->id() == known.first; });
  });
  for (const StreamTask* running_task : running) {
    const TaskId id = running_task->id();
    Task& task = tasks_.try_emplace(id, Task{{}, WaitReport(clock_, log_, "task " + to_string(id))})
                     .first->second;
    const std::optional<AwaitedRecords> awaited = running_task->awaited();
    if (awaited != task.awaited) {
      task.report.over();
      task.awaited = awaited;
    }
    if (awaited.has_value()) {
      task.report.waiting("the records of " + to_string(awaited->where),
                          fmt::format("nothing came from offset {} on, not even that it is the "
                                      "end, and what other partitions have must not go first",
                                      awaited->from.value()));
    }
  }
}

}  // namespace pawl::internal

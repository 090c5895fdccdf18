// StarvedTasks: tells of tasks that have records and cannot process them, because those of another
// of their partitions, which may have to go first, do not come. That is over at once unless the
// partition has no leader, or its broker does not answer. Thread rule: owner thread only.
#pragma once

#include "runtime/wait_report.h"
#include "task/stream_task.h"

#include <pawl/model/clock.h>
#include <pawl/model/ids.h>
#include <pawl/model/log.h>

#include <map>
#include <optional>
#include <vector>

namespace pawl::internal {

class StarvedTasks {
 public:
  // Clock and log outlive the object.
  StarvedTasks(const Clock& clock, LogSink& log) : clock_(clock), log_(log) {}

  // To be called again and again, with the tasks that are running.
  void look_at(const std::vector<StreamTask*>& running);

 private:
  struct Task {
    std::optional<AwaitedRecords> awaited;
    WaitReport report;
  };

  const Clock& clock_;
  LogSink& log_;
  std::map<TaskId, Task> tasks_;
};

}  // namespace pawl::internal

// TaskEnvironment: what a task is given by whoever runs it (a stream thread, the driver, the
// simulator). Lifetime: everything it points to outlives the task.
#pragma once

#include "state/global_stores.h"
#include "task/record_chooser.h"

#include <pawl/engine/compatibility.h>
#include <pawl/engine/error_policy.h>
#include <pawl/engine/metrics.h>
#include <pawl/engine/output_collector.h>
#include <pawl/model/clock.h>
#include <pawl/model/log.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace pawl::internal {

struct TaskEnvironment {
  std::string application_id;
  Compatibility compatibility = Compatibility::native;
  bool exactly_once = true;
  // Drawn at random for each owner of a task (CommitStamp).
  std::int64_t owner = 1;
  ErrorPolicy errors;
  std::chrono::milliseconds max_task_idle{0};
  // Source: InternalConfig.EMIT_INTERVAL_MS_KSTREAMS_*.
  std::chrono::milliseconds emit_interval{1'000};
  const Clock* clock = nullptr;
  OutputCollector* outputs = nullptr;
  const GlobalStores* global_stores = nullptr;  // null: there are none
  MetricsRecorder* metrics = nullptr;
  MetricLabels labels;
  LogSink* log = nullptr;
  // Where the task's state lies; absent: in memory.
  std::optional<std::filesystem::path> directory;
  // How many partitions each source topic has, where that is known: a task of a higher number has
  // none of it. Null: every topic has as many as there are tasks.
  const std::map<std::string, std::int32_t>* source_partitions = nullptr;
  // Makes the rule for ties between partitions.
  std::unique_ptr<RecordChooser> (*make_chooser)() = &make_lowest_partition_chooser;
};

}  // namespace pawl::internal

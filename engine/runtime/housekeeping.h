// Housekeeping: what a stream thread does now and then beside its records: has idle offsets
// committed anew before they expire, tells its metrics and which tasks are starved, deletes what
// internal topics do not need any more. Thread rule: owner thread only.
#pragma once

#include "runtime/starved_tasks.h"
#include "runtime/thread_surroundings.h"
#include "runtime/thread_tasks.h"

#include <pawl/engine/metrics.h>

#include <string>

namespace pawl::internal {

class Housekeeping {
 public:
  // `number`, `thread`: of the stream thread. All outlive the object.
  Housekeeping(int number, std::string thread, const ThreadSurroundings& surroundings,
               const ThreadTasks& tasks, const MetricsRecorder& metrics);

  enum class Commit { idle, running };
  // Does what is due. While a commit runs nothing is deleted.
  void turn(Commit commit);
  // Throws what the listener throws.
  void publish();

 private:
  void purge();

  int number_;
  std::string thread_;
  const ThreadSurroundings& surroundings_;
  const ThreadTasks& tasks_;
  const MetricsRecorder& metrics_;
  StarvedTasks starved_;
  MonotonicTime last_purge_;
  MonotonicTime last_touch_;
  MonotonicTime last_publish_{0};
};

}  // namespace pawl::internal

// TaskErrors: what a task does with records it cannot use and with exceptions of user code: the
// policies, their counters and the dead-letter records. Thread rule: owner thread only.
#pragma once

#include "task/record_queue.h"
#include "task/task_environment.h"

#include <pawl/engine/node.h>
#include <pawl/model/ids.h>
#include <pawl/model/result.h>
#include <pawl/model/sticky_stop.h>

#include <cstdint>
#include <string>
#include <utility>

namespace pawl::internal {

class TaskErrors {
 public:
  TaskErrors(const TaskEnvironment& environment, TaskId task);

  // A head record cannot be used. Returns: nothing to drop it, an error to stop.
  Result<void> bad_record(BadRecordReason reason, const InputRecord& record,
                          const RecordCoordinates& where, const Error& why);

  // Called inside a catch block: `node` threw while it handled `input` (null in a punctuation).
  // Returns to drop the record; throws ProcessingStopped to stop, also when user code made another
  // exception of one that stops. `sent_before`: the input had already led to an output.
  void processing_failed(const Node& node, const InputRecord* input, const RecordCoordinates& where,
                         bool sent_before);

  // Calls nodes, which `work` does: it returns a Result<void> or throws ProcessingStopped.
  // Errors: the first at which processing has to stop, also when user code caught its exception.
  template <class Work>
  Result<void> run_nodes(const RecordCoordinates& where, const Work& work) const {
    const StickyStop sticky;
    Result<void> done;
    try {
      done = work();
    } catch (const ProcessingStopped& stop) {
      done = stop.error();
    }
    return unless_stopped(where, std::move(done));
  }

 private:
  // Returns: `done`, or the error that stops the task instead. Requires: a StickyStop.
  [[nodiscard]] Result<void> unless_stopped(const RecordCoordinates& where,
                                            Result<void> done) const;
  void drop(const std::string& reason, const std::string& message);
  void send_dead_letter(const InputRecord& input, bool with_raw_bytes,
                        const RecordCoordinates& where, const std::string& exception,
                        const std::string& message);

  const TaskEnvironment& environment_;
  std::string component_;
  MetricLabels labels_;
  std::uint64_t dropped_logged_ = 0;
};

}  // namespace pawl::internal

// TaskErrors: what a task does with records it cannot use and with exceptions of user code: the
// policies, their counters and the dead-letter records. Thread rule: owner thread only.
#pragma once

#include "task/record_queue.h"
#include "task/task_environment.h"

#include <pawl/engine/node.h>
#include <pawl/model/ids.h>

#include <cstdint>
#include <string>

namespace pawl::internal {

class TaskErrors {
 public:
  TaskErrors(const TaskEnvironment& environment, TaskId task);

  // A head record cannot be used. Returns: nothing to drop it, an error to stop.
  Result<void> bad_record(BadRecordReason reason, const InputRecord& record,
                          const RecordCoordinates& where, const Error& why);

  // Called inside a catch block: `node` threw while it handled `input` (null in a punctuation).
  // Returns to drop the record; throws ProcessingStopped to stop. `sent_before`: the input had
  // already led to an output.
  void processing_failed(const Node& node, const InputRecord* input, const RecordCoordinates& where,
                         bool sent_before);

 private:
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

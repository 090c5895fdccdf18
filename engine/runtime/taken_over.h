// What it means that a source position is gone from the log: either somebody else owns the task by
// now, and purged what it has processed (this process slept longer than its session and does not
// know yet), or records are lost. Thread rule: owner thread only.
#pragma once

#include "client/consumer.h"
#include "runtime/source_router.h"
#include "runtime/wait_report.h"

#include <pawl/model/ids.h>
#include <pawl/model/log.h>
#include <pawl/model/result.h>

#include <set>
#include <string>

namespace pawl::internal {

// Returns: those of the tasks with lost positions that another owner has gone on with; where the
// broker did not answer yet, the next call asks again. Errors: fatal: records are lost.
Result<std::set<TaskId>> find_taken_over(const SourceRouter& router, ConsumerClient& offsets,
                                         WaitReport& wait, LogSink& log, const std::string& thread);

}  // namespace pawl::internal

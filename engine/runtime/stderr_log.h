// StderrLog: the default log: one line per message on stderr.
#pragma once

#include <pawl/model/log.h>

#include <memory>

namespace pawl::internal {

std::shared_ptr<LogSink> make_stderr_log();

}  // namespace pawl::internal

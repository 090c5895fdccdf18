#include "runtime/stderr_log.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace pawl::internal {
namespace {

spdlog::level::level_enum spdlog_level(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

class StderrLog final : public LogSink {
 public:
  StderrLog() : logger_("pawl", std::make_shared<spdlog::sinks::stderr_color_sink_mt>()) {
    logger_.set_pattern("%Y-%m-%dT%H:%M:%S.%e %^%l%$ %v");
    logger_.flush_on(spdlog::level::warn);
  }
  void write(LogLevel level, std::string_view component, std::string_view message) override {
    logger_.log(spdlog_level(level), "[{}] {}", component, message);
  }

 private:
  spdlog::logger logger_;
};

}  // namespace

std::shared_ptr<LogSink> make_stderr_log() {
  return std::make_shared<StderrLog>();
}

}  // namespace pawl::internal

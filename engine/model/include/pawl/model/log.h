// LogSink: where log lines go. The library writes through this port only; the default sink
// (engine/runtime) writes to stderr. A user gives an own sink in Components. Lines never hold
// record values or secrets. Thread rule: write() is called from several threads at once.
#pragma once

#include <string>
#include <string_view>

namespace pawl {

enum class LogLevel { debug, info, warning, error };

constexpr std::string_view to_string(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warning:
      return "warning";
    case LogLevel::error:
      return "error";
  }
  return "?";
}

class LogSink {
 public:
  LogSink() = default;
  LogSink(const LogSink&) = delete;
  LogSink& operator=(const LogSink&) = delete;
  virtual ~LogSink() = default;

  // `component`: who speaks, such as `task 0_1` or `thread 2`.
  virtual void write(LogLevel level, std::string_view component, std::string_view message) = 0;
};

}  // namespace pawl

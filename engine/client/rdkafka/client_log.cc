#include "client/rdkafka/client_log.h"

#include <chrono>
#include <fmt/format.h>
#include <optional>
#include <utility>

namespace pawl::internal::rdkafka {
namespace {

constexpr int kSyslogError = 3;
constexpr int kSyslogWarning = 4;
constexpr int kSyslogInfo = 6;

// A connection that breaks or cannot be made is no error of the program: it is tried again.
bool is_connection(std::string_view facility) {
  return facility == "FAIL" || facility == "ERROR" || facility == "REQTMOUT";
}

LogLevel level_of(int level, std::string_view facility) {
  if (level <= kSyslogError) {
    return is_connection(facility) ? LogLevel::warning : LogLevel::error;
  }
  if (level == kSyslogWarning) {
    return LogLevel::warning;
  }
  return level <= kSyslogInfo ? LogLevel::info : LogLevel::debug;
}

// All clients get all of the user's properties, so these lines are no news.
bool is_noise(std::string_view facility, std::string_view text) {
  return facility == "CONFWARN" && text.find("will be ignored by this") != std::string_view::npos;
}

}  // namespace

std::string_view log_text(std::string_view line, std::string_view client) {
  // `[thrd:127.0.0.1:9092/1]: client#producer-1: 127.0.0.1:9092/1: text (after 0ms in state ...)`
  if (line.starts_with("[thrd:")) {
    const std::size_t end = line.find("]: ");
    line.remove_prefix(end == std::string_view::npos ? 0 : end + 3);
  }
  if (line.starts_with(client) && line.substr(client.size()).starts_with(": ")) {
    line.remove_prefix(client.size() + 2);
  }
  return line.substr(0, line.rfind(" (after "));
}

ClientLog::ClientLog(std::shared_ptr<LogSink> sink, std::shared_ptr<LogLimiter> limiter,
                     std::string component)
    : sink_(std::move(sink)), limiter_(std::move(limiter)), component_(std::move(component)) {}

void ClientLog::write(LogLevel level, std::string_view message) const {
  if (sink_ == nullptr) {
    return;
  }
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  const std::optional<std::uint64_t> held_back = limiter_->admit(message, now);
  if (!held_back.has_value()) {
    return;
  }
  if (*held_back == 0) {
    sink_->write(level, component_, message);
  } else {
    sink_->write(level, component_,
                 fmt::format("{} ({} more like this were held back)", message, *held_back));
  }
}

void ClientLog::write_line(int level, std::string_view facility, std::string_view client,
                           std::string_view line) const {
  const std::string_view text = log_text(line, client);
  if (is_noise(facility, text)) {
    return;
  }
  if (is_connection(facility)) {
    write(level_of(level, facility), fmt::format("librdkafka: {}", text));
  } else {
    write(level_of(level, facility), fmt::format("librdkafka {}: {}", facility, text));
  }
}

}  // namespace pawl::internal::rdkafka

// EventLog: a structured trace of what the engine did, off by default. Checkers (crash tests, the
// simulator) read it instead of parsing log lines. Thread rule: record() is called from several
// threads at once.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace pawl {

struct EventField {
  std::string_view name;
  std::variant<std::int64_t, std::string_view> value;
};

class EventLog {
 public:
  EventLog() = default;
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;
  virtual ~EventLog() = default;
  virtual void record(std::string_view event, std::initializer_list<EventField> fields) = 0;
};

}  // namespace pawl

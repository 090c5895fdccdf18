// ClientLog: brings librdkafka's log lines to the LogSink, rate-limited over all clients of the
// process together. librdkafka writes from its own threads, also while nobody polls (a client that
// cannot connect has to say so), so this is the one callback besides the interceptors that does not
// run inside poll(): it formats, limits and hands on. Thread rule: any thread.
#pragma once

#include "client/rdkafka/log_limiter.h"

#include <pawl/model/log.h>

#include <memory>
#include <string>
#include <string_view>

namespace pawl::internal::rdkafka {

class ClientLog {
 public:
  // `component`: the client's id. `sink` may be null: nothing is written then.
  ClientLog(std::shared_ptr<LogSink> sink, std::shared_ptr<LogLimiter> limiter,
            std::string component);

  // A line of ours.
  void write(LogLevel level, std::string_view message) const;
  // A line of librdkafka's: `level` is syslog's, `facility` its short name of the place, `client`
  // the name it may put in front of the line.
  void write_line(int level, std::string_view facility, std::string_view client,
                  std::string_view line) const;

 private:
  std::shared_ptr<LogSink> sink_;
  std::shared_ptr<LogLimiter> limiter_;
  std::string component_;
};

// Returns: what librdkafka's line says, without the thread and the client in front of it and the
// counts behind it, so that all clients say the same about a broker.
[[nodiscard]] std::string_view log_text(std::string_view line, std::string_view client);

}  // namespace pawl::internal::rdkafka

// Instance: one client of librdkafka (its connections, threads and queues) together with what its
// callbacks need. Thread rule: as librdkafka's functions: any thread. Lifetime: records, topics and
// queues of the client die before it; destroying it waits for nothing but its own threads.
#pragma once

#include "client/rdkafka/client_log.h"
#include "client/rdkafka/handles.h"
#include "client/rdkafka/response_watch.h"

#include <pawl/model/result.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace pawl::internal::rdkafka {

class Instance {
 public:
  // `watched`: null = no watch. Errors: fatal, with librdkafka's explanation.
  static Result<std::shared_ptr<Instance>> make(rd_kafka_type_t type, ConfHandle conf,
                                                ClientLog log,
                                                ResponseWatch::Condition watched = nullptr);
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;
  ~Instance();

  [[nodiscard]] rd_kafka_t* get() const { return client_.get(); }
  [[nodiscard]] const ClientLog& log() const { return log_; }
  // Whether the watched-for response was seen.
  [[nodiscard]] bool watch_seen() const { return watch_.has_value() && watch_->seen(); }
  void forget_watch() {
    if (watch_.has_value()) {
      watch_->forget();
    }
  }
  // Returns: the first error since the last call that no function reports (a topic that does not
  // exist). Thread rule: owner thread only; it is noticed while the owner polls.
  [[nodiscard]] std::optional<Error> take_noted_error();
  // Returns: the error that made this client unusable for good, if any.
  [[nodiscard]] std::optional<Error> fatal_error(std::string_view what) const;

 private:
  Instance(ClientLog log, ResponseWatch::Condition watched);
  static void on_log(const rd_kafka_t* client, int level, const char* facility,
                     const char* line) noexcept;
  static void on_error(rd_kafka_t* client, int code, const char* reason, void* instance) noexcept;
  void note_error(rd_kafka_resp_err_t code, std::string_view reason);

  ClientLog log_;
  std::optional<ResponseWatch> watch_;
  std::optional<Error> noted_;
  ClientHandle client_;
};

}  // namespace pawl::internal::rdkafka

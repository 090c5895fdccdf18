// AdminCall: one request of librdkafka's Admin API: its options, its own queue, its answer within
// the timeout. Thread rule: one thread at a time.
#pragma once

#include "client/rdkafka/deadline.h"
#include "client/rdkafka/handles.h"

#include <pawl/model/result.h>

#include <chrono>
#include <memory>
#include <string>

namespace pawl::internal::rdkafka {

class AdminCall {
 public:
  // `what`: for messages, such as `describing topics`.
  AdminCall(rd_kafka_t* client, rd_kafka_admin_op_t operation, std::string what,
            std::chrono::milliseconds timeout);

  [[nodiscard]] rd_kafka_t* client() const { return client_; }
  [[nodiscard]] const rd_kafka_AdminOptions_t* options() const { return options_.get(); }
  [[nodiscard]] rd_kafka_queue_t* queue() const { return queue_.get(); }
  [[nodiscard]] const std::string& what() const { return what_; }

  // As which reader the offsets are asked for.
  void set_isolation(rd_kafka_IsolationLevel_t level);
  // Waits for the answer to the request that was sent with options() and queue().
  // Errors: retriable (none in time, or a passing one), fatal.
  Result<EventHandle> answer();

 private:
  using OptionsHandle =
      std::unique_ptr<rd_kafka_AdminOptions_t, Deleter<rd_kafka_AdminOptions_destroy>>;

  rd_kafka_t* client_;
  std::string what_;
  Deadline deadline_;
  OptionsHandle options_;
  QueueHandle queue_;
};

}  // namespace pawl::internal::rdkafka

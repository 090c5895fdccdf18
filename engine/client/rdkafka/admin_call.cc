#include "client/rdkafka/admin_call.h"

#include "client/rdkafka/error.h"

#include <algorithm>
#include <utility>

namespace pawl::internal::rdkafka {

AdminCall::AdminCall(rd_kafka_t* client, rd_kafka_admin_op_t operation, std::string what,
                     std::chrono::milliseconds timeout)
    : client_(client),
      what_(std::move(what)),
      deadline_(timeout),
      options_(rd_kafka_AdminOptions_new(client, operation)),
      queue_(rd_kafka_queue_new(client)) {
  // Longer waits than the library's limit end at ours all the same.
  rd_kafka_AdminOptions_set_request_timeout(options_.get(), std::max(deadline_.remaining_ms(), 1),
                                            nullptr, 0);
}

void AdminCall::set_isolation(rd_kafka_IsolationLevel_t level) {
  const ErrorHandle ignored(rd_kafka_AdminOptions_set_isolation_level(options_.get(), level));
}

Result<EventHandle> AdminCall::answer() {
  EventHandle event(rd_kafka_queue_poll(queue_.get(), deadline_.remaining_ms()));
  if (event == nullptr) {
    return Error{ErrorKind::retriable, what_ + ": no answer from Kafka in time"};
  }
  const rd_kafka_resp_err_t code = rd_kafka_event_error(event.get());
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return to_error(code, what_, rd_kafka_event_error_string(event.get()));
  }
  return event;
}

}  // namespace pawl::internal::rdkafka

// What to do about a failed call of librdkafka: one table from its codes to ErrorKind. Where the
// library itself says what helps, that counts: is_retriable, txn_requires_abort, is_fatal are
// `retriable`, `abort_transaction` and `fatal`. Two groups of codes stand above that, because no
// other remedy exists: authorization and unusable requests are always `fatal`, and a client that
// was overtaken is `fenced` (destroy it, make a new one). Thread rule: pure functions.
// Source: KIP-360, KIP-447, rdkafka_txnmgr.c.
#pragma once

#include "client/rdkafka/handles.h"

#include <pawl/model/error.h>
#include <pawl/model/result.h>

#include <string_view>

namespace pawl::internal::rdkafka {

// Returns: the remedy for a code that comes without flags. Unlisted codes are fatal: going on with
// an answer that nobody has thought about could commit a wrong result.
[[nodiscard]] ErrorKind kind_of(rd_kafka_resp_err_t code);

// Returns: whether access was refused: the message then names the resource.
[[nodiscard]] bool is_authorization(rd_kafka_resp_err_t code);

// Returns: whether a topic or partition does not exist (any more).
[[nodiscard]] bool is_missing_topic(rd_kafka_resp_err_t code);

// `what`: what was tried, with the resource's name: it becomes the front of the message.
[[nodiscard]] Error to_error(rd_kafka_resp_err_t code, std::string_view what);
// With the library's own explanation instead of the code's.
[[nodiscard]] Error to_error(rd_kafka_resp_err_t code, std::string_view what,
                             std::string_view explanation);
// Requires: not null.
[[nodiscard]] Error to_error(const rd_kafka_error_t* error, std::string_view what);
// Null is success.
[[nodiscard]] Result<void> to_result(ErrorHandle error, std::string_view what);

// Returns: the remedy for a record that could not be delivered. What would fail again in the same
// way (too large, no such topic, refused) is fatal, the rest goes away with an abort.
[[nodiscard]] Error delivery_error(rd_kafka_resp_err_t code, std::string_view topic,
                                   std::int32_t partition);

}  // namespace pawl::internal::rdkafka

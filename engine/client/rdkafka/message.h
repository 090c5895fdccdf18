// Conversions between librdkafka's messages and records. A fetched message becomes a ConsumedRecord
// without copying: the record views the message and frees it. Headers are converted only when there
// are any. Thread rule: pure functions.
#pragma once

#include "client/consumer.h"
#include "client/rdkafka/handles.h"

#include <memory>

namespace pawl::internal::rdkafka {

using MessageHandle = std::unique_ptr<rd_kafka_message_t, Deleter<rd_kafka_message_destroy>>;

// Takes over `message`. Requires: it carries no error.
[[nodiscard]] ConsumedRecord to_consumed_record(rd_kafka_message_t* message);

// Returns: null when there are none.
[[nodiscard]] HeadersHandle to_native_headers(const Headers& headers);

}  // namespace pawl::internal::rdkafka

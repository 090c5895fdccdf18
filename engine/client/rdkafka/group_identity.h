// Conversions of a group member's identity between pawl and librdkafka, where it is opaque. Thread
// rule: pure functions, but member_identity() asks the client's own thread.
#pragma once

#include "client/producer.h"
#include "client/rdkafka/handles.h"

#include <memory>

namespace pawl::internal::rdkafka {

// Returns: what the client is at this moment; member empty or generation -1 between memberships.
[[nodiscard]] GroupIdentity member_identity(rd_kafka_t* client);

// Returns: librdkafka's form, its own where there is one.
[[nodiscard]] std::shared_ptr<const rd_kafka_consumer_group_metadata_t> to_native_identity(
    const GroupIdentity& identity);

}  // namespace pawl::internal::rdkafka

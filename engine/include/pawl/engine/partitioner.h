// The partition of a key, as every Kafka client computes it: murmur2 with Kafka's seed, made
// positive, modulo. Source: org.apache.kafka.common.utils.Utils.murmur2, BuiltInPartitioner. Thread
// rule: any thread.
#pragma once

#include <pawl/model/bytes.h>
#include <pawl/model/ids.h>

#include <cstdint>

namespace pawl {

// Returns: the signed 32-bit hash that Java computes.
std::int32_t murmur2(BytesView key);

// Requires: partitions > 0.
PartitionId partition_of_key(BytesView key, std::int32_t partitions);

}  // namespace pawl

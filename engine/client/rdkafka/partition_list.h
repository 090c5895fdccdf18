// Conversions between pawl's partitions and offsets and librdkafka's lists of them. Thread rule:
// pure functions.
#pragma once

#include "client/producer.h"
#include "client/rdkafka/handles.h"

#include <pawl/model/topic_partition.h>

#include <span>

namespace pawl::internal::rdkafka {

[[nodiscard]] PartitionListHandle make_partition_list(std::span<const TopicPartition> partitions);
// With offset, leader epoch and metadata, ready to be committed.
[[nodiscard]] PartitionListHandle make_offset_list(std::span<const OffsetToCommit> offsets);

[[nodiscard]] inline std::span<const rd_kafka_topic_partition_t> elements(
    const rd_kafka_topic_partition_list_t& list) {
  return {list.elems, static_cast<std::size_t>(list.cnt)};
}
[[nodiscard]] TopicPartition to_topic_partition(const rd_kafka_topic_partition_t& element);

}  // namespace pawl::internal::rdkafka

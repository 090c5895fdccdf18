#include "client/rdkafka/partition_list.h"

#include <cstring>

namespace pawl::internal::rdkafka {
namespace {

rd_kafka_topic_partition_t* add(rd_kafka_topic_partition_list_t* list,
                                const TopicPartition& where) {
  return rd_kafka_topic_partition_list_add(list, where.topic.c_str(), where.partition.value());
}

}  // namespace

PartitionListHandle make_partition_list(std::span<const TopicPartition> partitions) {
  PartitionListHandle list(rd_kafka_topic_partition_list_new(static_cast<int>(partitions.size())));
  for (const TopicPartition& where : partitions) {
    add(list.get(), where);
  }
  return list;
}

PartitionListHandle make_offset_list(std::span<const OffsetToCommit> offsets) {
  PartitionListHandle list(rd_kafka_topic_partition_list_new(static_cast<int>(offsets.size())));
  for (const OffsetToCommit& commit : offsets) {
    rd_kafka_topic_partition_t* const element = add(list.get(), commit.where);
    element->offset = commit.offset.value();
    rd_kafka_topic_partition_set_leader_epoch(element, commit.leader_epoch.value());
    if (!commit.metadata.empty()) {
      // Freed with the list.
      element->metadata = rd_kafka_mem_malloc(nullptr, commit.metadata.size());
      element->metadata_size = commit.metadata.size();
      std::memcpy(element->metadata, commit.metadata.data(), commit.metadata.size());
    }
  }
  return list;
}

TopicPartition to_topic_partition(const rd_kafka_topic_partition_t& element) {
  return {element.topic, PartitionId(element.partition)};
}

}  // namespace pawl::internal::rdkafka

// Consumer: ConsumerClient on librdkafka. Partitions are assigned by hand; the group id serves
// reading committed offsets only, the group is never joined.
//
// Invariants: (1) After unassign(), seek() and pause() nothing that was read before is delivered:
// librdkafka's version barrier; besides, offsets of a partition only ever rise between two seeks.
// (2) Only what this object paused is resumed: resuming anything else makes librdkafka fetch it
// again (its #4637). Thread rule: owner thread only. Lifetime: delivered records die before the
// consumer.
#pragma once

#include "client/consumer.h"
#include "client/rdkafka/instance.h"

#include <pawl/model/thread_checker.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace pawl::internal::rdkafka {

class Consumer final : public ConsumerClient {
 public:
  explicit Consumer(std::shared_ptr<Instance> instance);

  Result<void> assign(std::span<const PartitionStart> partitions) override;
  Result<void> unassign(std::span<const TopicPartition> partitions) override;
  Result<void> pause(std::span<const TopicPartition> partitions) override;
  Result<void> resume(std::span<const TopicPartition> partitions) override;
  Result<void> seek(const TopicPartition& where, Offset offset) override;
  Result<void> poll(std::chrono::milliseconds timeout, std::size_t records_max,
                    ConsumerSink& sink) override;
  Result<std::map<TopicPartition, CommittedOffset>> committed(
      std::span<const TopicPartition> partitions, std::chrono::milliseconds timeout) override;

 private:
  struct Partition {
    PartitionToken token = 0;
    // No record below this is delivered.
    std::int64_t next = 0;
    bool paused = false;
  };
  // What librdkafka's messages carry instead of a name.
  using NativePartition = std::pair<const rd_kafka_topic_t*, std::int32_t>;

  Result<void> change_pause(std::span<const TopicPartition> partitions, bool pause);
  Result<void> reassign(const TopicPartition& where, Partition& partition, Offset offset);
  [[nodiscard]] Partition* find(const rd_kafka_message_t& message);
  // Returns: how many messages there are now in buffer_.
  std::size_t fetch(std::chrono::milliseconds timeout, std::size_t records_max);
  void deliver(rd_kafka_message_t* message, Partition& partition, ConsumerSink& sink);
  Result<void> handle(const rd_kafka_message_t& message, ConsumerSink& sink);
  // Names of partitions point into librdkafka's memory: forget them when the assignment changes.
  void forget_lookups();

  std::shared_ptr<Instance> instance_;
  QueueHandle queue_;
  ThreadChecker owner_;
  std::map<TopicPartition, Partition> partitions_;
  std::map<NativePartition, Partition*> lookup_;
  // Records come in runs of one partition.
  NativePartition last_{nullptr, 0};
  Partition* last_partition_ = nullptr;
  std::vector<rd_kafka_message_t*> buffer_;
};

}  // namespace pawl::internal::rdkafka

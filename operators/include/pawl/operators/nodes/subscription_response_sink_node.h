// SubscriptionResponseSinkNode: sends the answers of a foreign-key join to the partition in which
// the left row lies, whatever partitioner its topic was written with, or to the one that the join's
// own partitioner chooses.
// Source: KTableImpl.doJoinOnForeignKey, defaultForeignResponseSinkPartitioner. Thread rule: owner
// thread only.
#pragma once

#include <pawl/engine/node.h>
#include <pawl/engine/processing_context.h>
#include <pawl/engine/receiver.h>
#include <pawl/operators/foreign_key/subscription_codec.h>
#include <pawl/operators/table_joined.h>

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace pawl::internal {

template <class K, class VO>
class SubscriptionResponseSinkNode final : public Node,
                                           public Receiver<K, SubscriptionResponse<VO>> {
 public:
  SubscriptionResponseSinkNode(std::string name, std::string topic, Serde<K> key, Serde<VO> value,
                               KeyPartitioner<K> partitioner)
      : Node(std::move(name)),
        topic_(std::move(topic)),
        key_(std::move(key)),
        value_(std::move(value)),
        partitioner_(std::move(partitioner)) {}

  void connect(Node& /*child*/) override { PAWL_ASSERT(false, name()); }
  void init(ProcessingContext& context) override {
    context_ = &context;
    topic_ = context.internal_topic(topic_);
    response_.emplace(subscription_response_serde(
        value_, context.compatibility() == Compatibility::kafka_streams_4_3
                    ? EmptyForeignValues::as_none
                    : EmptyForeignValues::as_values));
  }

  void receive(const Record<K, SubscriptionResponse<VO>>& record) override {
    key_bytes_.clear();
    key_.encode(*record.key, key_bytes_);
    value_bytes_.clear();
    response_->encode(*record.value, value_bytes_);
    OutputRecord output;
    output.topic = &topic_;
    output.partition = partitioner_ ? chosen(*record.key) : record.value->primary_partition;
    output.key = key_bytes_;
    output.value = value_bytes_;
    output.timestamp = record.timestamp;
    output.headers = record.headers;
    context_->outputs().send(output);
  }

 private:
  PartitionId chosen(const K& key) const {
    const std::int32_t partitions = context_->outputs().partition_count(topic_);
    const PartitionId partition = partitioner_(key, partitions);
    if (partition.value() < 0 || partition.value() >= partitions) {
      throw std::out_of_range("the partitioner of foreign-key join sink '" + name() +
                              "' chose partition " + std::to_string(partition.value()) +
                              " of topic '" + topic_ + "', which has " +
                              std::to_string(partitions));
    }
    return partition;
  }

  std::string topic_;
  Serde<K> key_;
  Serde<VO> value_;
  KeyPartitioner<K> partitioner_;
  std::optional<Serde<SubscriptionResponse<VO>>> response_;
  ProcessingContext* context_ = nullptr;
  Bytes key_bytes_;
  Bytes value_bytes_;
};

}  // namespace pawl::internal

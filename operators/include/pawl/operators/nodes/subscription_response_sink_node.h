// SubscriptionResponseSinkNode: sends the answers of a foreign-key join to the partition in which
// the left row lies, whatever partitioner its topic was written with.
// Source: KTableImpl.doJoinOnForeignKey, defaultForeignResponseSinkPartitioner. Thread rule: owner
// thread only.
#pragma once

#include <pawl/engine/node.h>
#include <pawl/engine/processing_context.h>
#include <pawl/engine/receiver.h>
#include <pawl/operators/foreign_key/subscription_codec.h>

#include <optional>
#include <string>
#include <utility>

namespace pawl::internal {

template <class K, class VO>
class SubscriptionResponseSinkNode final : public Node,
                                           public Receiver<K, SubscriptionResponse<VO>> {
 public:
  SubscriptionResponseSinkNode(std::string name, std::string topic, Serde<K> key, Serde<VO> value)
      : Node(std::move(name)),
        topic_(std::move(topic)),
        key_(std::move(key)),
        value_(std::move(value)) {}

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
    output.partition = record.value->primary_partition;
    output.key = key_bytes_;
    output.value = value_bytes_;
    output.timestamp = record.timestamp;
    output.headers = record.headers;
    context_->outputs().send(output);
  }

 private:
  std::string topic_;
  Serde<K> key_;
  Serde<VO> value_;
  std::optional<Serde<SubscriptionResponse<VO>>> response_;
  ProcessingContext* context_ = nullptr;
  Bytes key_bytes_;
  Bytes value_bytes_;
};

}  // namespace pawl::internal

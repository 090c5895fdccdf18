// SinkNode: where records leave a task: encodes key and value and hands them to the output
// collector. Thread rule: owner thread only.
#pragma once

#include <pawl/engine/node.h>
#include <pawl/engine/partitioner.h>
#include <pawl/engine/processing_context.h>
#include <pawl/engine/receiver.h>
#include <pawl/serde/serde.h>

#include <functional>
#include <string>
#include <utility>

namespace pawl {

// Chooses the topic of each record. The topic must exist. Thread rule: called from several threads
// at once.
template <class K, class V>
using TopicChooser =
    std::function<std::string(const Record<K, V>& record, const RecordCoordinates& coordinates)>;

enum class TopicOwner { user, internal };

template <class K, class V>
class SinkNode final : public Node, public Receiver<K, V> {
 public:
  SinkNode(std::string name, std::string topic, TopicOwner owner, TopicChooser<K, V> chooser,
           Serde<K> key, Serde<V> value)
      : Node(std::move(name)),
        topic_(std::move(topic)),
        owner_(owner),
        chooser_(std::move(chooser)),
        key_(std::move(key)),
        value_(std::move(value)) {}

  void connect(Node& /*child*/) override { PAWL_ASSERT(false, name()); }
  void init(ProcessingContext& context) override {
    context_ = &context;
    if (owner_ == TopicOwner::internal) {
      topic_ = context.internal_topic(topic_);
    }
  }

  void receive(const Record<K, V>& record) override {
    if (chooser_) {
      topic_ = chooser_(record, context_->coordinates());
    }
    OutputRecord output;
    output.topic = &topic_;
    output.timestamp = record.timestamp;
    output.headers = record.headers;
    if (record.key != nullptr) {
      key_bytes_.clear();
      key_.encode(*record.key, key_bytes_);
      output.key = key_bytes_;
      if (key_.codec().chooses_partition()) {
        output.partition = partition_of_key(key_.codec().partition_key(key_bytes_),
                                            context_->outputs().partition_count(topic_));
      }
    }
    if (record.value != nullptr) {
      value_bytes_.clear();
      value_.encode(*record.value, value_bytes_);
      output.value = value_bytes_;
    }
    context_->outputs().send(output);
  }

 private:
  std::string topic_;
  TopicOwner owner_;
  TopicChooser<K, V> chooser_;
  Serde<K> key_;
  Serde<V> value_;
  ProcessingContext* context_ = nullptr;
  Bytes key_bytes_;
  Bytes value_bytes_;
};

}  // namespace pawl

// SinkNode: where records leave a task: encodes key and value and hands them to the output
// collector. Thread rule: owner thread only.
#pragma once

#include <pawl/engine/node.h>
#include <pawl/engine/partitioner.h>
#include <pawl/engine/processing_context.h>
#include <pawl/engine/receiver.h>
#include <pawl/engine/stream_partitioner.h>
#include <pawl/serde/serde.h>

#include <functional>
#include <stdexcept>
#include <string>
#include <utility>

namespace pawl {

// Chooses the topic of each record. The topic must exist. Thread rule: called from several threads
// at once.
template <class K, class V>
using TopicChooser =
    std::function<std::string(const Record<K, V>& record, const RecordCoordinates& coordinates)>;

enum class TopicOwner { user, internal };

// What of a windowed key chooses the partition where no partitioner does. Other keys: all of it.
// Source: WindowedStreamPartitioner, which Kafka Streams puts behind the DSL's sinks only.
enum class WindowedKeys { whole, without_window };

template <class K, class V>
class SinkNode final : public Node, public Receiver<K, V> {
 public:
  SinkNode(std::string name, std::string topic, TopicOwner owner, TopicChooser<K, V> chooser,
           Serde<K> key, Serde<V> value, StreamPartitioner<K, V> partitioner = {},
           WindowedKeys windowed_keys = WindowedKeys::whole)
      : Node(std::move(name)),
        topic_(std::move(topic)),
        owner_(owner),
        chooser_(std::move(chooser)),
        key_(std::move(key)),
        value_(std::move(value)),
        partitioner_(std::move(partitioner)),
        without_window_(!partitioner_ && windowed_keys == WindowedKeys::without_window &&
                        key_.codec().chooses_partition()) {}

  void connect(Node& /*child*/) override { PAWL_ASSERT(false, name()); }
  void init(ProcessingContext& context) override {
    context_ = &context;
    if (owner_ == TopicOwner::internal) {
      topic_ = context.internal_topic(topic_);
    }
    if (partitioner_) {
      dropped_ = &context.dropped_counter("partitioner");
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
      if (without_window_) {
        output.partition = partition_of_key(key_.codec().partition_key(key_bytes_),
                                            context_->outputs().partition_count(topic_));
      }
    }
    if (record.value != nullptr) {
      value_bytes_.clear();
      value_.encode(*record.value, value_bytes_);
      output.value = value_bytes_;
    }
    if (partitioner_) {
      send_where_chosen(record, output);
    } else {
      context_->outputs().send(output);
    }
  }

 private:
  void send_where_chosen(const Record<K, V>& record, OutputRecord& output) {
    OutputCollector& outputs = context_->outputs();
    const std::int32_t partitions = outputs.partition_count(topic_);
    const PartitionChoice choice = partitioner_(record, topic_, partitions);
    // All before the first: of a record that is skipped no copy is sent.
    choice.for_each([&](std::optional<PartitionId> partition) {
      if (partition.has_value() && (partition->value() < 0 || partition->value() >= partitions)) {
        throw std::out_of_range("the partitioner of sink '" + name() + "' chose partition " +
                                std::to_string(partition->value()) + " of topic '" + topic_ +
                                "', which has " + std::to_string(partitions));
      }
    });
    const std::size_t copies = choice.for_each([&](std::optional<PartitionId> partition) {
      output.partition = partition;
      outputs.send(output);
    });
    if (copies == 0) {
      dropped_->add();
    }
  }

  std::string topic_;
  TopicOwner owner_;
  TopicChooser<K, V> chooser_;
  Serde<K> key_;
  Serde<V> value_;
  StreamPartitioner<K, V> partitioner_;
  bool without_window_;
  ProcessingContext* context_ = nullptr;
  Counter* dropped_ = nullptr;
  Bytes key_bytes_;
  Bytes value_bytes_;
};

}  // namespace pawl

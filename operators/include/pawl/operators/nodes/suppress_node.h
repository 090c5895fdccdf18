// SuppressNode: holds each change of a windowed table until its window is closed: end + grace <=
// operator time, where the time follows the timestamps of the changes. Emits in the order (window
// end, key bytes), with the timestamp, headers and coordinates of the last change; deleted windows
// vanish. Source: KTableSuppressProcessorSupplier (KIP-328).
#pragma once

#include <pawl/engine/operator_node.h>
#include <pawl/model/window.h>
#include <pawl/operators/change.h>
#include <pawl/operators/suppressed.h>
#include <pawl/serde/serde.h>
#include <pawl/statestore/time_ordered_buffer.h>

#include <chrono>
#include <string>
#include <utility>

namespace pawl::internal {

template <class K, class V>
class SuppressNode final : public OperatorNode<Windowed<K>, Change<V>, Windowed<K>, Change<V>> {
 public:
  SuppressNode(std::string name, std::string store, StrictBuffer limits,
               std::chrono::milliseconds grace, bool end_inclusive, Serde<Windowed<K>> key,
               Serde<V> value)
      : OperatorNode<Windowed<K>, Change<V>, Windowed<K>, Change<V>>(std::move(name)),
        store_name_(std::move(store)),
        limits_(std::move(limits)),
        grace_(grace),
        end_inclusive_(end_inclusive),
        key_(std::move(key)),
        value_(std::move(value)) {}

  void receive(const Record<Windowed<K>, Change<V>>& record) override {
    time_->advance(record.timestamp);
    buffer(record);
    buffer_->evict_until(
        time_->value() - grace_,
        [this](BytesView key, const BufferedChange& change) { emit(key, change); });
    if (buffer_->records() > limits_.records_max() || buffer_->bytes() > limits_.bytes_max()) {
      throw ProcessingStopped(
          {ErrorKind::fatal, this->name() + " buffer exceeded its max capacity. Currently [" +
                                 std::to_string(buffer_->records()) + "/" +
                                 std::to_string(limits_.records_max()) + "] records and [" +
                                 std::to_string(buffer_->bytes()) + "/" +
                                 std::to_string(limits_.bytes_max()) +
                                 "] bytes. Remedy: a larger or unbounded buffer"});
    }
  }

 protected:
  void opened(ProcessingContext& context) override {
    buffer_ = dynamic_cast<TimeOrderedBuffer*>(&context.state_store(store_name_));
    PAWL_ASSERT(buffer_ != nullptr, store_name_);
    time_ = &context.operator_time();
    // A window that contains its end still takes events at end + grace; Kafka Streams emits it
    // then.
    if (end_inclusive_ && context.compatibility() == Compatibility::native) {
      grace_ += std::chrono::milliseconds(1);
    }
  }

 private:
  void buffer(const Record<Windowed<K>, Change<V>>& record) {
    key_bytes_.clear();
    key_.encode(*record.key, key_bytes_);
    BufferedChange change;
    if (record.value->old_value != nullptr) {
      value_.encode(*record.value->old_value, change.old_value.emplace());
    }
    if (record.value->new_value != nullptr) {
      value_.encode(*record.value->new_value, change.new_value.emplace());
    }
    const RecordCoordinates& where = this->context().coordinates();
    if (topic_ != where.topic) {
      topic_ = buffer_->intern(where.topic);
    }
    change.context = {record.timestamp, where.offset, topic_, where.partition, *record.headers};
    buffer_->put(record.key->window.end, key_bytes_, std::move(change));
  }

  void emit(BytesView key, const BufferedChange& change) {
    if (!change.new_value.has_value()) {
      return;
    }
    decode(key_.decode(key, windowed_));
    decode(value_.decode(*change.new_value, new_));
    if (change.old_value.has_value()) {
      decode(value_.decode(*change.old_value, old_));
    }
    const Change<V> emitted{&new_, change.old_value.has_value() ? &old_ : nullptr};
    ProcessingContext& context = this->context();
    const WriteContext written = context.write_context();
    context.write_context() = {change.context.timestamp, &change.context.headers};
    const RecordCoordinates coordinates = context.exchange_coordinates(
        {change.context.topic, change.context.partition, change.context.offset, LeaderEpoch(-1)});
    this->forward({&windowed_, &emitted, change.context.timestamp, &change.context.headers});
    context.exchange_coordinates(coordinates);
    context.write_context() = written;
  }

  void decode(const Result<void>& decoded) const {
    if (!decoded.has_value()) {
      throw StoreFailure(
          {ErrorKind::fatal, "store " + store_name_ + ": " + decoded.error().message});
    }
  }

  std::string store_name_;
  StrictBuffer limits_;
  std::chrono::milliseconds grace_;
  bool end_inclusive_;
  Serde<Windowed<K>> key_;
  Serde<V> value_;
  TimeOrderedBuffer* buffer_ = nullptr;
  OperatorTime* time_ = nullptr;
  std::string_view topic_;
  Bytes key_bytes_;
  Windowed<K> windowed_{};
  V new_{};
  V old_{};
};

}  // namespace pawl::internal

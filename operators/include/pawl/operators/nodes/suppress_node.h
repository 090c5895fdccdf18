// SuppressNode: holds each change of a table until its time has come: buffer time + wait <=
// operator time, where the operator time follows the timestamps of the changes. Emits in the order
// (buffer time, key bytes), with the timestamp, headers and coordinates of the last change, which
// is also what is dead-lettered when those behind throw. A key that is held keeps the buffer time
// of its first change.
//
// The old value of an emitted change: natively the value the table had before the first change that
// was held, which is what those behind have seen; under kafka_streams_4_3 that before the last one,
// as Kafka Streams has it.
// Source: KTableSuppressProcessorSupplier (KIP-328). Thread rule: owner thread only.
#pragma once

#include <pawl/engine/operator_node.h>
#include <pawl/engine/other_record_in_hand.h>
#include <pawl/model/window.h>
#include <pawl/operators/change.h>
#include <pawl/operators/nodes/buffer_codec.h>
#include <pawl/operators/suppressed.h>
#include <pawl/statestore/time_ordered_buffer.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace pawl::internal {

// Final results: the time of a change is the end of its window, and deleted windows vanish.
struct WindowEndTime {
  static constexpr bool kDropsDeletions = true;
  template <class K, class V>
  static Timestamp of(const Record<Windowed<K>, V>& record) {
    return record.key->window.end;
  }
};

// Fewer results: the time of a change is its timestamp.
struct ChangeTime {
  static constexpr bool kDropsDeletions = false;
  template <class K, class V>
  static Timestamp of(const Record<K, V>& record) {
    return record.timestamp;
  }
};

struct SuppressRules {
  std::chrono::milliseconds wait;
  std::size_t records_max;
  std::size_t bytes_max;
  WhenFull when_full;
  bool end_inclusive = false;  // of windows: the end belongs to the window
};

template <class K, class V, class BufferTime>
class SuppressNode final : public OperatorNode<K, Change<V>, K, Change<V>> {
 public:
  SuppressNode(std::string name, const SuppressRules& rules, const BufferCodec<K, V>& codec)
      : OperatorNode<K, Change<V>, K, Change<V>>(std::move(name)), rules_(rules), codec_(codec) {}

  void receive(const Record<K, Change<V>>& record) override {
    time_->advance(record.timestamp);
    hold(record);
    const auto emit = [this](BytesView key, const BufferedChange& change) {
      this->emit(key, change);
    };
    buffer_->evict_until(time_->value() - rules_.wait, emit);
    while (over_capacity()) {
      if (rules_.when_full == WhenFull::stop) {
        stop();
      }
      buffer_->evict_first(emit);
    }
  }

 protected:
  void opened(ProcessingContext& context) override {
    buffer_ = &codec_.open(context);
    time_ = &context.operator_time();
    java_ = context.compatibility() == Compatibility::kafka_streams_4_3;
    // A window that contains its end still takes events at end + grace; Kafka Streams emits it
    // then.
    if (rules_.end_inclusive && !java_) {
      rules_.wait += std::chrono::milliseconds(1);
    }
  }

 private:
  [[nodiscard]] bool over_capacity() const {
    return buffer_->records() > rules_.records_max || buffer_->bytes() > rules_.bytes_max;
  }

  [[noreturn]] void stop() const {
    throw ProcessingStopped(
        {ErrorKind::fatal,
         this->name() + " buffer exceeded its max capacity. Currently [" +
             std::to_string(buffer_->records()) + "/" + std::to_string(rules_.records_max) +
             "] records and [" + std::to_string(buffer_->bytes()) + "/" +
             std::to_string(rules_.bytes_max) + "] bytes. Remedy: a larger or unbounded buffer"});
  }

  void hold(const Record<K, Change<V>>& record) {
    BufferedChange change;
    codec_.encode(record.value->old_value, change.old_value);
    codec_.encode(record.value->new_value, change.new_value);
    const RecordCoordinates& where = this->context().coordinates();
    if (topic_ != where.topic) {
      topic_ = buffer_->intern(where.topic);
    }
    change.context = {record.timestamp, where.offset, topic_, where.partition, *record.headers};
    buffer_->put(BufferTime::of(record), codec_.key_bytes(*record.key), std::move(change));
  }

  void emit(BytesView key, const BufferedChange& change) {
    if (BufferTime::kDropsDeletions && !change.new_value.has_value()) {
      return;
    }
    codec_.decode_key(key, key_);
    const Change<V> emitted{codec_.decode(change.new_value, new_),
                            codec_.decode(java_ ? change.old_value : change.prior, old_)};
    const BufferedContext& held = change.context;
    const OtherRecordInHand in_hand(
        this->context(), {held.timestamp, &held.headers},
        {held.topic, held.partition, held.offset, LeaderEpoch(-1)}, NullableBytesView(key),
        change.new_value.has_value() ? NullableBytesView(*change.new_value) : std::nullopt);
    this->forward({&key_, &emitted, held.timestamp, &held.headers});
  }

  SuppressRules rules_;
  BufferCodec<K, V> codec_;
  TimeOrderedBuffer* buffer_ = nullptr;
  OperatorTime* time_ = nullptr;
  bool java_ = false;
  std::string_view topic_;
  K key_{};
  V new_{};
  V old_{};
};

}  // namespace pawl::internal

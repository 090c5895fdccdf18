// StreamTableGraceJoinNode: a stream joined with a versioned table, where each record of the stream
// waits until no table update of its time is expected any more: until the operator time, which
// follows the records of the stream, is `grace` past it. Then it is joined with the table's value
// at its own time. Results come in the order of their records' times; a record that is later than
// grace is joined at once. Results have the record's own timestamp, headers and coordinates. A
// record whose join throws is lost alone; under kafka_streams_4_3 it stays, and those that would
// make it leave are lost in its place, as in Kafka Streams.
//
// A record without a value is dropped, and so is one without a key, counted; a left join passes the
// latter on at once with no table value (Kafka Streams fails: it cannot buffer it).
// Source: KStreamKTableJoinProcessor, RocksDBTimeOrderedKeyValueBuffer (KIP-923).
// Thread rule: owner thread only.
#pragma once

#include <pawl/engine/operator_node.h>
#include <pawl/engine/other_record_in_hand.h>
#include <pawl/model/assert.h>
#include <pawl/operators/stream_table_joiner.h>
#include <pawl/operators/table_lookup.h>
#include <pawl/operators/user_function.h>
#include <pawl/serde/serde.h>
#include <pawl/statestore/record_buffer.h>

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace pawl::internal {

// The store of waiting records, how long they wait, and how they are kept.
template <class K, class V>
struct GraceBuffer {
  std::string store;
  std::chrono::milliseconds grace;
  Serde<K> key;
  Serde<V> value;
};

template <class K, class V, class VTable, class VOut, class Joiner>
class StreamTableGraceJoinNode final : public OperatorNode<K, V, K, VOut> {
 public:
  StreamTableGraceJoinNode(std::string name, JoinKind kind, Joiner joiner,
                           std::unique_ptr<TableLookup<K, VTable>> table, GraceBuffer<K, V> waiting)
      : OperatorNode<K, V, K, VOut>(std::move(name)),
        kind_(kind),
        joiner_(std::move(joiner)),
        table_(std::move(table)),
        waiting_(std::move(waiting)) {}

  void receive(const Record<K, V>& record) override {
    if (record.value == nullptr || (record.key == nullptr && kind_ == JoinKind::inner)) {
      this->drop(record, record.value == nullptr ? null_values_ : null_keys_);
      return;
    }
    if (record.key == nullptr && java_) {
      throw std::invalid_argument("a record without a key cannot wait for its join");
    }
    if (record.key == nullptr || record.timestamp < time_->value() - waiting_.grace) {
      join(record);
      return;
    }
    time_->advance(record.timestamp);
    buffer(record);
    if (drops_ != time_->drops()) {  // what had left is back
      drops_ = time_->drops();
      evicted_until_ = Timestamp(0);
    }
    const Timestamp bound = time_->value() - waiting_.grace;
    buffer_->evict(evicted_until_, bound,
                   [this](BytesView key, BytesView value, const BufferedContext& context) {
                     emit(key, value, context);
                   });
    evicted_until_ = std::max(evicted_until_, bound);
  }

 protected:
  void opened(ProcessingContext& context) override {
    table_->open(context, TableReading::latest);
    auto* const store = dynamic_cast<KeyValueStore*>(&context.state_store(waiting_.store));
    PAWL_ASSERT(store != nullptr, waiting_.store);
    buffer_.emplace(*store);
    time_ = &context.operator_time();
    null_keys_ = DropReason(context, "null_key");
    null_values_ = DropReason(context, "null_value");
    java_ = context.compatibility() == Compatibility::kafka_streams_4_3;
  }

 private:
  void buffer(const Record<K, V>& record) {
    key_bytes_.clear();
    waiting_.key.encode(*record.key, key_bytes_);
    value_bytes_.clear();
    waiting_.value.encode(*record.value, value_bytes_);
    const RecordCoordinates& where = this->context().coordinates();
    buffer_->put(key_bytes_, value_bytes_,
                 {record.timestamp, where.offset, where.topic, where.partition, *record.headers});
  }

  void emit(BytesView key_bytes, BytesView value_bytes, const BufferedContext& buffered) {
    check(waiting_.key.decode(key_bytes, key_));
    check(waiting_.value.decode(value_bytes, value_));
    const OtherRecordInHand in_hand(
        this->context(), {buffered.timestamp, &buffered.headers},
        {buffered.topic, buffered.partition, buffered.offset, LeaderEpoch(-1)},
        NullableBytesView(key_bytes), NullableBytesView(value_bytes));
    const Record<K, V> record{&key_, &value_, buffered.timestamp, &buffered.headers};
    if (java_) {
      join(record);  // what it throws is blamed on the record that made this one leave
    } else {
      in_hand.process(*this, [&] { join(record); });
    }
  }

  void join(const Record<K, V>& record) {
    const bool found =
        record.key != nullptr && table_->get_as_of(*record.key, record.timestamp, row_);
    if (!found && kind_ == JoinKind::inner) {
      return;
    }
    const auto joined = call_stream_table_joiner<Joiner, K, V, VTable>(
        joiner_, record.key, *record.value, found ? &row_.value : nullptr);
    this->forward(record.with_value(pointer_to(joined)));
  }

  void check(const Result<void>& decoded) const {
    if (!decoded.has_value()) {
      throw StoreFailure(
          {ErrorKind::fatal, "store " + waiting_.store + ": " + decoded.error().message});
    }
  }

  JoinKind kind_;
  Joiner joiner_;
  std::unique_ptr<TableLookup<K, VTable>> table_;
  GraceBuffer<K, V> waiting_;
  std::optional<RecordBuffer> buffer_;
  OperatorTime* time_ = nullptr;
  Timestamp evicted_until_ = Timestamp(0);  // nothing earlier than this is in the buffer
  std::uint64_t drops_ = 0;
  ValueAndTimestamp<VTable> row_{};
  K key_{};
  V value_{};
  Bytes key_bytes_;
  Bytes value_bytes_;
  DropReason null_keys_;
  DropReason null_values_;
  bool java_ = false;
};

}  // namespace pawl::internal

// DeduplicateNode: passes the first event of an id, keeps repetitions back or gives them to a
// second child.
//
// Store row: id, event time -> i64 offset ‖ i32 hash of the topic of the first event. Under
// at_least_once a record can be processed again with its own row already stored; the offset tells
// that from a repetition (KIP-655).
#pragma once

#include <pawl/engine/metric_names.h>
#include <pawl/engine/operator_node.h>
#include <pawl/engine/partitioner.h>
#include <pawl/operators/deduplication.h>
#include <pawl/operators/user_function.h>
#include <pawl/serde/serde.h>
#include <pawl/statestore/window_store.h>

#include <chrono>
#include <string>
#include <type_traits>
#include <utility>

namespace pawl::internal {

// Turns a record into the bytes of its event's id.
template <class K, class V, class Id>
class EventId {
 public:
  explicit EventId(Id function)
      : function_(std::move(function)), serde_(default_serde<RecordResult<Id, K, V>>()) {}
  bool encode(const Record<K, V>& record, Bytes& out) const {
    serde_.encode(call_with_record<Id, K, V>(function_, record.key, record.value), out);
    return true;
  }

 private:
  Id function_;
  Serde<RecordResult<Id, K, V>> serde_;
};
template <class K, class V>
class EventId<K, V, KeyIsId> {
 public:
  explicit EventId(Serde<K> serde) : serde_(std::move(serde)) {}
  // Returns: false when the record has no key.
  bool encode(const Record<K, V>& record, Bytes& out) const {
    if (record.key == nullptr) {
      return false;
    }
    serde_.encode(*record.key, out);
    return true;
  }

 private:
  Serde<K> serde_;
};

enum class Duplicates { dropped, to_second_child };

template <class K, class V, class Id>
class DeduplicateNode final : public OperatorNode<K, V, K, V> {
 public:
  DeduplicateNode(std::string name, EventId<K, V, Id> id, std::chrono::milliseconds within,
                  std::string store, Duplicates duplicates)
      : OperatorNode<K, V, K, V>(std::move(name)),
        id_(std::move(id)),
        within_(within),
        store_name_(std::move(store)),
        duplicates_(duplicates) {}

  void receive(const Record<K, V>& record) override {
    id_bytes_.clear();
    if (!id_.encode(record, id_bytes_)) {
      this->drop(record, null_keys_);
      return;
    }
    processed_->add();
    time_->advance(record.timestamp);
    const bool timed = processed_->value() % kTimedOneIn == 0;
    const MonotonicTime begin = timed ? this->context().clock().monotonic() : MonotonicTime(0);
    const bool duplicate = is_duplicate(record.timestamp);
    if (timed) {
      check_duration_->add(this->context().clock().monotonic() - begin);
    }
    if (duplicate) {
      detected_->add();
      if (duplicates_ == Duplicates::to_second_child) {
        this->outlet().forward_to(1, record);
      }
      return;
    }
    if (record.timestamp <= time_->value() - store_->retention()) {
      late_->add();  // its repetitions were forgotten, and it would be too
    } else {
      remember(record.timestamp);
    }
    if (duplicates_ == Duplicates::to_second_child) {
      this->outlet().forward_to(0, record);
    } else {
      this->forward(record);
    }
  }

 protected:
  void opened(ProcessingContext& context) override {
    store_ = dynamic_cast<WindowStore*>(&context.state_store(store_name_));
    PAWL_ASSERT(store_ != nullptr, store_name_);
    time_ = &context.operator_time();
    processed_ = &context.counter(metric_names::kDedupProcessed);
    detected_ = &context.counter(metric_names::kDedupDuplicates);
    late_ = &context.counter(metric_names::kDedupLatePassed);
    null_keys_ = DropReason(context, "null_key");
    check_duration_ = &context.histogram(metric_names::kDedupCheckDuration);
  }

 private:
  // Two clock readings per record would cost as much as the check.
  static constexpr std::uint64_t kTimedOneIn = 64;

  [[nodiscard]] bool is_duplicate(Timestamp time) {
    const Timestamp from = time - within_;
    const Timestamp to = time + within_;
    if (!store_->contains(id_bytes_, from, to)) {
      return false;
    }
    if (this->context().exactly_once()) {
      return true;
    }
    const BytesView own = first_seen();
    for (auto row = store_->fetch(id_bytes_, from, to, Direction::forward); row->valid();
         row->next()) {
      if (row->value() == own) {
        return false;  // this very record, processed again
      }
    }
    return true;
  }

  BytesView first_seen() {
    const RecordCoordinates& where = this->context().coordinates();
    if (topic_ != where.topic) {
      topic_ = where.topic;
      topic_hash_ = murmur2(where.topic);
    }
    value_.clear();
    big_endian::append_i64(where.offset.value(), value_);
    big_endian::append_i32(topic_hash_, value_);
    return value_;
  }

  void remember(Timestamp time) {
    store_->put(id_bytes_, NullableBytesView(first_seen()), time, time);
  }

  EventId<K, V, Id> id_;
  std::chrono::milliseconds within_;
  std::string store_name_;
  Duplicates duplicates_;
  WindowStore* store_ = nullptr;
  OperatorTime* time_ = nullptr;
  Bytes id_bytes_;
  Bytes value_;
  std::string topic_;
  std::int32_t topic_hash_ = 0;
  Counter* processed_ = nullptr;
  Counter* detected_ = nullptr;
  Counter* late_ = nullptr;
  DropReason null_keys_;
  DurationHistogram* check_duration_ = nullptr;
};

}  // namespace pawl::internal

// SelfJoinNode: a stream joined with itself, over one store: what the two sides of StreamJoinNode
// make, in the same order. A record meets itself, too, if it lies in its own window and is not
// older than the store keeps; Kafka Streams does not look at the window. In a left or outer join a
// late record that meets none is given out without a partner at once, and so is one without a key,
// which Kafka Streams drops. Source: KStreamKStreamSelfJoin.
#pragma once

#include <pawl/engine/operator_node.h>
#include <pawl/operators/join_windows.h>
#include <pawl/operators/stream_joiner.h>
#include <pawl/statestore/typed/stores.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace pawl::internal {

template <class K, class V, class VOut, class Joiner>
class SelfJoinNode final : public OperatorNode<K, V, K, VOut> {
 public:
  SelfJoinNode(std::string name, StreamJoinKind kind, Joiner joiner, JoinWindows windows,
               stores::Window<K, V> store)
      : OperatorNode<K, V, K, VOut>(std::move(name)),
        kind_(kind),
        joiner_(std::move(joiner)),
        windows_(windows),
        definition_(std::move(store)) {}

  void receive(const Record<K, V>& record) override {
    if (record.value == nullptr) {
      this->drop(record, null_values_);
    } else if (record.key != nullptr) {
      join(record);
    } else if (java_ || kind_ == StreamJoinKind::inner) {
      this->drop(record, null_keys_);
    } else {
      forward_joined(record, record.value, nullptr, record.timestamp);
      if (kind_ == StreamJoinKind::outer) {
        forward_joined(record, nullptr, record.value, record.timestamp);
      }
    }
  }

 protected:
  void opened(ProcessingContext& context) override {
    store_.emplace(context.store(definition_));
    time_ = &context.operator_time();
    java_ = context.compatibility() == Compatibility::kafka_streams_4_3;
    null_keys_ = DropReason(context, "null_key");
    null_values_ = DropReason(context, "null_value");
  }

 private:
  void join(const Record<K, V>& record) {
    time_->advance(record.timestamp);
    const std::chrono::milliseconds kept = windows_.size() + windows_.grace();
    // Kafka Streams leaves one millisecond out, so that a record at the edge meets others only.
    const std::chrono::milliseconds edge =
        java_ ? std::chrono::milliseconds(1) : -definition_.spec().native_slack;
    const bool is_late = record.timestamp <= time_->value() - kept + edge;
    bool meets_itself = !is_late && (java_ || windows_.contain_their_record());
    auto partner = partners(record, windows_);
    if (is_late && !java_ && kind_ != StreamJoinKind::inner && !partner.valid()) {
      forward_joined(record, record.value, nullptr, record.timestamp);
    }
    for (; partner.valid(); partner.next()) {
      forward_joined(record, record.value, &partner.value(), partner.start());
    }
    partner = partners(record, windows_.mirrored());
    if (is_late && !java_ && kind_ == StreamJoinKind::outer && !partner.valid()) {
      forward_joined(record, nullptr, record.value, record.timestamp);
    }
    for (; partner.valid(); partner.next()) {
      if (meets_itself && record.timestamp < partner.start()) {
        meets_itself = false;
        forward_joined(record, record.value, record.value, record.timestamp);
      }
      forward_joined(record, &partner.value(), record.value, partner.start());
    }
    if (meets_itself) {
      forward_joined(record, record.value, record.value, record.timestamp);
    }
  }

  auto partners(const Record<K, V>& record, const JoinWindows& windows) {
    const Timestamp end = record.timestamp + windows.after();
    return store_->fetch(*record.key, std::max(Timestamp(0), record.timestamp - windows.before()),
                         java_ ? std::max(Timestamp(0), end) : end);
  }
  void forward_joined(const Record<K, V>& record, const V* left, const V* right,
                      Timestamp partner) {
    const auto joined = call_joiner<Joiner, K, V, V>(joiner_, record.key, left, right);
    const Timestamp timestamp = std::max(record.timestamp, partner);
    this->forward({record.key, pointer_to(joined), timestamp, record.headers});
  }

  StreamJoinKind kind_;
  Joiner joiner_;
  JoinWindows windows_;
  stores::Window<K, V> definition_;
  std::optional<TypedWindowStore<K, V>> store_;
  OperatorTime* time_ = nullptr;
  bool java_ = false;
  DropReason null_keys_;
  DropReason null_values_;
};

}  // namespace pawl::internal

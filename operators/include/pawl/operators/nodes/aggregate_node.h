// AggregateNode: count, reduce and aggregate per key. Records without key or value are dropped,
// counted. The result's timestamp is the latest of all its records; records out of order count like
// any other. A null result deletes the key. In a versioned store a result that is older than the
// history is dropped, counted. Source: KStreamAggregate, KStreamReduce.
#pragma once

#include <pawl/engine/operator_node.h>
#include <pawl/operators/change.h>
#include <pawl/operators/nodes/aggregation.h>
#include <pawl/operators/nodes/change_forwarder.h>
#include <pawl/statestore/typed/stores.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace pawl::internal {

template <class K, class V, class Aggregation>
class AggregateNode final : public OperatorNode<K, V, K, Change<typename Aggregation::Aggregate>> {
  using A = typename Aggregation::Aggregate;

 public:
  AggregateNode(std::string name, Aggregation aggregation, stores::TimestampedKeyValue<K, A> store,
                bool old_values)
      : OperatorNode<K, V, K, Change<A>>(std::move(name)),
        aggregation_(std::move(aggregation)),
        definition_(std::move(store)),
        old_values_(old_values) {}

  void receive(const Record<K, V>& record) override {
    if (record.key == nullptr || record.value == nullptr) {
      this->drop(record, record.key == nullptr ? null_keys_ : null_values_);
      return;
    }
    const bool existed = store_->get(*record.key, row_);
    Timestamp timestamp = record.timestamp;
    bool has_old = existed;
    if (existed) {
      timestamp = std::max(timestamp, row_.timestamp);
    } else {
      // Kafka Streams shows the initial aggregate as the old value of a key that had none.
      has_old = aggregation_.begin(row_.value) && java_;
    }
    if (old_values_ && has_old) {
      old_ = row_.value;
    }
    const bool exists =
        aggregate_value(aggregation_, existed, record.key, record.value, row_.value);
    const PutOutcome outcome =
        exists ? store_->put(*record.key, row_.value, timestamp)
               : store_->erase(*record.key, store_->versioned() ? timestamp : record.timestamp);
    if (outcome == PutOutcome::expired) {
      this->drop(record, expired_);
      return;
    }
    const Change<A> change{exists ? &row_.value : nullptr, old_values_ && has_old ? &old_ : nullptr,
                           outcome == PutOutcome::latest};
    forwarder_.forward({record.key, &change, timestamp, record.headers});
  }

 protected:
  void opened(ProcessingContext& context) override {
    store_.emplace(context.store(definition_));
    forwarder_.open(context, definition_, this->outlet(), old_values_);
    null_keys_ = DropReason(context, "null_key");
    null_values_ = DropReason(context, "null_value");
    expired_ = DropReason(context, "expired");
    java_ = context.compatibility() == Compatibility::kafka_streams_4_3;
  }

 private:
  Aggregation aggregation_;
  stores::TimestampedKeyValue<K, A> definition_;
  bool old_values_;
  std::optional<TypedTimestampedKeyValueStore<K, A>> store_;
  ChangeForwarder<K, A> forwarder_;
  ValueAndTimestamp<A> row_{};
  A old_{};
  DropReason null_keys_;
  DropReason null_values_;
  DropReason expired_;
  bool java_ = false;
};

}  // namespace pawl::internal

// TableAggregateNode: count, reduce and aggregate of a table's groups: takes the old value of a row
// away, if the group has an aggregate, then adds the new one. The result's timestamp is the latest
// of all its records. A null result deletes the group. Source: KTableAggregate, KTableReduce.
// Thread rule: owner thread only.
#pragma once

#include <pawl/engine/operator_node.h>
#include <pawl/operators/change.h>
#include <pawl/operators/change_codec.h>
#include <pawl/operators/nodes/change_forwarder.h>
#include <pawl/operators/nodes/table_aggregation.h>
#include <pawl/statestore/typed/stores.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace pawl::internal {

template <class K, class V, class Aggregation>
class TableAggregateNode final
    : public OperatorNode<K, OwnedChange<V>, K, Change<typename Aggregation::Aggregate>> {
  using A = typename Aggregation::Aggregate;

 public:
  TableAggregateNode(std::string name, Aggregation aggregation,
                     stores::TimestampedKeyValue<K, A> store, bool old_values)
      : OperatorNode<K, OwnedChange<V>, K, Change<A>>(std::move(name)),
        aggregation_(std::move(aggregation)),
        definition_(std::move(store)),
        old_values_(old_values) {}

  void receive(const Record<K, OwnedChange<V>>& record) override {
    if (record.key == nullptr || record.value == nullptr) {
      (record.key == nullptr ? null_keys_ : null_values_)->add();
      return;
    }
    const K& key = *record.key;
    const OwnedChange<V>& change = *record.value;
    const bool existed = store_->get(key, row_);
    const bool has_old = existed && old_values_;
    if (has_old) {
      old_ = row_.value;
    }
    const bool subtracts = existed && change.old_value.has_value();
    bool exists = existed;
    if (subtracts) {
      exists = aggregation_.subtract(&key, &*change.old_value, row_.value);
    }
    if (change.new_value.has_value()) {
      exists = aggregation_.add(exists, &key, &*change.new_value, row_.value);
    }
    Timestamp timestamp = record.timestamp;
    if (subtracts || (existed && change.new_value.has_value())) {
      timestamp = std::max(timestamp, row_.timestamp);
    }
    const PutOutcome outcome =
        exists ? store_->put(key, row_.value, timestamp)
               : store_->erase(key, store_->versioned() ? timestamp : record.timestamp);
    if (outcome == PutOutcome::expired) {
      expired_->add();
      return;
    }
    const Change<A> result{exists ? &row_.value : nullptr, has_old ? &old_ : nullptr,
                           outcome == PutOutcome::latest};
    forwarder_.forward({&key, &result, timestamp, record.headers});
  }

 protected:
  void opened(ProcessingContext& context) override {
    store_.emplace(context.store(definition_));
    forwarder_.open(context, definition_, this->outlet(), old_values_);
    null_keys_ = &context.dropped_counter("null_key");
    null_values_ = &context.dropped_counter("null_value");
    expired_ = &context.dropped_counter("expired");
  }

 private:
  Aggregation aggregation_;
  stores::TimestampedKeyValue<K, A> definition_;
  bool old_values_;
  std::optional<TypedTimestampedKeyValueStore<K, A>> store_;
  ChangeForwarder<K, A> forwarder_;
  ValueAndTimestamp<A> row_{};
  A old_{};
  Counter* null_keys_ = nullptr;
  Counter* null_values_ = nullptr;
  Counter* expired_ = nullptr;
};

}  // namespace pawl::internal

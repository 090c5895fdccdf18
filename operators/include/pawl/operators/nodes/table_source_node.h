// TableSourceNode: a topic read as a table: the latest record of a key is its value, a null value
// deletes it. Keeps the values in a store if somebody needs them. A record without a key is
// dropped, counted. An update that is older than the stored one still replaces it, unless the store
// is versioned: then it becomes a part of the history, or is dropped, counted, when it is older
// than that. Source: KTableSource.
#pragma once

#include <pawl/engine/operator_node.h>
#include <pawl/operators/change.h>
#include <pawl/statestore/typed/stores.h>

#include <optional>
#include <string>
#include <utility>

namespace pawl::internal {

template <class K, class V>
class TableSourceNode final : public OperatorNode<K, V, K, Change<V>> {
 public:
  // `store` absent: the table is not kept.
  TableSourceNode(std::string name, std::optional<stores::TimestampedKeyValue<K, V>> store,
                  bool old_values)
      : OperatorNode<K, V, K, Change<V>>(std::move(name)),
        definition_(std::move(store)),
        old_values_(old_values) {}

  void receive(const Record<K, V>& record) override {
    if (record.key == nullptr) {
      null_keys_->add();
      return;
    }
    Change<V> change{record.value, nullptr};
    if (store_.has_value()) {
      if (old_values_ && store_->get(*record.key, old_)) {
        change.old_value = &old_.value;
      }
      const PutOutcome outcome = record.value == nullptr
                                     ? store_->erase(*record.key, record.timestamp)
                                     : store_->put(*record.key, *record.value, record.timestamp);
      if (outcome == PutOutcome::expired) {
        expired_->add();
        return;
      }
      change.is_latest = outcome == PutOutcome::latest;
    }
    this->forward(record.with_value(&change));
  }

 protected:
  void opened(ProcessingContext& context) override {
    null_keys_ = &context.dropped_counter("null_key");
    expired_ = &context.dropped_counter("expired");
    if (definition_.has_value()) {
      store_.emplace(context.store(*definition_));
    }
  }

 private:
  std::optional<stores::TimestampedKeyValue<K, V>> definition_;
  bool old_values_;
  std::optional<TypedTimestampedKeyValueStore<K, V>> store_;
  ValueAndTimestamp<V> old_{};
  Counter* null_keys_ = nullptr;
  Counter* expired_ = nullptr;
};

}  // namespace pawl::internal

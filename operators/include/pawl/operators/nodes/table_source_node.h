// TableSourceNode: a topic read as a table: the latest record of a key is its value, a null value
// deletes it. Keeps the values in a store if somebody needs them. A record without a key is
// dropped, counted. An update that is older than the stored one still replaces it. Source:
// KTableSource.
#pragma once

#include <pawl/engine/operator_node.h>
#include <pawl/operators/change.h>
#include <pawl/operators/nodes/change_forwarder.h>
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
      // Kafka Streams always looks, which counts where a cache decides what to evict.
      const bool existed = (old_values_ || forwarder_.cached()) && store_->get(*record.key, old_);
      if (old_values_ && existed) {
        change.old_value = &old_.value;
      }
      if (record.value == nullptr) {
        store_->erase(*record.key);
      } else {
        store_->put(*record.key, *record.value, record.timestamp);
      }
    }
    forwarder_.forward(record.with_value(&change));
  }

 protected:
  void opened(ProcessingContext& context) override {
    null_keys_ = &context.dropped_counter("null_key");
    if (definition_.has_value()) {
      store_.emplace(context.store(*definition_));
      forwarder_.open(context, *definition_, this->outlet(), old_values_);
    } else {
      forwarder_.open(this->outlet());
    }
  }

 private:
  std::optional<stores::TimestampedKeyValue<K, V>> definition_;
  bool old_values_;
  std::optional<TypedTimestampedKeyValueStore<K, V>> store_;
  ChangeForwarder<K, V> forwarder_;
  ValueAndTimestamp<V> old_{};
  Counter* null_keys_ = nullptr;
};

}  // namespace pawl::internal

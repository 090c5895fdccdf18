// TableSourceNode: records as a table: the latest record of a key is its value, a null value
// deletes it. Keeps the values in a store if somebody needs them. A record without a key is
// dropped, counted. An update that is older than the stored one still replaces it, unless the store
// is versioned: then it becomes a part of the history, or is dropped, counted, when it is older
// than that. Source: KTableSource.
// Thread rule: owner thread only.
#pragma once

#include <pawl/engine/operator_node.h>
#include <pawl/operators/change.h>
#include <pawl/operators/nodes/table_rows.h>

#include <string>
#include <utility>

namespace pawl::internal {

template <class K, class V>
class TableSourceNode final : public OperatorNode<K, V, K, Change<V>> {
 public:
  TableSourceNode(std::string name, typename TableRows<K, V>::Definition store, bool old_values)
      : OperatorNode<K, V, K, Change<V>>(std::move(name)),
        rows_(std::move(store)),
        old_values_(old_values) {}

  void receive(const Record<K, V>& record) override {
    if (record.key == nullptr) {
      this->drop(record, null_keys_);
      return;
    }
    Change<V> change{record.value,
                     old_values_ || rows_.cached() ? rows_.value(*record.key) : nullptr};
    if (!old_values_) {
      change.old_value = nullptr;  // Kafka Streams always looks, which counts for what is evicted
    }
    if (!rows_.write(*record.key, record.value, record.timestamp, change.is_latest)) {
      this->show_dropped(record, TableRows<K, V>::kExpired);  // counted there
      return;
    }
    rows_.forward(record.with_value(&change));
  }

 protected:
  void opened(ProcessingContext& context) override {
    null_keys_ = DropReason(context, "null_key");
    rows_.open(context, this->outlet(), old_values_);
  }

 private:
  TableRows<K, V> rows_;
  bool old_values_;
  DropReason null_keys_;
};

}  // namespace pawl::internal

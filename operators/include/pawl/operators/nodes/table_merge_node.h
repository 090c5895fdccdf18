// TableMergeNode: where both sides of a join of two tables come together; keeps the results in a
// store if the user names one. Source: KTableKTableJoinMerger. Thread rule: owner thread only.
#pragma once

#include <pawl/engine/operator_node.h>
#include <pawl/operators/change.h>
#include <pawl/operators/nodes/table_rows.h>

#include <string>
#include <utility>

namespace pawl::internal {

template <class K, class V>
class TableMergeNode final : public OperatorNode<K, Change<V>, K, Change<V>> {
 public:
  TableMergeNode(std::string name, typename TableRows<K, V>::Definition store, bool old_values)
      : OperatorNode<K, Change<V>, K, Change<V>>(std::move(name)),
        rows_(std::move(store)),
        old_values_(old_values) {}

  void receive(const Record<K, Change<V>>& record) override {
    Change<V> change = *record.value;
    if (rows_.write(*record.key, change.new_value, record.timestamp, change.is_latest)) {
      rows_.forward(record.with_value(&change));
    }
  }

 protected:
  void opened(ProcessingContext& context) override {
    rows_.open(context, this->outlet(), old_values_);
  }

 private:
  TableRows<K, V> rows_;
  bool old_values_;
};

}  // namespace pawl::internal

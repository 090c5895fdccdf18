// TableMergeNode: where both sides of a join of two tables come together; keeps the results in a
// store if the user names one; the old value of a change is the one in that store, where Kafka
// Streams has what the side at hand makes of its own. Source: KTableKTableJoinMerger. Thread rule:
// owner thread only.
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
    if (old_values_ && rows_.kept() && !rows_.cached() && !java_) {
      change.old_value = rows_.value(*record.key);
    }
    if (rows_.write(*record.key, change.new_value, record.timestamp, change.is_latest)) {
      rows_.forward(record.with_value(&change));
    }
  }

 protected:
  void opened(ProcessingContext& context) override {
    rows_.open(context, this->outlet(), old_values_);
    java_ = context.compatibility() == Compatibility::kafka_streams_4_3;
  }

 private:
  TableRows<K, V> rows_;
  bool old_values_;
  bool java_ = false;
};

}  // namespace pawl::internal

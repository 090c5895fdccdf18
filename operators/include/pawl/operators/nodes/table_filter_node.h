// TableFilterNode: a table's rows for which a predicate has the wanted answer; a row that no longer
// has it is deleted. Where old values are known, nothing is sent for a row that is and was outside,
// except of versioned tables, where that is a part of the history.
// The predicate is not asked about deletions. FilterLookup: the same for looked up values.
// Source: KTableFilter. Thread rule: owner thread only.
#pragma once

#include <pawl/engine/operator_node.h>
#include <pawl/operators/change.h>
#include <pawl/operators/nodes/table_rows.h>
#include <pawl/operators/table_lookup.h>
#include <pawl/operators/user_function.h>

#include <memory>
#include <string>
#include <utility>

namespace pawl::internal {

// A predicate and its wanted answer.
template <class K, class V, class Predicate>
class RowFilter {
 public:
  RowFilter(Predicate predicate, bool wanted) : predicate_(std::move(predicate)), wanted_(wanted) {}
  // Returns: the value if it stays, else null.
  const V* pass(const K& key, const V* value) const {
    const bool stays = value != nullptr && static_cast<bool>(call_with_record<Predicate, K, V>(
                                               predicate_, &key, value)) == wanted_;
    return stays ? value : nullptr;
  }

 private:
  Predicate predicate_;
  bool wanted_;
};

template <class K, class V, class Predicate>
class TableFilterNode final : public OperatorNode<K, Change<V>, K, Change<V>> {
 public:
  TableFilterNode(std::string name, RowFilter<K, V, Predicate> filter,
                  typename TableRows<K, V>::Definition store, bool old_values, bool versioned)
      : OperatorNode<K, Change<V>, K, Change<V>>(std::move(name)),
        filter_(std::move(filter)),
        rows_(std::move(store)),
        old_values_(old_values),
        versioned_(versioned) {}

  void receive(const Record<K, Change<V>>& record) override {
    const K& key = *record.key;
    Change<V> change;
    change.is_latest = record.value->is_latest;
    change.new_value = filter_.pass(key, record.value->new_value);
    if (old_values_) {
      change.old_value =
          rows_.kept() ? rows_.value(key) : filter_.pass(key, record.value->old_value);
      if (!versioned_ && change.new_value == nullptr && change.old_value == nullptr) {
        return;
      }
    }
    if (!rows_.write(key, change.new_value, record.timestamp, change.is_latest)) {
      return;
    }
    rows_.forward(record.with_value(&change));
  }

 protected:
  void opened(ProcessingContext& context) override {
    rows_.open(context, this->outlet(), old_values_);
  }

 private:
  RowFilter<K, V, Predicate> filter_;
  TableRows<K, V> rows_;
  bool old_values_;
  bool versioned_;
};

template <class K, class V, class Predicate>
class FilterLookup final : public TableLookup<K, V> {
 public:
  FilterLookup(RowFilter<K, V, Predicate> filter, std::unique_ptr<TableLookup<K, V>> parent)
      : filter_(std::move(filter)), parent_(std::move(parent)) {}
  void open(ProcessingContext& context, TableReading reading) override {
    parent_->open(context, reading);
  }
  void close() override { parent_->close(); }
  bool get(const K& key, ValueAndTimestamp<V>& found) override {
    return parent_->get(key, found) && filter_.pass(key, &found.value) != nullptr;
  }
  bool get_as_of(const K& key, Timestamp time, ValueAndTimestamp<V>& found) override {
    return parent_->get_as_of(key, time, found) && filter_.pass(key, &found.value) != nullptr;
  }

 private:
  RowFilter<K, V, Predicate> filter_;
  std::unique_ptr<TableLookup<K, V>> parent_;
};

}  // namespace pawl::internal

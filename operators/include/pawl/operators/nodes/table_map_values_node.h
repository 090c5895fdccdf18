// TableMapValuesNode: every value of a table mapped to another one; deletions stay deletions and
// are not shown to the mapper. MapValuesLookup: the same for looked up values. Source:
// KTableMapValues. Thread rule: owner thread only.
#pragma once

#include <pawl/engine/operator_node.h>
#include <pawl/operators/change.h>
#include <pawl/operators/nodes/table_rows.h>
#include <pawl/operators/owned_result.h>
#include <pawl/operators/table_lookup.h>
#include <pawl/operators/user_function.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace pawl::internal {

template <class K, class V, class VOut, class Mapper>
std::optional<VOut> map_row(const Mapper& mapper, const K& key, const V* value) {
  return value == nullptr ? std::nullopt
                          : owned_result<RecordResult<Mapper, K, V>>(
                                call_with_record<Mapper, K, V>(mapper, &key, value));
}

template <class K, class V, class VOut, class Mapper>
class TableMapValuesNode final : public OperatorNode<K, Change<V>, K, Change<VOut>> {
 public:
  TableMapValuesNode(std::string name, Mapper mapper, typename TableRows<K, VOut>::Definition store,
                     bool old_values)
      : OperatorNode<K, Change<V>, K, Change<VOut>>(std::move(name)),
        mapper_(std::move(mapper)),
        rows_(std::move(store)),
        old_values_(old_values) {}

  void receive(const Record<K, Change<V>>& record) override {
    const K& key = *record.key;
    const auto mapped = map_row<K, V, VOut>(mapper_, key, record.value->new_value);
    std::optional<VOut> mapped_old;
    Change<VOut> change;
    change.is_latest = record.value->is_latest;
    change.new_value = pointer_to(mapped);
    if (old_values_ && rows_.kept()) {
      change.old_value = rows_.value(key);
    } else if (old_values_) {
      mapped_old = map_row<K, V, VOut>(mapper_, key, record.value->old_value);
      change.old_value = pointer_to(mapped_old);
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
  Mapper mapper_;
  TableRows<K, VOut> rows_;
  bool old_values_;
};

template <class K, class V, class VOut, class Mapper>
class MapValuesLookup final : public TableLookup<K, VOut> {
 public:
  MapValuesLookup(Mapper mapper, std::unique_ptr<TableLookup<K, V>> parent)
      : mapper_(std::move(mapper)), parent_(std::move(parent)) {}
  void open(ProcessingContext& context, TableReading reading) override {
    parent_->open(context, reading);
  }
  void close() override { parent_->close(); }
  bool get(const K& key, ValueAndTimestamp<VOut>& found) override {
    return parent_->get(key, row_) && map(key, found);
  }
  bool get_as_of(const K& key, Timestamp time, ValueAndTimestamp<VOut>& found) override {
    return parent_->get_as_of(key, time, row_) && map(key, found);
  }

 private:
  bool map(const K& key, ValueAndTimestamp<VOut>& found) {
    auto mapped = map_row<K, V, VOut>(mapper_, key, &row_.value);
    if (!mapped.has_value()) {
      return false;
    }
    found.value = *std::move(mapped);
    found.timestamp = row_.timestamp;
    return true;
  }

  Mapper mapper_;
  std::unique_ptr<TableLookup<K, V>> parent_;
  ValueAndTimestamp<V> row_{};
};

}  // namespace pawl::internal

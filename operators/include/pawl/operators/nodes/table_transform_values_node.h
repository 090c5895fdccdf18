// TableTransformValuesNode: a hand-made step of a table (table_value_processor.h). Deletions are
// shown to it, too, and may become values. TransformValuesLookup: the same for looked up values,
// with a processor of its own. Source: KTableTransformValues. Thread rule: owner thread only.
#pragma once

#include <pawl/engine/operator_node.h>
#include <pawl/engine/other_record_in_hand.h>
#include <pawl/operators/change.h>
#include <pawl/operators/nodes/table_rows.h>
#include <pawl/operators/owned_result.h>
#include <pawl/operators/table_lookup.h>
#include <pawl/operators/table_value_processor.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace pawl::internal {

template <class K, class V, class VOut>
using TableValueProcessorPtr = std::unique_ptr<TableValueProcessor<K, V, VOut>>;

template <class K, class V, class VOut>
class TableTransformValuesNode final : public OperatorNode<K, Change<V>, K, Change<VOut>> {
 public:
  TableTransformValuesNode(std::string name, TableValueProcessorPtr<K, V, VOut> processor,
                           typename TableRows<K, VOut>::Definition store, bool old_values)
      : OperatorNode<K, Change<V>, K, Change<VOut>>(std::move(name)),
        processor_(std::move(processor)),
        rows_(std::move(store)),
        old_values_(old_values) {}

  void receive(const Record<K, Change<V>>& record) override {
    const K& key = *record.key;
    const std::optional<VOut> made = processor_->transform(key, record.value->new_value);
    std::optional<VOut> made_old;
    Change<VOut> change;
    change.is_latest = record.value->is_latest;
    change.new_value = pointer_to(made);
    if (old_values_ && rows_.kept()) {
      change.old_value = rows_.value(key);
    } else if (old_values_) {
      made_old = processor_->transform(key, record.value->old_value);
      change.old_value = pointer_to(made_old);
    }
    if (!rows_.write(key, change.new_value, record.timestamp, change.is_latest)) {
      return;
    }
    rows_.forward(record.with_value(&change));
  }
  void close() override { processor_->close(); }

 protected:
  void opened(ProcessingContext& context) override {
    rows_.open(context, this->outlet(), old_values_);
    context_.emplace(context);
    processor_->init(*context_);
  }

 private:
  TableValueProcessorPtr<K, V, VOut> processor_;
  TableRows<K, VOut> rows_;
  bool old_values_;
  std::optional<TableValueContext> context_;
};

template <class K, class V, class VOut>
class TransformValuesLookup final : public TableLookup<K, VOut> {
 public:
  TransformValuesLookup(TableValueProcessorPtr<K, V, VOut> processor,
                        std::unique_ptr<TableLookup<K, V>> parent)
      : processor_(std::move(processor)), parent_(std::move(parent)) {}

  void open(ProcessingContext& context, TableReading reading) override {
    parent_->open(context, reading);
    task_ = &context;
    context_.emplace(context);
    processor_->init(*context_);
  }
  void close() override {
    processor_->close();
    parent_->close();
  }
  // What is in hand meanwhile is the looked up value: of its record only the timestamp is known.
  bool get(const K& key, ValueAndTimestamp<VOut>& found) override {
    return transform(key, parent_->get(key, row_), found);
  }
  bool get_as_of(const K& key, Timestamp time, ValueAndTimestamp<VOut>& found) override {
    return transform(key, parent_->get_as_of(key, time, row_), found);
  }

 private:
  bool transform(const K& key, bool exists, ValueAndTimestamp<VOut>& found) {
    found.timestamp = exists ? row_.timestamp : Timestamp::unknown();
    std::optional<VOut> made;
    {
      const OtherRecordInHand none(*task_, {found.timestamp, &Headers::none()}, {}, std::nullopt,
                                   std::nullopt);
      made = processor_->transform(key, exists ? &row_.value : nullptr);
    }
    if (!made.has_value()) {
      return false;
    }
    found.value = *std::move(made);
    return true;
  }

  TableValueProcessorPtr<K, V, VOut> processor_;
  std::unique_ptr<TableLookup<K, V>> parent_;
  ProcessingContext* task_ = nullptr;
  std::optional<TableValueContext> context_;
  ValueAndTimestamp<V> row_{};
};

}  // namespace pawl::internal

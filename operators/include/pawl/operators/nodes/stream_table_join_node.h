// StreamTableJoinNode: each record of a stream with the current value of its key in a table, or, in
// a versioned table, with the value as it was at the record's time. Only
// the stream triggers results; a record without a value is dropped, and so is one without a key,
// except that a left join passes it on with no table value (KIP-962). The result has the stream
// record's timestamp. Source: KStreamKTableJoinProcessor.
#pragma once

#include <pawl/engine/operator_node.h>
#include <pawl/operators/stream_table_joiner.h>
#include <pawl/operators/table_lookup.h>
#include <pawl/operators/user_function.h>

#include <memory>
#include <string>
#include <utility>

namespace pawl::internal {

template <class K, class V, class VTable, class VOut, class Joiner>
class StreamTableJoinNode final : public OperatorNode<K, V, K, VOut> {
 public:
  StreamTableJoinNode(std::string name, JoinKind kind, Joiner joiner,
                      std::unique_ptr<TableLookup<K, VTable>> table)
      : OperatorNode<K, V, K, VOut>(std::move(name)),
        kind_(kind),
        joiner_(std::move(joiner)),
        table_(std::move(table)) {}

  void receive(const Record<K, V>& record) override {
    if (record.value == nullptr || (record.key == nullptr && kind_ == JoinKind::inner)) {
      this->drop(record, record.value == nullptr ? null_values_ : null_keys_);
      return;
    }
    const bool found =
        record.key != nullptr && table_->get_as_of(*record.key, record.timestamp, row_);
    if (!found && kind_ == JoinKind::inner) {
      return;
    }
    const auto joined = call_stream_table_joiner<Joiner, K, V, VTable>(
        joiner_, record.key, *record.value, found ? &row_.value : nullptr);
    this->forward(record.with_value(pointer_to(joined)));
  }
  void close() override { table_->close(); }

 protected:
  void opened(ProcessingContext& context) override {
    table_->open(context, TableReading::latest);
    null_keys_ = DropReason(context, "null_key");
    null_values_ = DropReason(context, "null_value");
  }

 private:
  JoinKind kind_;
  Joiner joiner_;
  std::unique_ptr<TableLookup<K, VTable>> table_;
  ValueAndTimestamp<VTable> row_{};
  DropReason null_keys_;
  DropReason null_values_;
};

}  // namespace pawl::internal

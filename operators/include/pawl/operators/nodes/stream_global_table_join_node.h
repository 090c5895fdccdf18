// StreamGlobalTableJoinNode: each record of a stream with the value that a global table has now for
// the key that a selector makes of the record. Only the stream makes results. A record without a
// value is dropped, and in an inner join one for which the selector makes no key, both counted; a
// left join passes the latter on with no table value. A record without a key is joined like any
// other. The result has the stream record's key and timestamp.
// Source: KStreamGlobalKTableJoin, KStreamKTableJoinProcessor. Thread rule: owner thread only.
#pragma once

#include <pawl/engine/operator_node.h>
#include <pawl/operators/stream_table_joiner.h>
#include <pawl/operators/user_function.h>
#include <pawl/statestore/typed/stores.h>

#include <optional>
#include <string>
#include <utility>

namespace pawl::internal {

template <class K, class V, class GK, class GV, class VOut, class Selector, class Joiner>
class StreamGlobalTableJoinNode final : public OperatorNode<K, V, K, VOut> {
 public:
  StreamGlobalTableJoinNode(std::string name, JoinKind kind, Selector selector, Joiner joiner,
                            stores::TimestampedKeyValue<GK, GV> table)
      : OperatorNode<K, V, K, VOut>(std::move(name)),
        kind_(kind),
        selector_(std::move(selector)),
        joiner_(std::move(joiner)),
        definition_(std::move(table)) {}

  void receive(const Record<K, V>& record) override {
    if (record.value == nullptr) {
      this->drop(record, null_values_);
      return;
    }
    const auto selected = call_with_record<Selector, K, V>(selector_, record.key, record.value);
    const GK* const key = pointer_to(selected);
    if (key == nullptr && kind_ == JoinKind::inner) {
      this->drop(record, null_keys_);
      return;
    }
    const bool found = key != nullptr && table_->get(*key, row_);
    if (!found && kind_ == JoinKind::inner) {
      return;
    }
    const auto joined = call_stream_table_joiner<Joiner, K, V, GV>(
        joiner_, record.key, *record.value, found ? &row_.value : nullptr);
    this->forward(record.with_value(pointer_to(joined)));
  }

 protected:
  void opened(ProcessingContext& context) override {
    table_.emplace(context.store(definition_));
    null_keys_ = DropReason(context, "null_key");
    null_values_ = DropReason(context, "null_value");
  }

 private:
  JoinKind kind_;
  Selector selector_;
  Joiner joiner_;
  stores::TimestampedKeyValue<GK, GV> definition_;
  std::optional<TypedTimestampedKeyValueStore<GK, GV>> table_;
  ValueAndTimestamp<GV> row_{};
  DropReason null_keys_;
  DropReason null_values_;
};

}  // namespace pawl::internal

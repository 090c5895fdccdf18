// SubscriptionResponseNode: the left side of a foreign-key join makes results of the answers. An
// answer to a left value that is no longer the current one is dropped, counted as `outdated`: the
// current one has asked for its own. An answer without a right value deletes the result of an inner
// join; so does, in a left join, one to a row that is gone.
// Source: ResponseJoinProcessorSupplier. Thread rule: owner thread only.
#pragma once

#include <pawl/engine/operator_node.h>
#include <pawl/operators/foreign_key/subscription.h>
#include <pawl/operators/table_joiner.h>
#include <pawl/operators/table_lookup.h>
#include <pawl/serde/serde.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace pawl::internal {

template <TableJoinKind kKind, class K, class V, class VO, class VOut, class Joiner>
class SubscriptionResponseNode final : public OperatorNode<K, SubscriptionResponse<VO>, K, VOut> {
 public:
  SubscriptionResponseNode(std::string name, Joiner joiner, std::unique_ptr<TableLookup<K, V>> left,
                           Serde<V> value)
      : OperatorNode<K, SubscriptionResponse<VO>, K, VOut>(std::move(name)),
        joiner_(std::move(joiner)),
        left_(std::move(left)),
        value_(std::move(value)) {}

  void receive(const Record<K, SubscriptionResponse<VO>>& record) override {
    if (record.key == nullptr || record.value == nullptr) {
      (record.key == nullptr ? null_keys_ : null_values_)->add();
      return;
    }
    const SubscriptionResponse<VO>& response = *record.value;
    const bool found = left_->get(*record.key, row_);
    if (response.hash != (found ? std::optional(hash_of_row()) : std::nullopt)) {
      outdated_->add();
      return;
    }
    std::optional<VOut> joined;
    if (found && (kKind == TableJoinKind::left || response.foreign_value.has_value())) {
      joined = call_table_joiner<kKind, Joiner, V, VO>(joiner_, &row_.value,
                                                       pointer_to(response.foreign_value));
    }
    this->forward(record.with_value(pointer_to(joined)));
  }
  void close() override { left_->close(); }

 protected:
  void opened(ProcessingContext& context) override {
    left_->open(context, reading_of_table_joins(context));
    null_keys_ = &context.dropped_counter("null_key");
    null_values_ = &context.dropped_counter("null_value");
    outdated_ = &context.dropped_counter("outdated");
  }

 private:
  Hash128 hash_of_row() {
    bytes_.clear();
    value_.encode(row_.value, bytes_);
    return murmur3_128(bytes_);
  }

  Joiner joiner_;
  std::unique_ptr<TableLookup<K, V>> left_;
  Serde<V> value_;
  ValueAndTimestamp<V> row_{};
  Bytes bytes_;
  Counter* null_keys_ = nullptr;
  Counter* null_values_ = nullptr;
  Counter* outdated_ = nullptr;
};

}  // namespace pawl::internal

// TableTableJoinNode: one side's part of a join of two tables: each change of its table with the
// current value of the key in the other one. The result's timestamp is the later of the two.
//   inner          nothing where the other side has no value
//   left           a result for every value of the left side; a change of the right side matters
//                  only where the left side has a value
//   outer          a result for every value of either side
// A change without a value on either side, before or after, is nothing; a record without a key and
// an update of a versioned table's past are dropped, counted.
//
// Of a cached table it sees what that has told, not what waits in the cache: each result follows
// from the one before. Kafka Streams looks into the cache: rows that go from both tables at once
// leave their result behind. So they do, cached or not, where both tables are made of one: there an
// inner join passes a deletion on also when the other row has gone already.
// Source: KTableKTableInnerJoin, KTableKTableLeftJoin, KTableKTableRightJoin,
// KTableKTableOuterJoin. Thread rule: owner thread only.
#pragma once

#include <pawl/engine/operator_node.h>
#include <pawl/operators/change.h>
#include <pawl/operators/table_joiner.h>
#include <pawl/operators/table_lookup.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace pawl::internal {

// Which of the joined tables a node's changes come from.
enum class TableJoinSide { left, right };

// `V`: values of this side, `VOther`: of the other one.
template <TableJoinKind kKind, TableJoinSide kSide, class K, class V, class VOther, class VOut,
          class Joiner>
class TableTableJoinNode final : public OperatorNode<K, Change<V>, K, Change<VOut>> {
 public:
  TableTableJoinNode(std::string name, Joiner joiner, std::unique_ptr<TableLookup<K, VOther>> other,
                     bool old_values, bool of_one_table)
      : OperatorNode<K, Change<V>, K, Change<VOut>>(std::move(name)),
        joiner_(std::move(joiner)),
        other_(std::move(other)),
        old_values_(old_values),
        of_one_table_(of_one_table) {}

  void receive(const Record<K, Change<V>>& record) override {
    if (record.key == nullptr) {
      null_keys_->add();
      return;
    }
    const Change<V>& change = *record.value;
    if (!change.is_latest) {
      out_of_order_->add();
      return;
    }
    const bool found = other_->get(*record.key, row_);
    if (!found && !deletes(change) &&
        (kNeedsOther || (change.new_value == nullptr && change.old_value == nullptr))) {
      return;
    }
    const VOther* const other = found ? &row_.value : nullptr;
    const std::optional<VOut> joined = join(change.new_value, other);
    std::optional<VOut> joined_old;
    if (old_values_) {
      joined_old = join(change.old_value, other);
    }
    const Change<VOut> result{pointer_to(joined), pointer_to(joined_old)};
    const Timestamp timestamp =
        found ? std::max(record.timestamp, row_.timestamp) : record.timestamp;
    this->forward({record.key, &result, timestamp, record.headers});
  }
  void close() override { other_->close(); }

 protected:
  void opened(ProcessingContext& context) override {
    other_->open(context, reading_of_table_joins(context));
    of_one_table_ = of_one_table_ && context.compatibility() != Compatibility::kafka_streams_4_3;
    null_keys_ = &context.dropped_counter("null_key");
    out_of_order_ = &context.dropped_counter("out_of_order");
  }

 private:
  static constexpr bool kNeedsOther =
      kKind == TableJoinKind::inner ||
      (kKind == TableJoinKind::left && kSide == TableJoinSide::right);
  // A missing value of this side makes a missing result, unless the other side's is enough.
  static constexpr bool kNeedsThis = kKind == TableJoinKind::inner ||
                                     (kKind == TableJoinKind::left && kSide == TableJoinSide::left);

  // Whether the other row may have gone with this one.
  [[nodiscard]] bool deletes(const Change<V>& change) const {
    return kKind == TableJoinKind::inner && of_one_table_ && change.new_value == nullptr;
  }

  std::optional<VOut> join(const V* value, const VOther* other) const {
    if (value == nullptr && (kNeedsThis || other == nullptr)) {
      return std::nullopt;
    }
    if constexpr (kSide == TableJoinSide::left) {
      return call_table_joiner<kKind, Joiner, V, VOther>(joiner_, value, other);
    } else {
      return call_table_joiner<kKind, Joiner, VOther, V>(joiner_, other, value);
    }
  }

  Joiner joiner_;
  std::unique_ptr<TableLookup<K, VOther>> other_;
  bool old_values_;
  bool of_one_table_;
  ValueAndTimestamp<VOther> row_{};
  Counter* null_keys_ = nullptr;
  Counter* out_of_order_ = nullptr;
};

}  // namespace pawl::internal

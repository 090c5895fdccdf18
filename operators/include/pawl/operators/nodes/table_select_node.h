// TableSelectNode: gives the rows of a table other keys and values, so that they can be grouped. A
// change of a row tells the old group to take the old value away and the new group to add the new
// one; both in one record when the group is the same. A row whose new key or value is null belongs
// to no group; such rows, and updates of a versioned table's past, are counted.
// Source: KTableRepartitionMap. Thread rule: owner thread only.
#pragma once

#include <pawl/engine/operator_node.h>
#include <pawl/operators/change.h>
#include <pawl/operators/change_codec.h>
#include <pawl/operators/owned_result.h>
#include <pawl/operators/user_function.h>
#include <pawl/serde/serde.h>

#include <optional>
#include <string>
#include <utility>

namespace pawl::internal {

template <class K, class V, class KOut, class VOut, class Selector>
class TableSelectNode final : public OperatorNode<K, Change<V>, KOut, OwnedChange<VOut>> {
 public:
  TableSelectNode(std::string name, Selector selector, Serde<KOut> key)
      : OperatorNode<K, Change<V>, KOut, OwnedChange<VOut>>(std::move(name)),
        selector_(std::move(selector)),
        key_(std::move(key)) {}

  void receive(const Record<K, Change<V>>& record) override {
    if (!record.value->is_latest) {
      out_of_order_->add();
      return;
    }
    Row new_row = select(*record.key, record.value->new_value);
    Row old_row = select(*record.key, record.value->old_value);
    if (old_row.has_value() && new_row.has_value() && same_key(old_row->first, new_row->first)) {
      send(record, old_row->first, {std::move(new_row->second), std::move(old_row->second)});
      return;
    }
    if (old_row.has_value()) {
      send(record, old_row->first, {std::nullopt, std::move(old_row->second)});
    }
    if (new_row.has_value()) {
      send(record, new_row->first, {std::move(new_row->second), std::nullopt});
    }
  }

 protected:
  void opened(ProcessingContext& context) override {
    ungrouped_ = &context.dropped_counter("ungrouped");
    out_of_order_ = &context.dropped_counter("out_of_order");
  }

 private:
  using Row = std::optional<std::pair<KOut, VOut>>;

  Row select(const K& key, const V* value) const {
    if (value == nullptr) {
      return std::nullopt;
    }
    auto pair = call_with_record<Selector, K, V>(selector_, &key, value);
    auto new_key = owned_result(std::move(pair.first));
    auto new_value = owned_result(std::move(pair.second));
    if (!new_key.has_value() || !new_value.has_value()) {
      ungrouped_->add();
      return std::nullopt;
    }
    return Row(std::in_place, *std::move(new_key), *std::move(new_value));
  }

  // Whether the bytes, which choose partition and row, are equal.
  bool same_key(const KOut& left, const KOut& right) {
    left_bytes_.clear();
    right_bytes_.clear();
    key_.encode(left, left_bytes_);
    key_.encode(right, right_bytes_);
    return left_bytes_ == right_bytes_;
  }

  void send(const Record<K, Change<V>>& record, const KOut& key,
            const OwnedChange<VOut>& change) const {
    this->forward({&key, &change, record.timestamp, record.headers});
  }

  Selector selector_;
  Serde<KOut> key_;
  Bytes left_bytes_;
  Bytes right_bytes_;
  Counter* ungrouped_ = nullptr;
  Counter* out_of_order_ = nullptr;
};

}  // namespace pawl::internal

// JoinedTableView: the view of two joined tables: the store of the results, or both tables' values
// joined when they are looked up. Source: KTableKTableJoinMerger.view,
// KTableKTableInnerJoinValueGetter and its kin.
// Thread rule: as TableView.
#pragma once

#include <pawl/operators/table_joiner.h>
#include <pawl/operators/table_view.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pawl::internal {

template <TableJoinKind kKind, class K, class L, class R, class VOut, class Joiner>
class JoinLookup final : public TableLookup<K, VOut> {
 public:
  JoinLookup(Joiner joiner, std::unique_ptr<TableLookup<K, L>> left,
             std::unique_ptr<TableLookup<K, R>> right)
      : joiner_(std::move(joiner)), left_(std::move(left)), right_(std::move(right)) {}
  void open(ProcessingContext& context, TableReading reading) override {
    left_->open(context, reading);
    right_->open(context, reading);
  }
  void close() override {
    left_->close();
    right_->close();
  }
  bool get(const K& key, ValueAndTimestamp<VOut>& found) override {
    const bool has_left = left_->get(key, left_row_);
    if (!has_left && kKind != TableJoinKind::outer) {
      return false;
    }
    const bool has_right = right_->get(key, right_row_);
    if (!has_right && (kKind == TableJoinKind::inner || !has_left)) {
      return false;
    }
    auto joined = call_table_joiner<kKind, Joiner, L, R>(
        joiner_, has_left ? &left_row_.value : nullptr, has_right ? &right_row_.value : nullptr);
    if (!joined.has_value()) {
      return false;
    }
    found.value = *std::move(joined);
    found.timestamp = std::max(has_left ? left_row_.timestamp : Timestamp::unknown(),
                               has_right ? right_row_.timestamp : Timestamp::unknown());
    return true;
  }

 private:
  Joiner joiner_;
  std::unique_ptr<TableLookup<K, L>> left_;
  std::unique_ptr<TableLookup<K, R>> right_;
  ValueAndTimestamp<L> left_row_{};
  ValueAndTimestamp<R> right_row_{};
};

template <TableJoinKind kKind, class K, class L, class R, class VOut, class Joiner>
class JoinedTableView final : public TableView<K, VOut> {
 public:
  using Store = std::optional<stores::TimestampedKeyValue<K, VOut>>;
  JoinedTableView(std::shared_ptr<TableView<K, L>> left, std::shared_ptr<TableView<K, R>> right,
                  Joiner joiner, Store store)
      : left_(std::move(left)),
        right_(std::move(right)),
        joiner_(std::move(joiner)),
        store_(std::move(store)) {}

  std::vector<std::string> stores() override {
    if (store_.has_value()) {
      return {store_->spec().name};
    }
    std::vector<std::string> names = left_->stores();
    for (std::string& name : right_->stores()) {
      if (std::find(names.begin(), names.end(), name) == names.end()) {
        names.push_back(std::move(name));
      }
    }
    return names;
  }
  [[nodiscard]] std::unique_ptr<TableLookup<K, VOut>> lookup() const override {
    if (store_.has_value()) {
      return std::make_unique<StoreLookup<K, VOut>>(*store_);
    }
    return std::make_unique<JoinLookup<kKind, K, L, R, VOut, Joiner>>(joiner_, left_->lookup(),
                                                                      right_->lookup());
  }
  // Joined values that are not kept have no versions, even if both tables do.
  [[nodiscard]] const StoreSpec* versioned_store() const override {
    return store_.has_value() && store_->spec().kind == StoreKind::versioned_key_value
               ? &store_->spec()
               : nullptr;
  }

  // The old result follows from the old values of both sides.
  bool want_old_values(StoreDemand /*demand*/) override {
    left_->want_old_values(StoreDemand::forced);
    right_->want_old_values(StoreDemand::forced);
    old_values_ = true;
    return true;
  }
  [[nodiscard]] bool old_values() const override { return old_values_; }

 private:
  std::shared_ptr<TableView<K, L>> left_;
  std::shared_ptr<TableView<K, R>> right_;
  Joiner joiner_;
  Store store_;
  bool old_values_ = false;
};

}  // namespace pawl::internal

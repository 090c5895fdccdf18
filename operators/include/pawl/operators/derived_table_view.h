// DerivedTableView: the view of a table whose values follow from those of the table before it
// (filter, map_values, transform_values). With a store of its own it reads that; without one it
// computes from the values before it. Source: KTableFilter.view, KTableMapValues.view,
// KTableTransformValues.view.
// Thread rule: as TableView.
#pragma once

#include <pawl/operators/table_view.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pawl::internal {

template <class K, class VIn, class V>
class DerivedTableView final : public TableView<K, V> {
 public:
  using Parent = std::shared_ptr<TableView<K, VIn>>;
  using Store = std::optional<stores::TimestampedKeyValue<K, V>>;
  // Makes the lookup that computes values from those of the table before.
  using Compute =
      std::function<std::unique_ptr<TableLookup<K, V>>(std::unique_ptr<TableLookup<K, VIn>>)>;

  // `compute_stores`: the stores that a computing lookup needs besides those of the table before.
  DerivedTableView(Parent parent, Store store, Compute compute,
                   std::vector<std::string> compute_stores = {})
      : parent_(std::move(parent)),
        store_(std::move(store)),
        compute_(std::move(compute)),
        compute_stores_(std::move(compute_stores)) {}

  std::vector<std::string> stores() override {
    if (store_.has_value()) {
      return {store_->spec().name};
    }
    std::vector<std::string> names = parent_->stores();
    names.insert(names.end(), compute_stores_.begin(), compute_stores_.end());
    return names;
  }
  [[nodiscard]] std::unique_ptr<TableLookup<K, V>> lookup() const override {
    if (store_.has_value()) {
      return std::make_unique<StoreLookup<K, V>>(*store_);
    }
    return compute_(parent_->lookup());
  }
  [[nodiscard]] const StoreSpec* versioned_store() const override {
    if (!store_.has_value()) {
      return parent_->versioned_store();
    }
    return store_->spec().kind == StoreKind::versioned_key_value ? &store_->spec() : nullptr;
  }
  bool want_old_values(StoreDemand demand) override {
    old_values_ = old_values_ || store_.has_value() || parent_->want_old_values(demand);
    return old_values_;
  }
  [[nodiscard]] bool old_values() const override { return old_values_; }
  // Old values that the table before sends anyway are passed on.
  void take_old_values_of_parent() { old_values_ = parent_->want_old_values(StoreDemand::if_kept); }

 private:
  Parent parent_;
  Store store_;
  Compute compute_;
  std::vector<std::string> compute_stores_;
  bool old_values_ = false;
};

}  // namespace pawl::internal

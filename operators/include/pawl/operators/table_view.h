// TableView: what the verbs behind a table can ask of it while the plan is composed: a way to look
// its current values up, and old values in its changes. Both may reach back through tables that
// keep no store of their own, up to one that does. Later calls still decide about earlier nodes, so
// a node reads old_values() only when it is written into the topology.
// Source: KTableImpl.valueGetterSupplier, KTableImpl.enableSendingOldValues.
// Thread rule: one thread until the topology is built; then immutable, any thread.
#pragma once

#include <pawl/operators/table_lookup.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace pawl::internal {

// Whether a source may be made to keep a store so that it knows its old values.
enum class StoreDemand { if_kept, forced };

template <class K, class V>
class TableView {
 public:
  TableView() = default;
  TableView(const TableView&) = delete;
  TableView& operator=(const TableView&) = delete;
  virtual ~TableView() = default;

  // Returns: the stores that a node that looks values up is connected to. From now on they are
  // kept.
  virtual std::vector<std::string> stores() = 0;
  // Requires: stores() was called.
  [[nodiscard]] virtual std::unique_ptr<TableLookup<K, V>> lookup() const = 0;

  // Returns: the store whose versions a lookup as of a time reads, or null: the table has none.
  [[nodiscard]] virtual const StoreSpec* versioned_store() const { return nullptr; }

  // Asks for old values in every change. Returns: whether they will come.
  virtual bool want_old_values(StoreDemand demand) = 0;
  // Whether changes carry old values.
  [[nodiscard]] virtual bool old_values() const = 0;
};

// A table that always lies in a store: that of an aggregation. `Lookup`: reads the store.
template <class K, class V, class Lookup, class Definition>
class StoredTableView final : public TableView<K, V> {
 public:
  explicit StoredTableView(Definition store) : store_(std::move(store)) {}
  std::vector<std::string> stores() override { return {store_.spec().name}; }
  [[nodiscard]] std::unique_ptr<TableLookup<K, V>> lookup() const override {
    return std::make_unique<Lookup>(store_);
  }
  [[nodiscard]] const StoreSpec* versioned_store() const override {
    return store_.spec().kind == StoreKind::versioned_key_value ? &store_.spec() : nullptr;
  }
  bool want_old_values(StoreDemand /*demand*/) override {
    old_values_ = true;
    return true;
  }
  [[nodiscard]] bool old_values() const override { return old_values_; }

 private:
  Definition store_;
  bool old_values_ = false;
};

template <class K, class V>
using KeyValueTableView =
    StoredTableView<K, V, StoreLookup<K, V>, stores::TimestampedKeyValue<K, V>>;
template <class K, class V>
using WindowTableView =
    StoredTableView<Windowed<K>, V, WindowStoreLookup<K, V>, stores::TimestampedWindow<K, V>>;
template <class K, class V>
using SessionTableView =
    StoredTableView<Windowed<K>, V, SessionStoreLookup<K, V>, stores::Session<K, V>>;

}  // namespace pawl::internal

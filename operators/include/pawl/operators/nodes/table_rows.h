// TableRows: the store in which a table's node keeps its current values, if it keeps them, and how
// its changes are forwarded: at once, or when the store's cache lets them go.
// Thread rule: owner thread only.
#pragma once

#include <pawl/engine/outlet.h>
#include <pawl/engine/processing_context.h>
#include <pawl/operators/change.h>
#include <pawl/operators/nodes/change_forwarder.h>
#include <pawl/statestore/typed/stores.h>

#include <optional>
#include <utility>

namespace pawl::internal {

template <class K, class V>
class TableRows {
 public:
  static constexpr const char* kExpired = "expired";
  using Definition = std::optional<stores::TimestampedKeyValue<K, V>>;

  // `definition` absent: nothing is kept.
  explicit TableRows(Definition definition) : definition_(std::move(definition)) {}
  // Lifetime: this object must not move any more.
  void open(ProcessingContext& context, const Outlet<K, Change<V>>& outlet, bool old_values) {
    if (!definition_.has_value()) {
      forwarder_.open(outlet);
      return;
    }
    store_.emplace(context.store(*definition_));
    forwarder_.open(context, *definition_, outlet, old_values);
    expired_ = &context.dropped_counter(kExpired);
  }

  [[nodiscard]] bool kept() const { return definition_.has_value(); }
  [[nodiscard]] bool cached() const { return forwarder_.cached(); }
  // Returns: the current value, or null. Lifetime: until the next call. Requires: kept().
  const V* value(const K& key) { return store_->get(key, row_) ? &row_.value : nullptr; }
  // Null deletes the key. Sets `is_latest` where the store knows it (Change::is_latest); nothing
  // happens when nothing is kept. Returns: false when a versioned store does not take it, because
  // it is older than the history: the record is dropped, counted.
  bool write(const K& key, const V* value, Timestamp timestamp, bool& is_latest) {
    if (!store_.has_value()) {
      return true;
    }
    const PutOutcome outcome =
        value == nullptr ? store_->erase(key, timestamp) : store_->put(key, *value, timestamp);
    if (outcome == PutOutcome::expired) {
      expired_->add();
      return false;
    }
    is_latest = outcome == PutOutcome::latest;
    return true;
  }
  void forward(const Record<K, Change<V>>& record) const { forwarder_.forward(record); }

 private:
  Definition definition_;
  std::optional<TypedTimestampedKeyValueStore<K, V>> store_;
  ChangeForwarder<K, V> forwarder_;
  ValueAndTimestamp<V> row_{};
  Counter* expired_ = nullptr;
};

}  // namespace pawl::internal

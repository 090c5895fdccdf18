// TableRows: the store in which a table's node keeps its current values, if it keeps them.
// Thread rule: owner thread only.
#pragma once

#include <pawl/engine/processing_context.h>
#include <pawl/statestore/typed/stores.h>

#include <optional>
#include <utility>

namespace pawl::internal {

template <class K, class V>
class TableRows {
 public:
  using Definition = std::optional<stores::TimestampedKeyValue<K, V>>;

  // `definition` absent: nothing is kept.
  explicit TableRows(Definition definition) : definition_(std::move(definition)) {}
  void open(ProcessingContext& context) {
    if (definition_.has_value()) {
      store_.emplace(context.store(*definition_));
      expired_ = &context.dropped_counter("expired");
    }
  }

  [[nodiscard]] bool kept() const { return definition_.has_value(); }
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

 private:
  Definition definition_;
  std::optional<TypedTimestampedKeyValueStore<K, V>> store_;
  ValueAndTimestamp<V> row_{};
  Counter* expired_ = nullptr;
};

}  // namespace pawl::internal

// CachedKeyValueStore: a key-value store behind the record cache. A row that is read from below is
// kept as a clean entry. Source: CachingKeyValueStore. Thread rule: owner thread only.
#pragma once

#include "cache/record_cache.h"

#include <pawl/statestore/cached_store.h>
#include <pawl/statestore/key_value_store.h>

#include <memory>
#include <string>

namespace pawl::internal {

class CachedKeyValueStore final : public KeyValueStore, public CachedStore {
 public:
  CachedKeyValueStore(KeyValueStore& below, CacheBudget& budget, RecordInHand& record);

  // KeyValueStore
  [[nodiscard]] const std::string& name() const override { return below_.name(); }
  [[nodiscard]] bool persistent() const override { return below_.persistent(); }
  NullableBytesView get(BytesView key) override;
  PutOutcome put(BytesView key, NullableBytesView value, Timestamp logged_at) override;
  std::unique_ptr<KeyValueCursor> range(NullableBytesView from, NullableBytesView to,
                                        Direction direction) override;
  std::unique_ptr<KeyValueCursor> prefix(BytesView prefix) override;
  std::uint64_t approximate_entries() override { return below_.approximate_entries(); }
  [[nodiscard]] RowFormat row_format() const override { return below_.row_format(); }
  [[nodiscard]] const WriteContext& context() const override { return below_.context(); }

  // CachedStore
  StateStore& store() override { return *this; }
  StateStore& below() override { return below_; }
  void listen(CacheListener& listener, OldRows old_rows) override;
  void flush() override { cache_.flush(); }
  void drop() override { cache_.drop(); }
  [[nodiscard]] std::size_t dirty_rows() const override { return cache_.dirty_rows(); }
  [[nodiscard]] std::size_t dirty_bytes() const override { return cache_.dirty_bytes(); }

 private:
  void write_back(const RecordCache::Change& change);

  KeyValueStore& below_;
  RecordInHand& record_;
  CacheListener* listener_ = nullptr;
  OldRows old_rows_ = OldRows::unwanted;
  Bytes found_;
  Bytes old_;
  RecordCache cache_;
};

}  // namespace pawl::internal

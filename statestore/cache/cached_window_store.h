// CachedWindowStore: a window store behind the record cache. Rows read from below are not kept.
// Cached rows are shown even if they are older than the retention period: the store below decides
// when they come there. Source: CachingWindowStore. Thread rule: owner thread only.
#pragma once

#include "cache/cached_window_cursor.h"
#include "cache/record_cache.h"
#include "codec/window_row.h"

#include <pawl/statestore/cached_store.h>
#include <pawl/statestore/window_store.h>

#include <memory>
#include <string>
#include <vector>

namespace pawl::internal {

class CachedWindowStore final : public WindowStore, public CachedStore {
 public:
  CachedWindowStore(const StoreSpec& spec, WindowStore& below, CacheBudget& budget,
                    RecordInHand& record);

  // WindowStore
  [[nodiscard]] const std::string& name() const override { return below_.name(); }
  [[nodiscard]] bool persistent() const override { return below_.persistent(); }
  void put(BytesView key, NullableBytesView value, Timestamp start, Timestamp logged_at) override;
  NullableBytesView get(BytesView key, Timestamp start) override;
  std::unique_ptr<WindowCursor> fetch(BytesView key, Timestamp from, Timestamp to,
                                      Direction direction) override;
  std::unique_ptr<WindowCursor> fetch_range(NullableBytesView key_from, NullableBytesView key_to,
                                            Timestamp from, Timestamp to,
                                            Direction direction) override;
  std::unique_ptr<WindowCursor> fetch_by_time(Timestamp from, Timestamp to) override;
  bool contains(BytesView key, Timestamp from, Timestamp to) override;
  [[nodiscard]] Timestamp observed_time() const override {
    return std::max(newest_, below_.observed_time());
  }
  [[nodiscard]] std::chrono::milliseconds retention() const override { return below_.retention(); }
  [[nodiscard]] std::uint64_t expired_puts() const override { return below_.expired_puts(); }
  [[nodiscard]] RowFormat row_format() const override { return below_.row_format(); }
  [[nodiscard]] const WriteContext& context() const override { return below_.context(); }

  // CachedStore
  StateStore& store() override { return *this; }
  void listen(CacheListener& listener, OldRows old_rows) override;
  void flush() override { cache_.flush(); }
  void drop() override;
  [[nodiscard]] std::size_t dirty_rows() const override { return cache_.dirty_rows(); }
  [[nodiscard]] std::size_t dirty_bytes() const override { return cache_.dirty_bytes(); }

 private:
  using Rows = std::vector<CachedWindowCursor::Row>;

  void write_back(const RecordCache::Change& change);
  // The cached windows of one key, and of a range of keys, with start in [from, to].
  Rows rows_of(BytesView key, Timestamp from, Timestamp to);
  Rows rows_between(NullableBytesView key_from, NullableBytesView key_to, Timestamp from,
                    Timestamp to);
  Bytes row_key(BytesView key, Timestamp start) const;

  StoreSpec spec_;
  WindowStore& below_;
  RecordInHand& record_;
  WindowRowCodec codec_;
  CacheListener* listener_ = nullptr;
  OldRows old_rows_ = OldRows::unwanted;
  Timestamp newest_ = Timestamp::unknown();  // start that was put since the last drop
  Bytes row_key_;
  Bytes old_;
  RecordCache cache_;
};

}  // namespace pawl::internal

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
  CachedWindowStore(StoreSpec spec, WindowStore& below, CacheBudget& budget, RecordInHand& record);

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
  StateStore& below() override { return below_; }
  void listen(CacheListener& listener, OldRows old_rows) override;
  void flush() override { cache_.flush(); }
  void drop() override;
  [[nodiscard]] std::size_t dirty_rows() const override { return cache_.dirty_rows(); }
  [[nodiscard]] std::size_t dirty_bytes() const override { return cache_.dirty_bytes(); }

 private:
  void write_back(const RecordCache::Change& change);
  // The cached windows of one key by time, and of a range of keys in any order, with start in
  // [from, to], as keys of the cache.
  [[nodiscard]] std::vector<Bytes> rows_of(BytesView key, Timestamp from, Timestamp to) const;
  [[nodiscard]] std::vector<Bytes> rows_between(NullableBytesView key_from,
                                                NullableBytesView key_to, Timestamp from,
                                                Timestamp to) const;
  // What a cursor over these rows shows of those that leave the cache while it runs: what the store
  // below has then. Under kafka_streams_4_3 what it had before, as a cursor over RocksDB does not
  // see what an eviction writes: updates are lost there.
  CachedRows::Departed departed(const std::vector<Bytes>& rows);
  NullableBytesView row_below(BytesView row_key);
  // A cursor that shows `rows` that start at `from` or later, and looks at the others.
  std::unique_ptr<WindowCursor> merged(std::vector<Bytes> rows, std::unique_ptr<WindowCursor> below,
                                       const WindowPlace& place, Direction direction,
                                       Timestamp from);
  // Whether cursors do what those of Kafka Streams do over RocksDB. There, one that goes backward
  // looks at what its segment has before `from`, too.
  [[nodiscard]] bool as_kafka_streams_on_disk() const {
    return budget_.order == EvictionOrder::evicted_first && persistent();
  }
  [[nodiscard]] Bytes row_key(BytesView key, Timestamp start) const;

  StoreSpec spec_;
  WindowStore& below_;
  CacheBudget& budget_;
  RecordInHand& record_;
  WindowRowCodec codec_;  // by key, also where the store below is by time: fetch() asks for a key
  CacheListener* listener_ = nullptr;
  OldRows old_rows_ = OldRows::unwanted;
  Timestamp newest_ = Timestamp::unknown();  // start that was put since the last drop
  Bytes row_key_;
  Bytes old_;
  RecordCache cache_;
};

}  // namespace pawl::internal

// CachedSessionStore: a session store behind the record cache. Rows read from below are not kept.
// Cached rows are shown even if they are older than the retention period: the store below decides
// when they come there. Source: CachingSessionStore. Thread rule: owner thread only.
#pragma once

#include "cache/cached_session_cursor.h"
#include "cache/record_cache.h"

#include <pawl/statestore/cached_store.h>
#include <pawl/statestore/session_store.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace pawl::internal {

class CachedSessionStore final : public SessionStore, public CachedStore {
 public:
  CachedSessionStore(StoreSpec spec, SessionStore& below, CacheBudget& budget,
                     RecordInHand& record);

  // SessionStore
  [[nodiscard]] const std::string& name() const override { return below_.name(); }
  [[nodiscard]] bool persistent() const override { return below_.persistent(); }
  void put(BytesView key, Window session, NullableBytesView value, Timestamp logged_at) override;
  NullableBytesView get(BytesView key, Window session) override;
  std::unique_ptr<SessionCursor> find_sessions(BytesView key, Timestamp earliest_end,
                                               Timestamp latest_start,
                                               Direction direction) override;
  std::unique_ptr<SessionCursor> find_sessions(NullableBytesView key_from, NullableBytesView key_to,
                                               Timestamp earliest_end, Timestamp latest_start,
                                               Direction direction) override;
  std::unique_ptr<SessionCursor> ended_between(Timestamp earliest_end,
                                               Timestamp latest_end) override;
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
  struct Query {
    NullableBytesView key_from;
    NullableBytesView key_to;
    Timestamp earliest_end;
    Timestamp latest_end = Timestamp::max();
    Timestamp latest_start = Timestamp::max();
  };

  void write_back(const RecordCache::Change& change);
  // The cached sessions of a query, whenever they start, as keys of the cache.
  [[nodiscard]] std::vector<Bytes> rows_of(const Query& query) const;
  std::unique_ptr<SessionCursor> merged(const Query& query, std::unique_ptr<SessionCursor> below,
                                        SessionOrder order, Direction direction);

  StoreSpec spec_;
  SessionStore& below_;
  RecordInHand& record_;
  CacheListener* listener_ = nullptr;
  OldRows old_rows_ = OldRows::unwanted;
  Timestamp newest_ = Timestamp::unknown();  // end that was put since the last drop
  Bytes row_key_;
  Bytes old_;
  RecordCache cache_;
};

}  // namespace pawl::internal

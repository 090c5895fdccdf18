// CachedSessionCursor: the rows of a cached session store: what is cached over what is below,
// without deleted rows, in the order of the store below. Source:
// MergedSortedCacheSessionStoreIterator. Thread rule: owner thread only. Lifetime: within one call
// of process().
#pragma once

#include "cache/cached_rows.h"
#include "codec/session_row.h"
#include "window/session_scan.h"

#include <pawl/statestore/store_iterator.h>

#include <chrono>
#include <memory>
#include <vector>

namespace pawl::internal {

// The order of a store of sessions: segment by segment, and within one as SessionOrder says.
struct SessionPlaces {
  SessionOrder order = SessionOrder::by_key;
  std::chrono::milliseconds segment_interval;
  Direction direction = Direction::forward;
  // Whether a session comes before another one.
  [[nodiscard]] bool before(const SessionRow& left, const SessionRow& right) const;
  // Puts keys of sessions into this order.
  void sort(std::vector<Bytes>& rows) const;
};

class CachedSessionCursor final : public SessionCursor {
 public:
  // `cached`: keys of sessions, in the order of `places`; those that start behind `latest_start`
  // are looked at, as in Kafka Streams, but not shown.
  CachedSessionCursor(CachedRows cached, std::unique_ptr<SessionCursor> below,
                      const SessionPlaces& places, Timestamp latest_start)
      : cached_(std::move(cached)),
        below_(std::move(below)),
        places_(places),
        latest_start_(latest_start) {
    settle();
  }

  [[nodiscard]] bool valid() const override { return cached_is_next_ || below_->valid(); }
  void next() override;
  [[nodiscard]] BytesView key() const override {
    return cached_is_next_ ? cached_row().key : below_->key();
  }
  [[nodiscard]] Window window() const override {
    return cached_is_next_ ? cached_row().session : below_->window();
  }
  [[nodiscard]] BytesView value() const override {
    return cached_is_next_ ? *cached_.value() : below_->value();
  }

 private:
  // Decides which row is next.
  void settle();
  [[nodiscard]] SessionRow cached_row() const { return *decode_session_key(cached_.key()); }

  CachedRows cached_;
  std::unique_ptr<SessionCursor> below_;
  SessionPlaces places_;
  Timestamp latest_start_;
  bool cached_is_next_ = false;
};

}  // namespace pawl::internal

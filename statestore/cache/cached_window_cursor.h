// CachedWindowCursor: the rows of a cached window store: what is cached over what is below, without
// deleted rows, in the order of the store below. Source: MergedSortedCacheWindowStoreIterator,
// MergedSortedCacheWindowStoreKeyValueIterator.
// Thread rule: owner thread only. Lifetime: within one call of process().
#pragma once

#include "cache/cached_rows.h"
#include "codec/window_row.h"

#include <pawl/statestore/store_iterator.h>

#include <memory>
#include <vector>

namespace pawl::internal {

// Where a row stands in the order of a window store: segment by segment, and within one by key or
// by time, as bytes (WindowStore::fetch_range). The windows of one key are in both orders by time.
class WindowPlace {
 public:
  WindowPlace(const StoreSpec& spec, WindowLayout order)
      : segment_interval_(segment_interval_of(spec)), codec_(order, true) {}

  // Overwrites `place`.
  void of(BytesView key, Timestamp start, Bytes& place) const;
  // Puts encoded rows into this order.
  void sort(std::vector<Bytes>& rows, const WindowRowCodec& codec, Direction direction) const;

 private:
  std::chrono::milliseconds segment_interval_;
  WindowRowCodec codec_;
};

class CachedWindowCursor final : public WindowCursor {
 public:
  // `cached`: rows of `codec`, in the order of `place` and `direction`; those that start before
  // `from` are looked at, but not shown. Lifetime: `codec` outlives it.
  CachedWindowCursor(CachedRows cached, const WindowRowCodec& codec,
                     std::unique_ptr<WindowCursor> below, const WindowPlace& place,
                     Direction direction, Timestamp from);

  [[nodiscard]] bool valid() const override { return cached_is_next_ || below_->valid(); }
  void next() override;
  [[nodiscard]] BytesView key() const override {
    return cached_is_next_ ? codec_.decode(cached_.key()).key : below_->key();
  }
  [[nodiscard]] Timestamp start() const override {
    return cached_is_next_ ? codec_.decode(cached_.key()).start : below_->start();
  }
  [[nodiscard]] BytesView value() const override {
    return cached_is_next_ ? *cached_.value() : below_->value();
  }

 private:
  // Decides which row is next.
  void settle();

  CachedRows cached_;
  const WindowRowCodec& codec_;
  std::unique_ptr<WindowCursor> below_;
  WindowPlace place_;
  Direction direction_;
  Timestamp from_;
  bool cached_is_next_ = false;
  Bytes place_cached_;
  Bytes place_below_;
};

}  // namespace pawl::internal

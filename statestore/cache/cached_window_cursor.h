// CachedWindowCursor: the rows of a cached window store: what was cached when the cursor was made
// over what is below, without deleted rows, in the order of the store below. Source:
// MergedSortedCacheWindowStoreIterator, MergedSortedCacheWindowStoreKeyValueIterator.
// Thread rule: owner thread only. Lifetime: within one call of process().
#pragma once

#include "codec/window_row.h"

#include <pawl/statestore/store_iterator.h>

#include <memory>
#include <optional>
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

 private:
  std::chrono::milliseconds segment_interval_;
  WindowRowCodec codec_;
};

class CachedWindowCursor final : public WindowCursor {
 public:
  struct Row {
    Bytes key;
    Timestamp start;
    std::optional<Bytes> value;  // nothing = deleted
    Bytes place = {};
  };
  static Row row_of(const WindowRow& row, NullableBytesView value) {
    return {Bytes(row.key), row.start,
            value.has_value() ? std::optional<Bytes>(*value) : std::nullopt};
  }

  // `cached` in any order.
  CachedWindowCursor(std::vector<Row> cached, std::unique_ptr<WindowCursor> below,
                     const WindowPlace& place, Direction direction);

  [[nodiscard]] bool valid() const override { return cached_is_next_ || below_->valid(); }
  void next() override;
  [[nodiscard]] BytesView key() const override {
    return cached_is_next_ ? BytesView(cached_[at_].key) : below_->key();
  }
  [[nodiscard]] Timestamp start() const override {
    return cached_is_next_ ? cached_[at_].start : below_->start();
  }
  [[nodiscard]] BytesView value() const override {
    return cached_is_next_ ? BytesView(*cached_[at_].value) : below_->value();
  }

 private:
  // Decides which row is next.
  void settle();

  std::vector<Row> cached_;
  std::unique_ptr<WindowCursor> below_;
  WindowPlace place_;
  Direction direction_;
  std::size_t at_ = 0;
  bool cached_is_next_ = false;
  Bytes place_below_;
};

}  // namespace pawl::internal

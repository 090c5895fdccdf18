// CachedKeyValueCursor: the rows of a cached key-value store in key order: what is cached over what
// is below, without deleted rows. It finds its place by key at every step, so neither writes nor
// evictions while it runs disturb it. Source: MergedSortedCacheKeyValueBytesStoreIterator.
// Thread rule: owner thread only. Lifetime: within one call of process().
#pragma once

#include "cache/record_cache.h"

#include <pawl/statestore/key_value_store.h>
#include <pawl/statestore/store_iterator.h>

#include <memory>
#include <optional>

namespace pawl::internal {

class CachedKeyValueCursor final : public KeyValueCursor {
 public:
  // Keys in [from, to], both inclusive, absent = open, that start with `prefix`.
  struct Bounds {
    NullableBytesView from;
    NullableBytesView to;
    BytesView prefix;
  };
  CachedKeyValueCursor(RecordCache& cache, KeyValueStore& below, const Bounds& bounds,
                       Direction direction);

  [[nodiscard]] bool valid() const override { return valid_; }
  void next() override;
  [[nodiscard]] BytesView key() const override { return key_; }
  [[nodiscard]] BytesView value() const override { return value_; }

 private:
  // Sets key_ and value_ to the next row that is not deleted, or valid_ to false.
  void settle();
  // Returns: the next row of the cache, or null.
  const CacheEntry* cached_neighbour();
  // Sets below_ to the next row of the store below.
  void follow_below();
  [[nodiscard]] bool in_bounds(BytesView key) const;
  [[nodiscard]] bool before(BytesView left, BytesView right) const {
    return direction_ == Direction::forward ? left < right : right < left;
  }

  RecordCache& cache_;
  KeyValueStore& store_;
  std::optional<Bytes> from_;
  std::optional<Bytes> to_;
  Bytes prefix_;
  Direction direction_;
  std::unique_ptr<KeyValueCursor> below_;
  std::uint64_t departures_;
  std::optional<Bytes> looked_at_;  // the last entry that counted as used
  bool started_ = false;
  bool valid_ = true;
  Bytes key_;
  Bytes value_;
};

}  // namespace pawl::internal

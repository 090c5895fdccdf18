#include "cache/cached_key_value_cursor.h"

#include <pawl/model/assert.h>

namespace pawl::internal {
namespace {

std::optional<Bytes> owned(NullableBytesView bytes) {
  return bytes.has_value() ? std::optional<Bytes>(*bytes) : std::nullopt;
}

NullableBytesView view(const std::optional<Bytes>& bytes) {
  return bytes.has_value() ? NullableBytesView(*bytes) : std::nullopt;
}

}  // namespace

CachedKeyValueCursor::CachedKeyValueCursor(RecordCache& cache, KeyValueStore& below,
                                           const Bounds& bounds, Direction direction)
    : cache_(cache),
      store_(below),
      from_(owned(bounds.from)),
      to_(owned(bounds.to)),
      prefix_(bounds.prefix),
      direction_(direction),
      below_(below.range(bounds.from, bounds.to, direction)),
      departures_(cache.departures()) {
  settle();
}

void CachedKeyValueCursor::next() {
  PAWL_ASSERT(valid_);
  settle();
}

bool CachedKeyValueCursor::in_bounds(BytesView key) const {
  return key.starts_with(prefix_) && (!from_.has_value() || key >= *from_) &&
         (!to_.has_value() || key <= *to_);
}

const CacheEntry* CachedKeyValueCursor::cached_neighbour() {
  const CacheEntry* entry = nullptr;
  if (direction_ == Direction::forward) {
    entry = started_ ? cache_.first_after(key_) : cache_.first_from(view(from_));
  } else {
    entry = started_ ? cache_.last_before(key_) : cache_.last_until(view(to_));
  }
  if (entry == nullptr || !in_bounds(entry->key)) {
    return nullptr;
  }
  if (entry->key != looked_at_) {  // as Kafka Streams' cursor, which looks at each entry once
    looked_at_ = entry->key;
    return cache_.find(*looked_at_);
  }
  return entry;
}

void CachedKeyValueCursor::follow_below() {
  if (started_ && departures_ != cache_.departures()) {
    // Rows that left the cache may lie before the place that was found below.
    departures_ = cache_.departures();
    below_ = direction_ == Direction::forward
                 ? store_.range(key_, view(to_), Direction::forward)
                 : store_.range(view(from_), key_, Direction::backward);
  }
  while (started_ && below_->valid() && !before(key_, below_->key())) {
    below_->next();
  }
}

void CachedKeyValueCursor::settle() {
  while (true) {
    follow_below();
    const CacheEntry* const cached = cached_neighbour();
    const bool below = below_->valid() && in_bounds(below_->key());
    if (cached == nullptr && !below) {
      valid_ = false;
      return;
    }
    if (cached == nullptr || (below && before(below_->key(), cached->key))) {
      key_ = below_->key();
      value_ = below_->value();
      started_ = true;
      return;
    }
    key_ = cached->key;
    value_ = cached->value;
    started_ = true;
    if (!cached->tombstone) {
      return;
    }
  }
}

}  // namespace pawl::internal

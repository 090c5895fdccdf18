#include "cache/cached_key_value_store.h"

#include "cache/cached_key_value_cursor.h"

#include <utility>

namespace pawl::internal {

CachedKeyValueStore::CachedKeyValueStore(KeyValueStore& below, CacheBudget& budget,
                                         RecordInHand& record)
    : below_(below),
      record_(record),
      cache_(budget, record, 0, [this](const RecordCache::Change& change) { write_back(change); }) {
}

NullableBytesView CachedKeyValueStore::get(BytesView key) {
  if (const CacheEntry* entry = cache_.find(key)) {
    return entry->row();
  }
  const NullableBytesView below = below_.get(key);
  if (!below.has_value()) {
    return std::nullopt;
  }
  Bytes found(*below);
  cache_.keep(key, found);  // which may evict it again at once
  found_ = std::move(found);
  return found_;
}

// The record in hand is kept with the entry, and with it the time at which it is logged.
PutOutcome CachedKeyValueStore::put(BytesView key, NullableBytesView value,
                                    Timestamp /*logged_at*/) {
  cache_.put(key, value);
  return PutOutcome::latest;
}

std::unique_ptr<KeyValueCursor> CachedKeyValueStore::range(NullableBytesView from,
                                                           NullableBytesView to,
                                                           Direction direction) {
  return std::make_unique<CachedKeyValueCursor>(
      cache_, below_, CachedKeyValueCursor::Bounds{from, to, BytesView()}, direction);
}

std::unique_ptr<KeyValueCursor> CachedKeyValueStore::prefix(BytesView prefix) {
  return std::make_unique<CachedKeyValueCursor>(
      cache_, below_, CachedKeyValueCursor::Bounds{prefix, std::nullopt, prefix},
      Direction::forward);
}

void CachedKeyValueStore::listen(CacheListener& listener, OldRows old_rows) {
  listener_ = &listener;
  old_rows_ = old_rows;
}

void CachedKeyValueStore::write_back(const RecordCache::Change& change) {
  struct Written {
    const RecordCache::Change& change;
    NullableBytesView old_row;
  } written{change, std::nullopt};
  Bytes old = std::exchange(old_, {});
  if (listener_ != nullptr && (old_rows_ == OldRows::wanted || !change.row.has_value())) {
    const NullableBytesView below = below_.get(change.key);
    if (below.has_value()) {
      written.old_row = old.assign(*below);
    } else if (!change.row.has_value()) {
      return;  // it came and went
    }
  }
  record_.exchanged_for(change.write, change.coordinates, [this, &written] {
    const RecordCache::Change& changed = written.change;
    below_.put(changed.key, changed.row, changed.write.timestamp);
    if (listener_ != nullptr) {
      listener_->row_flushed({changed.key,
                              {},
                              changed.row,
                              old_rows_ == OldRows::wanted ? written.old_row : std::nullopt,
                              changed.write});
    }
  });
  old_ = std::move(old);
}

}  // namespace pawl::internal

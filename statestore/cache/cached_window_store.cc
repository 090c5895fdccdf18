#include "cache/cached_window_store.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace pawl::internal {
namespace {

// Kafka Streams' key of an entry is i64 segment ‖ key ‖ i64 start ‖ i32 sequence (Source:
// SegmentedCacheFunction, WindowKeySchema).
constexpr std::size_t kJavaKeySize = 20;

std::size_t key_overhead(const WindowRowCodec& codec) {
  Bytes row;
  codec.encode({BytesView(), Timestamp(0), 0}, row);
  return kJavaKeySize - row.size();
}

}  // namespace

CachedWindowStore::CachedWindowStore(const StoreSpec& spec, WindowStore& below, CacheBudget& budget,
                                     RecordInHand& record)
    : spec_(spec),
      below_(below),
      record_(record),
      codec_(spec.layout, false),
      cache_(budget, record, key_overhead(codec_),
             [this](const RecordCache::Change& change) { write_back(change); }) {}

Bytes CachedWindowStore::row_key(BytesView key, Timestamp start) const {
  Bytes row;
  codec_.encode({key, start, 0}, row);
  return row;
}

// The record in hand is kept with the entry, and with it the time at which it is logged.
void CachedWindowStore::put(BytesView key, NullableBytesView value, Timestamp start,
                            Timestamp /*logged_at*/) {
  if (start.value() < 0) {
    throw std::invalid_argument("store " + spec_.name + ": a window's start is not negative");
  }
  newest_ = std::max(newest_, start);
  codec_.encode({key, start, 0}, row_key_);
  cache_.put(row_key_, value);
}

NullableBytesView CachedWindowStore::get(BytesView key, Timestamp start) {
  codec_.encode({key, start, 0}, row_key_);
  const CacheEntry* const entry = cache_.find(row_key_);
  return entry != nullptr ? entry->row() : below_.get(key, start);
}

std::unique_ptr<WindowCursor> CachedWindowStore::fetch(BytesView key, Timestamp from, Timestamp to,
                                                       Direction direction) {
  return std::make_unique<CachedWindowCursor>(
      rows_of(key, from, to), below_.fetch(key, from, to, direction),
      WindowPlace(spec_, WindowLayout::key_first), direction);
}

std::unique_ptr<WindowCursor> CachedWindowStore::fetch_range(NullableBytesView key_from,
                                                             NullableBytesView key_to,
                                                             Timestamp from, Timestamp to,
                                                             Direction direction) {
  const WindowLayout order = persistent() ? WindowLayout::key_first : WindowLayout::time_first;
  return std::make_unique<CachedWindowCursor>(
      rows_between(key_from, key_to, from, to),
      below_.fetch_range(key_from, key_to, from, to, direction), WindowPlace(spec_, order),
      direction);
}

std::unique_ptr<WindowCursor> CachedWindowStore::fetch_by_time(Timestamp from, Timestamp to) {
  return std::make_unique<CachedWindowCursor>(
      rows_between(std::nullopt, std::nullopt, from, to), below_.fetch_by_time(from, to),
      WindowPlace(spec_, WindowLayout::time_first), Direction::forward);
}

bool CachedWindowStore::contains(BytesView key, Timestamp from, Timestamp to) {
  const Rows cached = rows_of(key, from, to);
  if (std::any_of(cached.begin(), cached.end(),
                  [](const CachedWindowCursor::Row& row) { return row.value.has_value(); })) {
    return true;
  }
  return cached.empty() ? below_.contains(key, from, to)
                        : fetch(key, from, to, Direction::forward)->valid();
}

CachedWindowStore::Rows CachedWindowStore::rows_of(BytesView key, Timestamp from, Timestamp to) {
  Rows rows;
  // Row by row, leaping over those of other keys where rows lie by time.
  Bytes place = row_key(key, std::max(from, Timestamp(0)));
  while (const CacheEntry* entry = cache_.first_from(NullableBytesView(place))) {
    const WindowRow row = codec_.decode(entry->key);
    const bool by_key = codec_.layout() == WindowLayout::key_first;
    if (by_key ? !BytesView(entry->key).starts_with(key) : row.start > to) {
      break;
    }
    if (row.key == key) {
      if (row.start > to) {
        break;
      }
      rows.push_back(CachedWindowCursor::row_of(row, entry->row()));
    }
    if (by_key) {
      place = entry->key;
      place.push_back('\0');
    } else {
      place = row_key(key, row.key < key ? row.start : row.start + std::chrono::milliseconds(1));
    }
  }
  return rows;
}

CachedWindowStore::Rows CachedWindowStore::rows_between(NullableBytesView key_from,
                                                        NullableBytesView key_to, Timestamp from,
                                                        Timestamp to) {
  Rows rows;
  const bool by_key = codec_.layout() == WindowLayout::key_first;
  Bytes first;
  if (by_key) {
    first = key_from.value_or(BytesView());
  } else {
    codec_.lower_bound(BytesView(), std::max(from, Timestamp(0)), first);
  }
  for (const CacheEntry* entry = cache_.first_from(NullableBytesView(first)); entry != nullptr;
       entry = cache_.first_after(entry->key)) {
    const WindowRow row = codec_.decode(entry->key);
    if (!by_key && row.start > to) {
      break;
    }
    if (row.start >= from && row.start <= to && (!key_from.has_value() || row.key >= *key_from) &&
        (!key_to.has_value() || row.key <= *key_to)) {
      rows.push_back(CachedWindowCursor::row_of(row, entry->row()));
    }
  }
  return rows;
}

void CachedWindowStore::listen(CacheListener& listener, OldRows old_rows) {
  listener_ = &listener;
  old_rows_ = old_rows;
}

void CachedWindowStore::drop() {
  cache_.drop();
  newest_ = Timestamp::unknown();
}

void CachedWindowStore::write_back(const RecordCache::Change& change) {
  struct Written {
    const RecordCache::Change& change;
    WindowRow row;
    NullableBytesView old_row;
  } written{change, codec_.decode(change.key), std::nullopt};
  Bytes old = std::exchange(old_, {});
  if (listener_ != nullptr && (old_rows_ == OldRows::wanted || !change.row.has_value())) {
    const NullableBytesView below = below_.get(written.row.key, written.row.start);
    if (below.has_value()) {
      written.old_row = old.assign(*below);
    } else if (!change.row.has_value()) {
      return;  // it came and went
    }
  }
  record_.exchanged_for(change.write, change.coordinates, [this, &written] {
    const RecordCache::Change& changed = written.change;
    const Timestamp start = written.row.start;
    below_.put(written.row.key, changed.row, start, changed.write.timestamp);
    if (listener_ != nullptr) {
      listener_->row_flushed({written.row.key,
                              {start, start + spec_.window_size},
                              changed.row,
                              old_rows_ == OldRows::wanted ? written.old_row : std::nullopt,
                              changed.write});
    }
  });
  old_ = std::move(old);
}

}  // namespace pawl::internal

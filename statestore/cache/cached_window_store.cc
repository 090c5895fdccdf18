#include "cache/cached_window_store.h"

#include <algorithm>
#include <map>
#include <optional>
#include <stdexcept>
#include <utility>

namespace pawl::internal {
namespace {

// Kafka Streams' key of an entry is i64 segment ‖ key ‖ i64 start ‖ i32 sequence (Source:
// SegmentedCacheFunction, WindowKeySchema); ours has no segment.
constexpr std::size_t kKeyOverhead = 8;

}  // namespace

CachedWindowStore::CachedWindowStore(StoreSpec spec, WindowStore& below, CacheBudget& budget,
                                     RecordInHand& record)
    : spec_(std::move(spec)),
      below_(below),
      budget_(budget),
      record_(record),
      codec_(WindowLayout::key_first, false),
      cache_(budget, record, kKeyOverhead,
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
  Timestamp looked_at_from = from;
  if (direction == Direction::backward && as_kafka_streams_on_disk()) {
    const std::int64_t interval = segment_interval_of(spec_).count();
    looked_at_from = Timestamp(std::max(from, Timestamp(0)).value() / interval * interval);
  }
  std::vector<Bytes> rows = rows_of(key, looked_at_from, to);
  if (direction == Direction::backward) {
    std::reverse(rows.begin(), rows.end());
  }
  return merged(std::move(rows), below_.fetch(key, from, to, direction),
                WindowPlace(spec_, WindowLayout::key_first), direction, from);
}

std::unique_ptr<WindowCursor> CachedWindowStore::fetch_range(NullableBytesView key_from,
                                                             NullableBytesView key_to,
                                                             Timestamp from, Timestamp to,
                                                             Direction direction) {
  const WindowPlace place(spec_, persistent() ? WindowLayout::key_first : WindowLayout::time_first);
  std::vector<Bytes> rows = rows_between(key_from, key_to, from, to);
  place.sort(rows, codec_, direction);
  return merged(std::move(rows), below_.fetch_range(key_from, key_to, from, to, direction), place,
                direction, from);
}

std::unique_ptr<WindowCursor> CachedWindowStore::fetch_by_time(Timestamp from, Timestamp to) {
  const WindowPlace place(spec_, WindowLayout::time_first);
  std::vector<Bytes> rows = rows_between(std::nullopt, std::nullopt, from, to);
  place.sort(rows, codec_, Direction::forward);
  return merged(std::move(rows), below_.fetch_by_time(from, to), place, Direction::forward, from);
}

std::unique_ptr<WindowCursor> CachedWindowStore::merged(std::vector<Bytes> rows,
                                                        std::unique_ptr<WindowCursor> below,
                                                        const WindowPlace& place,
                                                        Direction direction, Timestamp from) {
  CachedRows::Departed shown = departed(rows);
  return std::make_unique<CachedWindowCursor>(CachedRows(cache_, std::move(rows), std::move(shown)),
                                              codec_, std::move(below), place, direction, from);
}

CachedRows::Departed CachedWindowStore::departed(const std::vector<Bytes>& rows) {
  if (!as_kafka_streams_on_disk()) {
    return [this](BytesView row) { return row_below(row); };
  }
  std::map<Bytes, std::optional<Bytes>, std::less<>> before;
  for (const Bytes& row : rows) {
    const NullableBytesView below = row_below(row);
    before.emplace(row, below.has_value() ? std::optional<Bytes>(*below) : std::nullopt);
  }
  return [before = std::move(before)](BytesView row) {
    const std::optional<Bytes>& found = before.find(row)->second;
    return found.has_value() ? NullableBytesView(*found) : std::nullopt;
  };
}

NullableBytesView CachedWindowStore::row_below(BytesView row_key) {
  const WindowRow row = codec_.decode(row_key);
  return below_.get(row.key, row.start);
}

bool CachedWindowStore::contains(BytesView key, Timestamp from, Timestamp to) {
  return rows_of(key, from, to).empty() ? below_.contains(key, from, to)
                                        : fetch(key, from, to, Direction::forward)->valid();
}

std::vector<Bytes> CachedWindowStore::rows_of(BytesView key, Timestamp from, Timestamp to) const {
  std::vector<Bytes> rows;
  from = std::max(from, Timestamp(0));
  to = std::min(to, newest_);  // behind it there are rows of longer keys only
  if (from > to) {
    return rows;
  }
  const Bytes last = row_key(key, to);
  for (const CacheEntry* entry = cache_.first_from(NullableBytesView(row_key(key, from)));
       entry != nullptr && entry->key <= last; entry = cache_.first_after(entry->key)) {
    if (codec_.decode(entry->key).key == key) {
      rows.emplace_back(entry->key);
    }
  }
  return rows;
}

std::vector<Bytes> CachedWindowStore::rows_between(NullableBytesView key_from,
                                                   NullableBytesView key_to, Timestamp from,
                                                   Timestamp to) const {
  std::vector<Bytes> rows;
  for (const CacheEntry* entry = cache_.first_from(key_from); entry != nullptr;
       entry = cache_.first_after(entry->key)) {
    const WindowRow row = codec_.decode(entry->key);
    if (row.start >= from && row.start <= to && (!key_from.has_value() || row.key >= *key_from) &&
        (!key_to.has_value() || row.key <= *key_to)) {
      rows.emplace_back(entry->key);
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

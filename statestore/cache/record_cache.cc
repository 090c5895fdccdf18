#include "cache/record_cache.h"

#include <pawl/model/assert.h>

#include <iterator>
#include <utility>

namespace pawl::internal {
namespace {

// What Kafka Streams adds to the bytes of key and value: the links of a list node, whether the
// entry is dirty, and the timestamp, offset and partition of its record.
constexpr std::size_t kEntryOverhead = 24 + 1 + 8 + 8 + 4;

}  // namespace

RecordCache::RecordCache(CacheBudget& budget, const RecordInHand& record, std::size_t key_overhead,
                         WriteBack write_back)
    : budget_(budget),
      record_(record),
      key_overhead_(key_overhead),
      write_back_(std::move(write_back)) {}

CacheEntry& RecordCache::entry_of(BytesView key) {
  auto found = entries_.find(key);
  if (found == entries_.end()) {
    found = entries_.try_emplace(Bytes(key)).first;
    found->second.key = found->first;
    by_use_.push_front(found->second);
  } else {
    used(found);
  }
  return found->second;
}

const CacheEntry* RecordCache::used(Entries::iterator found) {
  if (found == entries_.end()) {
    return nullptr;
  }
  by_use_.splice(by_use_.begin(), by_use_, by_use_.iterator_to(found->second));
  return &found->second;
}

void RecordCache::resize(CacheEntry& entry) {
  std::size_t size = entry.key.size() + key_overhead_ + kEntryOverhead + entry.value.size() +
                     entry.coordinates.topic.size();
  for (const Header& header : entry.headers) {
    size += header.name.size() + (header.value.has_value() ? header.value->size() : 0);
  }
  bytes_ += size - entry.size;
  entry.size = size;
}

void RecordCache::clean(CacheEntry& entry) {
  by_change_.erase(by_change_.iterator_to(entry));
  dirty_bytes_ -= entry.size;
  entry.dirty = false;
}

void RecordCache::erase(Entries::iterator entry) {
  by_use_.erase(by_use_.iterator_to(entry->second));
  bytes_ -= entry->second.size;
  entries_.erase(entry);
  ++departures_;
}

void RecordCache::settle() {
  budget_.bytes_used += bytes_ - bytes_told_;
  bytes_told_ = bytes_;
}

std::string_view RecordCache::interned(std::string_view topic) {
  if (topic != last_topic_) {
    last_topic_ = *topics_.emplace(topic).first;
  }
  return last_topic_;
}

const CacheEntry* RecordCache::find(BytesView key) {
  return used(entries_.find(key));
}

void RecordCache::put(BytesView key, NullableBytesView row) {
  CacheEntry& entry = entry_of(key);
  if (entry.dirty) {
    clean(entry);
  }
  entry.tombstone = !row.has_value();
  entry.value = row.value_or(BytesView());
  entry.timestamp = record_.write_context().timestamp;
  entry.headers = *record_.write_context().headers;
  entry.coordinates = record_.coordinates();
  entry.coordinates.topic = interned(entry.coordinates.topic);
  resize(entry);
  entry.dirty = true;
  entry.change = ++changes_;
  dirty_bytes_ += entry.size;
  by_change_.push_back(entry);
  settle();
  evict();
}

void RecordCache::keep(BytesView key, BytesView row) {
  CacheEntry& entry = entry_of(key);
  PAWL_ASSERT(!entry.dirty);
  entry.value = row;
  resize(entry);
  settle();
  evict();
}

void RecordCache::evict() {
  if (evicting_) {
    return;  // a processor further down writes to this store
  }
  evicting_ = true;
  const std::uint64_t last = changes_;
  while (budget_.bytes_used > budget_.bytes_max && !by_use_.empty() &&
         by_use_.back().change <= last) {
    evict_oldest();
    settle();
  }
  evicting_ = false;
}

void RecordCache::evict_oldest() {
  CacheEntry& oldest = by_use_.back();
  if (oldest.dirty && budget_.order == EvictionOrder::by_change) {
    const Bytes key(oldest.key);
    flush();
    const auto found = entries_.find(key);
    if (found != entries_.end() && !found->second.dirty) {
      erase(found);
    }
    return;
  }
  by_use_.pop_back();
  bytes_ -= oldest.size;
  ++departures_;
  const Entries::node_type gone = entries_.extract(entries_.find(oldest.key));
  if (oldest.dirty) {
    const std::uint64_t last = changes_;
    clean(oldest);
    write_back_(
        {oldest.key, oldest.row(), {oldest.timestamp, &oldest.headers}, oldest.coordinates});
    flush_until(last);
  }
}

void RecordCache::flush() {
  flush_until(changes_);
}

void RecordCache::flush_until(std::uint64_t last) {
  while (!by_change_.empty() && by_change_.front().change <= last) {
    write_back_and_keep(by_change_.front());
  }
  settle();
}

void RecordCache::write_back_and_keep(CacheEntry& entry) {
  clean(entry);
  Held held = std::exchange(held_, {});
  held.key = entry.key;
  held.row = entry.value;
  held.headers = entry.headers;
  const bool tombstone = entry.tombstone;
  write_back_({held.key,
               entry.tombstone ? std::nullopt : NullableBytesView(held.row),
               {entry.timestamp, &held.headers},
               entry.coordinates});
  if (tombstone) {
    const auto found = entries_.find(held.key);
    if (found != entries_.end() && found->second.tombstone && !found->second.dirty) {
      erase(found);
    }
  }
  held_ = std::move(held);
}

void RecordCache::drop() {
  by_change_.clear();
  by_use_.clear();
  entries_.clear();
  ++departures_;
  bytes_ = 0;
  dirty_bytes_ = 0;
  evicting_ = false;
  settle();
}

const CacheEntry* RecordCache::first_from(NullableBytesView key) const {
  const auto found = key.has_value() ? entries_.lower_bound(*key) : entries_.begin();
  return found == entries_.end() ? nullptr : &found->second;
}

const CacheEntry* RecordCache::first_after(BytesView key) const {
  const auto found = entries_.upper_bound(key);
  return found == entries_.end() ? nullptr : &found->second;
}

const CacheEntry* RecordCache::last_until(NullableBytesView key) const {
  const auto after = key.has_value() ? entries_.upper_bound(*key) : entries_.end();
  return after == entries_.begin() ? nullptr : &std::prev(after)->second;
}

const CacheEntry* RecordCache::last_before(BytesView key) const {
  const auto at = entries_.lower_bound(key);
  return at == entries_.begin() ? nullptr : &std::prev(at)->second;
}

}  // namespace pawl::internal

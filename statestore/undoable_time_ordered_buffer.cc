#include "undoable_time_ordered_buffer.h"

#include <pawl/model/assert.h>

#include <algorithm>
#include <utility>

namespace pawl::internal {

std::size_t UndoableTimeOrderedBuffer::size_of(BytesView key, const TimedChange& timed) {
  const auto length = [](const std::optional<Bytes>& bytes) {
    return bytes.has_value() ? bytes->size() : 0;
  };
  const BufferedChange& change = timed.change;
  // Buffer time, timestamp and offset are 8 bytes each, the partition is 4. An old value equal to
  // the prior one is held once.
  std::size_t size = 8 + key.size() + 8 + 8 + change.context.topic.size() + 4;
  size += length(change.prior) + length(change.new_value);
  size += change.old_value == change.prior ? 0 : length(change.old_value);
  for (const Header& header : change.context.headers) {
    size += header.name.size() + length(header.value);
  }
  return size;
}

void UndoableTimeOrderedBuffer::save(BytesView key, Entry* entry) {
  if (entry != nullptr && entry->saved) {
    return;
  }
  if (!saved_keys_.contains(key)) {
    Saved& saved = saved_.emplace_back(Saved{Bytes(key), std::nullopt});
    if (entry != nullptr) {
      saved.before = entry->timed;
      saved_bytes_ += size_of(key, entry->timed);
    }
    saved_keys_.insert(saved.key);
    saved_bytes_ += sizeof(Saved) + key.size();
  }
  if (entry != nullptr) {
    entry->saved = true;
  }
}

UndoableTimeOrderedBuffer::Entry& UndoableTimeOrderedBuffer::insert(BytesView key,
                                                                    TimedChange timed) {
  auto entry = std::make_unique<Entry>(Entry{Bytes(key), std::move(timed)});
  Entry& placed = *entry;
  bytes_ += size_of(placed.key, placed.timed);
  Bucket& bucket = buckets_[placed.timed.buffer_time];
  placed.slot = bucket.loose.size();
  bucket.loose.push_back(&placed);
  const bool fresh = entries_.emplace(BytesView(placed.key), std::move(entry)).second;
  PAWL_ASSERT(fresh);
  return placed;
}

void UndoableTimeOrderedBuffer::replace(Entry& entry, TimedChange timed) {
  PAWL_ASSERT(entry.timed.buffer_time == timed.buffer_time);
  bytes_ -= size_of(entry.key, entry.timed);
  entry.timed = std::move(timed);
  bytes_ += size_of(entry.key, entry.timed);
}

void UndoableTimeOrderedBuffer::leave(Bucket& bucket, Entry& entry) {
  if (entry.slot == kOrdered) {
    bucket.ordered.erase(&entry);
    return;
  }
  std::vector<Entry*>& loose = bucket.loose;
  PAWL_ASSERT(entry.slot < loose.size() && loose[entry.slot] == &entry, entry.slot);
  loose[entry.slot] = loose.back();
  loose[entry.slot]->slot = entry.slot;
  loose.pop_back();
}

UndoableTimeOrderedBuffer::Entry* UndoableTimeOrderedBuffer::take_first(Bucket& bucket) {
  for (Entry* const entry : bucket.loose) {
    entry->slot = kOrdered;
    bucket.ordered.insert(entry);
  }
  bucket.loose.clear();
  return bucket.ordered.extract(bucket.ordered.begin()).value();
}

void UndoableTimeOrderedBuffer::erase(BytesView key) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) {
    return;
  }
  Entry& entry = *found->second;
  bytes_ -= size_of(entry.key, entry.timed);
  const auto bucket = buckets_.find(entry.timed.buffer_time);
  leave(bucket->second, entry);
  if (bucket->second.empty()) {
    buckets_.erase(bucket);
  }
  entries_.erase(found);
}

std::string_view UndoableTimeOrderedBuffer::intern(std::string_view topic) {
  return *topics_.emplace(topic).first;
}

void UndoableTimeOrderedBuffer::put(Timestamp buffer_time, BytesView key, BufferedChange change) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) {
    save(key, nullptr);
    change.prior = change.old_value;
    insert(key, {buffer_time, std::move(change)}).saved = true;
    return;
  }
  Entry& entry = *found->second;
  save(key, &entry);
  change.prior = entry.timed.change.prior;
  replace(entry, {entry.timed.buffer_time, std::move(change)});
}

void UndoableTimeOrderedBuffer::evict_until(
    Timestamp bound, const std::function<void(BytesView, const BufferedChange&)>& emit) {
  while (!buckets_.empty() && buckets_.begin()->first <= bound) {
    Bucket& bucket = buckets_.begin()->second;
    // An entry is out before it is emitted, so none is ever emitted twice.
    while (!bucket.ordered.empty()) {
      emit_out(*take_first(bucket), emit);
    }
    // The last one leaves first.
    std::vector<Entry*>& loose = bucket.loose;
    std::sort(loose.begin(), loose.end(),
              [](const Entry* left, const Entry* right) { return left->key > right->key; });
    for (std::size_t slot = 0; slot < loose.size(); ++slot) {
      loose[slot]->slot = slot;
    }
    while (!loose.empty()) {
      Entry* const leaving = loose.back();
      loose.pop_back();
      emit_out(*leaving, emit);
    }
    buckets_.erase(buckets_.begin());
  }
}

void UndoableTimeOrderedBuffer::evict_first(
    const std::function<void(BytesView, const BufferedChange&)>& emit) {
  PAWL_ASSERT(!buckets_.empty());
  Bucket& bucket = buckets_.begin()->second;
  Entry* const leaving = take_first(bucket);
  if (bucket.empty()) {
    buckets_.erase(buckets_.begin());
  }
  emit_out(*leaving, emit);
}

void UndoableTimeOrderedBuffer::emit_out(
    Entry& leaving, const std::function<void(BytesView, const BufferedChange&)>& emit) {
  save(leaving.key, &leaving);
  bytes_ -= size_of(leaving.key, leaving.timed);
  const auto found = entries_.find(BytesView(leaving.key));
  const std::unique_ptr<Entry> holder = std::move(found->second);
  entries_.erase(found);
  emit(holder->key, holder->timed.change);
}

const BufferedChange* UndoableTimeOrderedBuffer::find(BytesView key) {
  const auto found = entries_.find(key);
  return found == entries_.end() ? nullptr : &found->second->timed.change;
}

Timestamp UndoableTimeOrderedBuffer::earliest() const {
  return buckets_.empty() ? Timestamp::max() : buckets_.begin()->first;
}

void UndoableTimeOrderedBuffer::log_pending() {
  if (surroundings_.changelog == nullptr) {
    return;
  }
  for (const Saved& saved : saved_) {
    const auto found = entries_.find(BytesView(saved.key));
    if (found == entries_.end()) {
      surroundings_.changelog->append(saved.key, std::nullopt, Timestamp::unknown(),
                                      Headers::none());
    } else {
      encode_buffered_change(found->second->timed, scratch_);
      surroundings_.changelog->append(saved.key, NullableBytesView(scratch_), Timestamp::unknown(),
                                      buffered_change_headers());
    }
  }
}

void UndoableTimeOrderedBuffer::freeze() {
  PAWL_ASSERT(frozen_.empty());
  for (const Saved& saved : saved_) {
    const auto found = entries_.find(BytesView(saved.key));
    if (found != entries_.end()) {
      found->second->saved = false;
    }
  }
  saved_keys_.clear();
  frozen_ = std::exchange(saved_, {});
  frozen_bytes_ = std::exchange(saved_bytes_, 0);
}

void UndoableTimeOrderedBuffer::settle() {
  frozen_.clear();
  frozen_bytes_ = 0;
}

void UndoableTimeOrderedBuffer::drop() {
  // Later changes are undone first.
  for (std::deque<Saved>* states : {&saved_, &frozen_}) {
    for (Saved& saved : *states) {
      erase(saved.key);
      if (saved.before.has_value()) {
        insert(saved.key, *std::move(saved.before));
      }
    }
  }
  // An emission that was broken off may have left one behind.
  std::erase_if(buckets_, [](const auto& bucket) { return bucket.second.empty(); });
  saved_keys_.clear();
  saved_.clear();
  frozen_.clear();
  saved_bytes_ = 0;
  frozen_bytes_ = 0;
}

Result<void> UndoableTimeOrderedBuffer::replay(const ChangelogRecord& record) {
  if (!record.value.has_value()) {
    erase(record.key);
    return {};
  }
  TimedChange timed = PAWL_TRY(decode_buffered_change(record));
  timed.change.context.topic = intern(timed.change.context.topic);
  erase(record.key);
  insert(record.key, std::move(timed));
  return {};
}

}  // namespace pawl::internal

#include "window/hot_windows.h"

#include <algorithm>
#include <limits>

namespace pawl::internal {

HotWindows::Table* HotWindows::table_of(Timestamp start) {
  if (last_table_ != nullptr && last_start_ == start) {
    return last_table_;
  }
  const auto found = tables_.find(start);
  if (found == tables_.end()) {
    return nullptr;
  }
  last_start_ = start;
  last_table_ = &found->second;
  return last_table_;
}

HotWindows::Lookup HotWindows::find(Timestamp start, BytesView key) {
  const Table* table = table_of(start);
  if (table == nullptr) {
    return {start > complete_after_ ? Answer::absent : Answer::unknown, {}};
  }
  const auto row = table->rows.find(key);
  if (row == table->rows.end()) {
    return {table->complete ? Answer::absent : Answer::unknown, {}};
  }
  return row->second.present ? Lookup{Answer::present, {row->second.place, row->second.size}}
                             : Lookup{Answer::absent, {}};
}

HotWindows::Table& HotWindows::table_for_writing(Timestamp start) {
  if (Table* table = table_of(start)) {
    return *table;
  }
  Table& table = tables_[start];
  table.complete = start > complete_after_;
  last_start_ = start;
  last_table_ = &table;
  return table;
}

void HotWindows::write(Table& table, BytesView key, NullableBytesView value) {
  auto row = table.rows.find(key);
  if (row == table.rows.end()) {
    row = table.rows.emplace(table.arena.copy(key), Slot{}).first;
  }
  Slot& slot = row->second;
  slot.present = value.has_value();
  if (value.has_value()) {
    if (value->size() > slot.capacity) {
      // Growing values leave their old room behind; half as much again keeps that below twice the
      // live bytes.
      const std::size_t capacity =
          slot.capacity == 0 ? value->size() : value->size() + value->size() / 2;
      slot.place = table.arena.allocate(capacity);
      slot.capacity = static_cast<std::uint32_t>(capacity);
    }
    if (!value->empty()) {
      std::memcpy(slot.place, value->data(), value->size());
    }
    slot.size = static_cast<std::uint32_t>(value->size());
  }
  const std::size_t bytes =
      table.arena.used_bytes() + table.rows.size() * (sizeof(BytesView) + sizeof(Slot)) * 3 / 2;
  used_bytes_ += bytes - table.counted_bytes;
  table.counted_bytes = bytes;
}

void HotWindows::commit(Timestamp start, BytesView key, NullableBytesView value) {
  if (value.has_value() && value->size() > std::numeric_limits<std::uint32_t>::max() / 2) {
    // Too large to keep: whoever asks reads the backend.
    complete_after_ = std::max(complete_after_, start);
    if (Table* table = table_of(start)) {
      table->complete = false;
      table->rows.erase(key);
    }
    return;
  }
  write(table_for_writing(start), key, value);
  evict_to_fit(start);
}

void HotWindows::remember(Timestamp start, BytesView key, NullableBytesView value) {
  if (used_bytes_ >= bytes_max_ && table_of(start) == nullptr) {
    return;  // a late record must not push out an open window
  }
  commit(start, key, value);
}

void HotWindows::evict_to_fit(Timestamp keep) {
  while (used_bytes_ > bytes_max_ && !tables_.empty()) {
    const auto oldest = tables_.begin();
    // What begins at or before an evicted window is no longer known to be complete.
    complete_after_ = std::max(complete_after_, oldest->first);
    used_bytes_ -= oldest->second.counted_bytes;
    last_table_ = nullptr;
    const bool was_kept_one = oldest->first == keep;
    tables_.erase(oldest);
    if (was_kept_one) {
      return;
    }
  }
}

void HotWindows::forget_below(Timestamp start) {
  while (!tables_.empty() && tables_.begin()->first < start) {
    used_bytes_ -= tables_.begin()->second.counted_bytes;
    complete_after_ = std::max(complete_after_, tables_.begin()->first);
    tables_.erase(tables_.begin());
    last_table_ = nullptr;
  }
}

}  // namespace pawl::internal

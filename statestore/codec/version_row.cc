#include "codec/version_row.h"

#include <pawl/model/assert.h>

#include <algorithm>
#include <cstdint>
#include <ranges>

namespace pawl::internal {
namespace {

constexpr std::size_t kHeadSize = 16;
constexpr std::size_t kEntrySize = 12;
constexpr std::int32_t kDeleted = -1;

}  // namespace

void VersionRow::start(NullableBytesView value, Timestamp from, Timestamp to) {
  next_ = to;
  entries_.assign(1, Entry{from, value});
}

bool VersionRow::decode(BytesView bytes) {
  bytes_ = bytes;
  entries_.clear();
  if (bytes_.size() < kHeadSize + kEntrySize) {
    return false;
  }
  next_ = Timestamp(big_endian::load_i64(bytes_.data()));
  const Timestamp min(big_endian::load_i64(bytes_.data() + 8));
  std::size_t at = kHeadSize;
  std::size_t values_end = bytes_.size();
  do {
    if (at + kEntrySize > values_end) {
      return false;
    }
    Entry entry{Timestamp(big_endian::load_i64(bytes_.data() + at)), std::nullopt};
    const std::int32_t size = big_endian::load_i32(bytes_.data() + at + 8);
    at += kEntrySize;
    if (size != kDeleted) {
      if (size < 0 || static_cast<std::size_t>(size) > values_end - at) {
        return false;
      }
      values_end -= static_cast<std::size_t>(size);
      entry.value = BytesView(bytes_).substr(values_end, static_cast<std::size_t>(size));
    }
    entries_.push_back(entry);
  } while (entries_.back().from != min);
  return at == values_end;
}

void VersionRow::encode(Bytes& out) const {
  out.clear();
  big_endian::append_i64(next_.value(), out);
  big_endian::append_i64(min().value(), out);
  for (const Entry& entry : entries_) {
    big_endian::append_i64(entry.from.value(), out);
    big_endian::append_i32(
        entry.value.has_value() ? static_cast<std::int32_t>(entry.value->size()) : kDeleted, out);
  }
  for (const Entry& entry : std::ranges::reverse_view(entries_)) {
    out += entry.value.value_or(BytesView());
  }
}

std::size_t VersionRow::find(Timestamp time) const {
  PAWL_ASSERT(min() <= time && time < next_, time.value());
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& entry) { return entry.from <= time; });
  return static_cast<std::size_t>(found - entries_.begin());
}

void VersionRow::add_latest(NullableBytesView value, Timestamp from, Timestamp to) {
  PAWL_ASSERT(from >= next_, from.value(), next_.value());
  if (only_deleted()) {
    entries_.clear();
  }
  if (from > next_) {
    entries_.insert(entries_.begin(), Entry{next_, std::nullopt});
  }
  entries_.insert(entries_.begin(), Entry{from, value});
  next_ = to;
}

void VersionRow::add_earliest(NullableBytesView value, Timestamp from) {
  PAWL_ASSERT(from < min(), from.value(), min().value());
  if (only_deleted()) {
    entries_.clear();
  }
  entries_.push_back(Entry{from, value});
}

void VersionRow::insert(std::size_t index, NullableBytesView value, Timestamp from) {
  entries_.insert(entries_.begin() + static_cast<std::ptrdiff_t>(index), Entry{from, value});
}

void VersionRow::replace(std::size_t index, NullableBytesView value, Timestamp from) {
  entries_[index] = Entry{from, value};
}

}  // namespace pawl::internal

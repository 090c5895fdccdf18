#include "state/changelog_retention.h"

#include <algorithm>

namespace pawl::internal {

void ChangelogRetention::observe(std::span<const RowChange> rows, Offset not_before) {
  // Rows are sorted by segment: one step per segment, not per row.
  auto row = rows.begin();
  while (row != rows.end()) {
    const SegmentId segment = row->segment;
    first_offsets_.try_emplace(segment, not_before);
    row = std::upper_bound(row, rows.end(), segment, [](SegmentId wanted, const RowChange& change) {
      return wanted < change.segment;
    });
  }
}

void ChangelogRetention::forget_below(SegmentId first_live) {
  first_offsets_.erase(first_offsets_.begin(), first_offsets_.lower_bound(first_live));
}

Offset ChangelogRetention::purge_below(Offset end) const {
  Offset lowest = end;
  for (const auto& [segment, offset] : first_offsets_) {
    lowest = std::min(lowest, offset);
  }
  return lowest;
}

Bytes ChangelogRetention::encode() const {
  Bytes bytes;
  for (const auto& [segment, offset] : first_offsets_) {
    big_endian::append_i64(segment.value(), bytes);
    big_endian::append_i64(offset.value(), bytes);
  }
  return bytes;
}

Result<ChangelogRetention> ChangelogRetention::decode(BytesView bytes) {
  if (bytes.size() % 16 != 0) {
    return Error{ErrorKind::corrupted_state, "a store's changelog retention has a broken length"};
  }
  ChangelogRetention retention;
  for (std::size_t at = 0; at < bytes.size(); at += 16) {
    retention.first_offsets_[SegmentId(big_endian::load_i64(bytes.data() + at))] =
        Offset(big_endian::load_i64(bytes.data() + at + 8));
  }
  return retention;
}

}  // namespace pawl::internal

// Where the rows of a versioned store lie: a version in the time segment in which it ended, latest
// versions in a backend segment of their own. Shared by the store and by its readers.
// Thread rule: values.
#pragma once

#include "codec/timestamped_value.h"
#include "codec/version_row.h"

#include <pawl/statestore/store_backend.h>
#include <pawl/statestore/store_spec.h>
#include <pawl/statestore/versioned_store.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>

namespace pawl::internal {

// Above every segment of time, so that it never dies.
inline constexpr SegmentId kLatestVersions{std::numeric_limits<std::int64_t>::max() - 1};

class VersionSegments {
 public:
  explicit VersionSegments(const StoreSpec& spec) : interval_(segment_interval_of(spec).count()) {}

  // Returns: the time segment of a version that ended then.
  [[nodiscard]] std::int64_t of(Timestamp ended) const { return ended.value() / interval_; }
  // Backend segments of less than a minute would be made and freed too often.
  [[nodiscard]] SegmentId backend_segment(std::int64_t segment) const {
    return SegmentId(segment / per_backend_segment());
  }
  // Returns: the last time segment that lies in a backend segment.
  [[nodiscard]] std::int64_t last_in(SegmentId backend) const {
    return (backend.value() + 1) * per_backend_segment() - 1;
  }
  // Overwrites `out` with the key of a row: i64 segment ‖ key.
  static void encode_key(std::int64_t segment, BytesView key, Bytes& out) {
    out.clear();
    big_endian::append_i64(segment, out);
    out += key;
  }
  static constexpr std::size_t kKeyOffset = 8;

 private:
  [[nodiscard]] std::int64_t per_backend_segment() const {
    constexpr std::int64_t kMinute = 60'000;
    return std::max<std::int64_t>(1, kMinute / interval_);
  }
  std::int64_t interval_;
};

// Finds the version of a key that was valid at a time, in the rows of segments `last` down to that
// of the time, but not below `first`. `find_row`: (segment, VersionRow&) -> whether there is one.
template <class FindRow>
std::optional<Version> version_in_history(const VersionSegments& segments, std::int64_t first,
                                          std::int64_t last, Timestamp time, VersionRow& row,
                                          FindRow&& find_row) {
  first = std::max(first, segments.of(time));
  for (std::int64_t segment = last; segment >= first; --segment) {
    if (!find_row(segment, row)) {
      continue;
    }
    if (row.next() <= time) {
      return std::nullopt;
    }
    if (row.min() <= time) {
      const std::size_t found = row.find(time);
      const VersionRow::Entry& entry = row.entries()[found];
      if (!entry.value.has_value()) {
        return std::nullopt;
      }
      return Version{*entry.value, entry.from, row.end_of(found)};
    }
  }
  return std::nullopt;
}

// Visits the versions of a row that were valid in [from, to], in time order. Returns: false when
// `visit` did.
template <class Visit>
bool visit_versions(const VersionRow& row, Timestamp from, Timestamp to, Direction direction,
                    Visit&& visit) {
  const std::size_t count = row.entries().size();
  for (std::size_t step = 0; step < count; ++step) {
    const std::size_t index = direction == Direction::backward ? step : count - 1 - step;
    const VersionRow::Entry& entry = row.entries()[index];
    const Timestamp end = row.end_of(index);
    if (entry.value.has_value() && entry.from <= to && end > from &&
        !visit(Version{*entry.value, entry.from, end})) {
      return false;
    }
  }
  return true;
}

inline Version latest_version_in(BytesView row) {
  return {plain_value_of(row), timestamp_of(row), std::nullopt};
}

}  // namespace pawl::internal

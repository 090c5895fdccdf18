// VersionRow: the versions of one key whose validity ended within one segment of time, in one row
// of a versioned store:
//   row   := i64 next ‖ i64 min ‖ entry* (newest first) ‖ value* (oldest first)
//   entry := i64 from ‖ i32 size (-1 = deleted, no value)
// `next` is when the newest entry ended, `min` the `from` of the oldest one. Times between two
// versions in which the key had no value are entries without a value. A row with next == min says
// only that the key was deleted then. docs/formats/versioned_rows.md.
// Source: RocksDBVersionedStoreSegmentValueFormatter. Thread rule: owner thread only.
#pragma once

#include <pawl/model/bytes.h>
#include <pawl/model/timestamp.h>

#include <cstddef>
#include <vector>

namespace pawl::internal {

class VersionRow {
 public:
  struct Entry {
    Timestamp from;
    NullableBytesView value;
  };

  // A row with one version. Lifetime: values are borrowed until encode().
  void start(NullableBytesView value, Timestamp from, Timestamp to);
  // Takes over a row's content. Returns: false when the bytes are no such row.
  [[nodiscard]] bool decode(BytesView bytes);
  // Overwrites `out`.
  void encode(Bytes& out) const;

  [[nodiscard]] Timestamp next() const { return next_; }
  [[nodiscard]] Timestamp min() const { return entries_.back().from; }
  // Newest first.
  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }
  // Returns: when entry number `index` ended.
  [[nodiscard]] Timestamp end_of(std::size_t index) const {
    return index == 0 ? next_ : entries_[index - 1].from;
  }
  // Returns: the entry that was valid at a time. Requires: min() <= time < next().
  [[nodiscard]] std::size_t find(Timestamp time) const;

  // Adds a version behind all others. Requires: from >= next().
  void add_latest(NullableBytesView value, Timestamp from, Timestamp to);
  // Adds a version before all others. Requires: from < min().
  void add_earliest(NullableBytesView value, Timestamp from);
  // Adds a version that ends when entry `index` did, which ends at its `from` now.
  void insert(std::size_t index, NullableBytesView value, Timestamp from);
  void replace(std::size_t index, NullableBytesView value, Timestamp from);

 private:
  [[nodiscard]] bool only_deleted() const { return next_ == min(); }

  Bytes bytes_;  // what decoded entries view
  Timestamp next_;
  std::vector<Entry> entries_;
};

}  // namespace pawl::internal

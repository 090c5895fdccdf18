// ChangelogRetention: which part of a window store's changelog nobody needs any more. For every
// live segment it keeps a lower bound of the offset of the segment's first record; everything below
// the smallest of them may be deleted. So retention follows stream time, never the broker's clock:
// what a live window needs stays, however old it is.
//
// Invariant: purge_below() never exceeds the offset of a record that a live segment was made from.
// Thread rule: owner thread only.
#pragma once

#include <pawl/model/bytes.h>
#include <pawl/model/ids.h>
#include <pawl/model/result.h>
#include <pawl/statestore/store_backend.h>

#include <map>
#include <optional>
#include <span>

namespace pawl::internal {

class ChangelogRetention {
 public:
  // These rows were written by records at or behind `not_before`.
  void observe(std::span<const RowChange> rows, Offset not_before);
  // Segments below this one are dead in a flushed state.
  void forget_below(SegmentId first_live);
  // Returns: the offset below which no live segment needs a record; `end` when no segment is left.
  [[nodiscard]] Offset purge_below(Offset end) const;

  // Kept with the store's rows: (i64 segment ‖ i64 offset)*
  [[nodiscard]] Bytes encode() const;
  static Result<ChangelogRetention> decode(BytesView bytes);

  friend bool operator==(const ChangelogRetention&, const ChangelogRetention&) = default;

 private:
  std::map<SegmentId, Offset> first_offsets_;
};

}  // namespace pawl::internal

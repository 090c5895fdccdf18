// each_part: visits the parts of a store that are open on this instance, and reads no more of them
// than a query needs. Thread rule: any thread.
#pragma once

#include <pawl/model/sticky_stop.h>
#include <pawl/statestore/read_only_store.h>
#include <pawl/statestore/state_store.h>

#include <memory>
#include <vector>

namespace pawl::internal {

// Returns: the choice of the rows of one segment between two keys, or of one row.
inline RowChoice rows_between(SegmentId segment, NullableBytesView from, NullableBytesView to) {
  RowRange range{segment, {}, {}};
  if (from.has_value()) {
    range.from.emplace(*from);
  }
  if (to.has_value()) {
    range.to.emplace(*to);
  }
  return
      [range](const std::vector<SegmentId>& /*segments*/) { return std::vector<RowRange>{range}; };
}
inline RowChoice row_at(SegmentId segment, BytesView key) {
  return rows_between(segment, key, key);
}

inline Error no_part_is_open() {
  return {ErrorKind::retriable, "no part of the store is open on this instance now"};
}

// Calls `read(snapshot)` with the chosen rows of every open part until it returns false. Errors:
// retriable when no part is open, else those of `read`.
template <class F>
Result<void> each_part(const RowSnapshotSources& parts, const RowChoice& rows, F&& read) {
  bool any = false;
  for (const auto& part : parts) {
    const std::shared_ptr<const RowSnapshot> snapshot = part->snapshot_of(rows);
    if (snapshot == nullptr) {
      continue;
    }
    any = true;
    const StickyStop of_the_query;  // a processor may ask as well: it gets an error, and goes on
    try {
      if (!PAWL_TRY(read(*snapshot))) {
        return {};
      }
    } catch (const StoreFailure& failure) {
      return failure.error();
    }
  }
  if (!any) {
    return no_part_is_open();
  }
  return {};
}

}  // namespace pawl::internal

// each_part: visits the parts of a store that are open on this instance. Thread rule: any thread.
#pragma once

#include <pawl/statestore/read_only_store.h>
#include <pawl/statestore/state_store.h>

#include <memory>

namespace pawl::internal {

// Calls `read(snapshot)` for every open part until it returns false. Errors: retriable when no part
// is open, else those of `read`.
template <class F>
Result<void> each_part(const RowSnapshotSources& parts, F&& read) {
  bool any = false;
  for (const auto& part : parts) {
    const std::shared_ptr<const RowSnapshot> snapshot = part->snapshot();
    if (snapshot == nullptr) {
      continue;
    }
    any = true;
    try {
      if (!PAWL_TRY(read(*snapshot))) {
        return {};
      }
    } catch (const StoreFailure& failure) {
      return failure.error();
    }
  }
  if (!any) {
    return Error{ErrorKind::retriable, "no part of the store is open on this instance now"};
  }
  return {};
}

}  // namespace pawl::internal

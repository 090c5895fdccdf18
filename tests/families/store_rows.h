// The rows of a store as texts, one a line: as an application's own queries show them, and as the
// fold of its changelog has them.
#pragma once

#include "families/comparison.h"

#include <pawl/engine/application.h>
#include <pawl/statestore/store_spec.h>

#include <string>
#include <vector>

namespace pawl::test {

// Whether an application can be asked for the store.
[[nodiscard]] inline bool can_be_asked(const StoreSpec& spec) {
  return spec.kind != StoreKind::time_ordered_buffer;
}

// Returns: the rows of the tasks that run on this instance. `versioned_keys`: keys of versioned
// stores, which are asked key by key. Requires: can_be_asked.
Texts asked_rows(const Application& application, const StoreSpec& spec,
                 const std::vector<std::string>& versioned_keys);

// Returns: the rows that the records of its changelog make.
Texts folded_rows(const StoreSpec& spec, const std::vector<StoredRecord>& changelog);

}  // namespace pawl::test

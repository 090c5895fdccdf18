// GlobalStores: the committed rows of the global stores of a process, for the tasks that read them.
// Filled before the first task is made, never changed after that; the rows are written by their one
// owner (task/global_task.h). Thread rule: any thread.
#pragma once

#include <pawl/statestore/store_backend.h>
#include <pawl/statestore/store_spec.h>

#include <map>
#include <memory>
#include <string>

namespace pawl::internal {

struct GlobalStore {
  StoreSpec spec;
  std::shared_ptr<const RowSnapshotSource> rows;
};

using GlobalStores = std::map<std::string, GlobalStore>;

}  // namespace pawl::internal

#include "rocksdb/rocksdb_error.h"

#include <pawl/model/assert.h>
#include <pawl/statestore/state_store.h>

namespace pawl::internal {

Error rocksdb_error(const std::string& what, const rocksdb::Status& status) {
  PAWL_ASSERT(!status.ok());
  const std::string message = what + ": " + status.ToString();
  if (status.IsNoSpace()) {
    return {ErrorKind::fatal, message + ". Remedy: free disk space, then start again"};
  }
  // Files that are damaged, missing or of another make: the changelog has it all.
  if (status.IsCorruption() || status.IsPathNotFound() || status.IsNotFound() ||
      status.IsInvalidArgument() || status.IsNotSupported()) {
    return {ErrorKind::corrupted_state, message};
  }
  return {ErrorKind::fatal, message};
}

void throw_unless_ok(const std::string& what, const rocksdb::Status& status) {
  if (!status.ok()) {
    throw StoreFailure(rocksdb_error(what, status));
  }
}

}  // namespace pawl::internal

// shared_key_value_store: the committed rows of a store that another thread owns, as a read-only
// KeyValueStore: how tasks see a global store. Every read sees the owner's last commit; a cursor
// the commit at its beginning.
// Thread rule: each object on one thread. Errors: StoreFailure from reads; std::logic_error from
// writes.
#pragma once

#include <pawl/statestore/key_value_store.h>
#include <pawl/statestore/store_backend.h>
#include <pawl/statestore/store_spec.h>

#include <memory>

namespace pawl {

std::unique_ptr<KeyValueStore> shared_key_value_store(
    const StoreSpec& spec, std::shared_ptr<const RowSnapshotSource> rows);

}  // namespace pawl

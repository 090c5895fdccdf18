#include "lru_key_value_store.h"
#include "overlaid_key_value_store.h"
#include "overlaid_session_store.h"
#include "overlaid_versioned_store.h"
#include "overlaid_window_store.h"
#include "undoable_time_ordered_buffer.h"

#include <pawl/statestore/managed_store.h>

#include <memory>
#include <utility>

namespace pawl {

Result<std::unique_ptr<ManagedStore>> open_managed_store(const StoreSpec& spec,
                                                         const StoreSurroundings& surroundings) {
  if (spec.kind == StoreKind::time_ordered_buffer) {
    return std::unique_ptr<ManagedStore>(
        std::make_unique<internal::UndoableTimeOrderedBuffer>(spec, surroundings));
  }
  std::unique_ptr<CommittedRows> rows = PAWL_TRY(surroundings.backend->open_store(spec));
  if (spec.kind == StoreKind::versioned_key_value) {
    return std::unique_ptr<ManagedStore>(
        std::make_unique<internal::OverlaidVersionedStore>(spec, surroundings, std::move(rows)));
  }
  if (spec.kind == StoreKind::key_value && spec.entries_max.has_value()) {
    return std::unique_ptr<ManagedStore>(
        std::make_unique<internal::LruKeyValueStore>(spec, surroundings, std::move(rows)));
  }
  if (spec.kind == StoreKind::key_value) {
    return std::unique_ptr<ManagedStore>(
        std::make_unique<internal::OverlaidKeyValueStore>(spec, surroundings, std::move(rows)));
  }
  if (spec.kind == StoreKind::session) {
    return std::unique_ptr<ManagedStore>(
        std::make_unique<internal::OverlaidSessionStore>(spec, surroundings, std::move(rows)));
  }
  try {
    return std::unique_ptr<ManagedStore>(
        std::make_unique<internal::OverlaidWindowStore>(spec, surroundings, std::move(rows)));
  } catch (const StoreFailure& failure) {  // it reads its rows
    return failure.error();
  }
}

}  // namespace pawl

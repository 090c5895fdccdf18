#include "cache/cached_key_value_store.h"
#include "cache/cached_session_store.h"
#include "cache/cached_window_store.h"

namespace pawl {

std::unique_ptr<CachedStore> make_cached_store(const StoreSpec& spec, StateStore& below,
                                               CacheBudget& budget, RecordInHand& record) {
  if (spec.kind == StoreKind::versioned_key_value) {
    return nullptr;
  }
  if (auto* const key_value = dynamic_cast<KeyValueStore*>(&below)) {
    return std::make_unique<internal::CachedKeyValueStore>(*key_value, budget, record);
  }
  if (auto* const sessions = dynamic_cast<SessionStore*>(&below)) {
    return std::make_unique<internal::CachedSessionStore>(spec, *sessions, budget, record);
  }
  auto* const windows = dynamic_cast<WindowStore*>(&below);
  if (windows != nullptr && !spec.retain_duplicates) {
    return std::make_unique<internal::CachedWindowStore>(spec, *windows, budget, record);
  }
  return nullptr;
}

}  // namespace pawl

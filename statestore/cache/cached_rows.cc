#include "cache/cached_rows.h"

namespace pawl::internal {

bool CachedRows::valid() {
  if (at_ == keys_.size()) {
    return false;
  }
  if (!seen_) {
    const CacheEntry* const entry = cache_.find(keys_[at_]);
    const NullableBytesView row = entry != nullptr ? entry->row() : departed_(keys_[at_]);
    deleted_ = !row.has_value();
    value_ = row.value_or(BytesView());
    seen_ = true;
  }
  return true;
}

}  // namespace pawl::internal

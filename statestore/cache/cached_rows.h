// CachedRows: the rows of a cache that a cursor of a cached store goes over. Which ones is settled
// when the cursor is made; each counts as used, and shows the value that it has by then, when the
// cursor looks at it. So a writer who reads and writes in turn evicts what it would in Kafka
// Streams. Source: ThreadCache.MemoryLRUCacheBytesIterator. Thread rule: owner thread only.
// Lifetime: within one call of process().
#pragma once

#include "cache/record_cache.h"

#include <cstddef>
#include <functional>
#include <vector>

namespace pawl::internal {

class CachedRows {
 public:
  // Returns: what the cursor shows of a row that has left the cache since it was made.
  using Departed = std::function<NullableBytesView(BytesView key)>;

  // `keys`: of entries, in the order of the cursor.
  CachedRows(RecordCache& cache, std::vector<Bytes> keys, Departed departed)
      : cache_(cache), keys_(std::move(keys)), departed_(std::move(departed)) {}

  // Looks at the current row, if there is one.
  bool valid();
  void next() {
    ++at_;
    seen_ = false;
  }
  // The current row; null value = deleted. Require: valid(). Lifetime: until the next call of it.
  [[nodiscard]] BytesView key() const { return keys_[at_]; }
  [[nodiscard]] NullableBytesView value() const {
    return deleted_ ? std::nullopt : NullableBytesView(value_);
  }

 private:
  RecordCache& cache_;
  std::vector<Bytes> keys_;
  Departed departed_;
  std::size_t at_ = 0;
  bool seen_ = false;
  bool deleted_ = false;
  Bytes value_;
};

}  // namespace pawl::internal

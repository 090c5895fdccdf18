// CachedStore: a store behind the record cache (KIP-63). Writes stay in memory and are merged until
// the commit, or until the cache is full; then each changed row is written to the store below and
// forwarded by the node that listens. The store that nodes see shows what is cached over what is
// below.
//
// Invariants
//   1. What is cached is neither in the overlay nor in the changelog: an abort drops it, a commit
//   begins with flush().
//   2. An entry is written back with the record in hand that made it: its timestamp, headers and
//   coordinates.
// Source: CachedStateStore, CachingKeyValueStore, CachingWindowStore, ThreadCache, NamedCache.
// Thread rule: owner thread only.
#pragma once

#include <pawl/model/bytes.h>
#include <pawl/model/record_coordinates.h>
#include <pawl/model/window.h>
#include <pawl/statestore/state_store.h>
#include <pawl/statestore/store_spec.h>

#include <cstddef>
#include <functional>
#include <memory>

namespace pawl {

// In which order an eviction writes back. Either way every changed entry of the cache goes.
enum class EvictionOrder {
  by_change,      // in the order of the last change, as a flush does: a window's last change comes
                  // before changes that close it
  evicted_first,  // as Kafka Streams: what was used longest ago, then the others
};

// The memory that all caches of a thread share. A cache that grows over it evicts its own entries.
struct CacheBudget {
  std::size_t bytes_max = 0;
  std::size_t bytes_used = 0;
  EvictionOrder order = EvictionOrder::by_change;
};

// The record in hand of a task, as caches keep it with an entry.
class RecordInHand {
 public:
  RecordInHand() = default;
  RecordInHand(const RecordInHand&) = delete;
  RecordInHand& operator=(const RecordInHand&) = delete;
  virtual ~RecordInHand() = default;

  [[nodiscard]] virtual const WriteContext& write_context() const = 0;
  [[nodiscard]] virtual const RecordCoordinates& coordinates() const = 0;
  // Makes another record the one in hand while `work` runs.
  virtual void exchanged_for(const WriteContext& write, const RecordCoordinates& coordinates,
                             const std::function<void()>& work) = 0;
};

// A row that went from the cache to the store below. Lifetime: during the call that shows it.
struct FlushedRow {
  BytesView key;
  Window window;  // in stores of windows
  NullableBytesView new_row;
  NullableBytesView old_row;  // what the store below had; only for who wants it
  WriteContext written;       // the record that made the new row
};

// A node that forwards what its store's cache lets go. Source: CacheFlushListener.
class CacheListener {
 public:
  CacheListener() = default;
  CacheListener(const CacheListener&) = delete;
  CacheListener& operator=(const CacheListener&) = delete;

  // The store below has the new row; the record in hand is the one that made it.
  virtual void row_flushed(const FlushedRow& row) = 0;

 protected:
  ~CacheListener() = default;
};

enum class OldRows { unwanted, wanted };

class CachedStore {
 public:
  CachedStore() = default;
  CachedStore(const CachedStore&) = delete;
  CachedStore& operator=(const CachedStore&) = delete;
  virtual ~CachedStore() = default;

  // The side that processors see; it can be cast back to its CachedStore.
  virtual StateStore& store() = 0;
  // What is below the cache: the rows that the listener has been told of.
  virtual StateStore& below() = 0;

  // From now on `listener` hears of every flushed row; it replaces a former one. With a listener,
  // a row that came and went between two flushes is neither written back nor told.
  // Lifetime: the listener outlives the store's last flush.
  virtual void listen(CacheListener& listener, OldRows old_rows) = 0;

  // Writes all changed entries back, in the order of their last change. They stay as clean ones.
  // Throws what the listener and the store below throw.
  virtual void flush() = 0;
  // Forgets everything, changed or not.
  virtual void drop() = 0;

  // What flush() would write back.
  [[nodiscard]] virtual std::size_t dirty_rows() const = 0;
  [[nodiscard]] virtual std::size_t dirty_bytes() const = 0;
};

// Returns: a cache over a key-value store or a window store without duplicates; null for others,
// and for stores that keep headers or versions.
// Lifetime: `below`, `budget` and `record` outlive it.
std::unique_ptr<CachedStore> make_cached_store(const StoreSpec& spec, StateStore& below,
                                               CacheBudget& budget, RecordInHand& record);

}  // namespace pawl

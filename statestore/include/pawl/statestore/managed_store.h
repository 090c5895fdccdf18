// ManagedStore: a store as its task handles it: log, freeze, settle, abort, replay. Processors
// never see this side.
//
// One commit, seen from a store:
//   writes -> overlay | log_pending() -> changelog | (Kafka commits) | freeze() -> changes() ->
//   StoreBackend::apply | settle()
// An abort is drop(): the overlay goes, what is below was never touched.
// Thread rule: owner thread only.
#pragma once

#include <pawl/model/result.h>
#include <pawl/statestore/changelog.h>
#include <pawl/statestore/state_store.h>
#include <pawl/statestore/store_backend.h>
#include <pawl/statestore/store_spec.h>

#include <cstdint>
#include <memory>
#include <span>

namespace pawl {

// When a store's writes reach its changelog.
enum class ChangelogMode {
  coalesced,  // one record per row and commit, in the order of the last update
  every_put,  // each put at once (Kafka Streams without a cache)
};

// What a store needs from its task. Lifetime: all outlive the store.
struct StoreSurroundings {
  StoreBackend* backend = nullptr;
  ChangelogSink* changelog = nullptr;  // null when logging is disabled
  const WriteContext* context = nullptr;
  ChangelogMode changelog_mode = ChangelogMode::coalesced;
  // Memory for committed rows of open windows and for recently seen keys, per store.
  std::size_t committed_cache_bytes_max = 8U << 20U;
};

// What a store must not forget although no single row holds it.
struct StoreProgress {
  Timestamp time = Timestamp::unknown();  // the latest window start ever put
  std::int32_t sequence = 0;  // the last number given to a row, in stores that keep duplicates
  friend bool operator==(const StoreProgress&, const StoreProgress&) = default;
};

struct PendingChanges {
  std::size_t rows = 0;
  std::size_t bytes = 0;  // memory held
};

class ManagedStore {
 public:
  ManagedStore() = default;
  ManagedStore(const ManagedStore&) = delete;
  ManagedStore& operator=(const ManagedStore&) = delete;
  virtual ~ManagedStore() = default;

  [[nodiscard]] virtual const StoreSpec& spec() const = 0;
  // The side that processors see.
  virtual StateStore& store() = 0;

  // Writes what the transaction changed and the changelog does not have yet.
  virtual void log_pending() = 0;
  // What the transaction has changed so far.
  [[nodiscard]] virtual PendingChanges pending() const = 0;

  // The transaction is committed: set its writes aside for apply().
  virtual void freeze() = 0;
  // Returns: what apply() has to write; empty for stores that keep their committed state
  // themselves. Lifetime: until settle().
  virtual StoreChanges changes() = 0;
  // apply() has written the frozen changes.
  virtual void settle() = 0;
  // The transaction is aborted.
  virtual void drop() = 0;

  // Takes a record of the changelog into the overlay without logging it; freeze, apply and settle
  // follow as in a commit. Errors: corrupted_state when the record cannot be one of this store's.
  virtual Result<void> replay(const ChangelogRecord& record) = 0;

  // How far the committed writes have come, and how far they will have come when the frozen ones
  // are applied. Kept with the rows and given back by resume() after the next open.
  [[nodiscard]] virtual StoreProgress committed_progress() const = 0;
  [[nodiscard]] virtual StoreProgress frozen_progress() const = 0;
  virtual void resume(const StoreProgress& progress) = 0;

  // For queries from other threads; null for stores that cannot be queried.
  [[nodiscard]] virtual std::shared_ptr<const RowSnapshotSource> snapshots() const = 0;
};

// Opens a store on its backend. Errors: corrupted_state, fatal.
Result<std::unique_ptr<ManagedStore>> open_managed_store(const StoreSpec& spec,
                                                         const StoreSurroundings& surroundings);

}  // namespace pawl

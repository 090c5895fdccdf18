// TaskStores: the stores of one task: opened together, committed together, flushed together.
//
// What a crash costs is bounded: the backend's durable state carries, per store, a changelog
// position from which rolling forward is enough (replaying what is already in is harmless: a
// changelog record is the whole row). The position is read from the broker when a flush is due
// (flush_due), because only flushed state survives.
//
// A position is kept with a wall-clock time at which no deletion behind it was compacted away yet,
// because nothing was behind it, or because what it deletes was still there: when the topic's
// delete.retention.ms has passed since then, replay from the position could leave a deleted row as
// it is (runtime/changelog_bounds.h).
//   position/<store> := i64 offset ‖ i64 wall-clock time in ms
//
// Invariants
//   1. Rows, store progress and positions of one apply() belong together.
//   2. A stored position never exceeds what is applied (I7), so replay from it misses nothing that
//   is still in the changelog.
// Thread rule: owner thread only.
#pragma once

#include "state/changelog_retention.h"
#include "state/changelog_writer.h"

#include <pawl/engine/compatibility.h>
#include <pawl/engine/output_collector.h>
#include <pawl/model/clock.h>
#include <pawl/model/ids.h>
#include <pawl/model/log.h>
#include <pawl/model/result.h>
#include <pawl/statestore/cached_store.h>
#include <pawl/statestore/managed_store.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pawl::internal {

// Opens the backend of persistent stores. Called once.
using OpenBackend = std::function<Result<std::unique_ptr<StoreBackend>>()>;

struct TaskStoresOptions {
  std::string application_id;
  TaskId task;
  Compatibility compatibility = Compatibility::native;
  std::size_t store_cache_bytes_max = 8U << 20U;
  // The record cache that the tasks of a thread share, and the task's record in hand; null: none.
  CacheBudget* record_cache = nullptr;
  RecordInHand* record_in_hand = nullptr;
  // After a crash at most this much of the changelogs is replayed.
  std::uint64_t roll_forward_records_max = 200'000;
  std::uint64_t roll_forward_bytes_max = 32U << 20U;
  // Changes older than this are flushed even if they are few.
  std::chrono::milliseconds flush_interval{60'000};
};

// How far the changelogs of a task have grown since its stores were opened.
struct ChangelogGrowth {
  std::uint64_t offsets = 0;
  std::uint64_t bytes = 0;
};

// What a crash makes the next start replay is bounded by the options above. The sum is: a
// transaction is at most a sixteenth of the bound (commit_due); a flush is due a quarter after the
// ends that the last one stored (flush_due); its own ends are stored one transaction later, when
// the next commit has proved that they are ours; and it waits for the last one to finish. So at
// worst, just before a flush that follows a slow one, 2/4 + 3/16 are not durable. The rest is for
// single records that write many rows, and for aborted transactions in between, which are skipped
// but lie on the way. The bound does not hold while the broker does not tell the ends.
class TaskStores {
 public:
  // `context`: the record in hand; `outputs`: where changelog records go. All outlive the object.
  TaskStores(TaskStoresOptions options, const WriteContext& context, OutputCollector& outputs,
             LogSink& log);
  TaskStores(const TaskStores&) = delete;
  TaskStores& operator=(const TaskStores&) = delete;
  // Closes without making anything durable: a clean close flushes first.
  ~TaskStores();

  // Opens all stores with what is committed of them. `topic_ids`: the topic id of each changelog
  // topic; a store made from another topic, or in another format, is thrown away and rebuilt, and
  // the log says why. Errors: corrupted_state (the directory is unusable: wipe it and open again),
  // fatal.
  Result<void> open(const std::vector<StoreSpec>& specs, const OpenBackend& open_persistent,
                    const std::map<std::string, std::string>& topic_ids);

  // Returns: the store of that name, or null. Lifetime: as this object.
  [[nodiscard]] StateStore* find(const std::string& name) const;

  // --- One commit, in this order.
  // Writes back what the record cache holds, in the order of the stores, until nothing is held any
  // more: nodes process what it lets go. Errors: fatal when processors put it into the cache again
  // and again. Throws what nodes and stores throw.
  Result<void> flush_caches();
  // Whether flush_caches() has something to do.
  [[nodiscard]] bool caches_dirty() const { return cached_rows() > 0; }
  // How many rows it would write back at once.
  [[nodiscard]] std::size_t cached_rows() const;
  // Whether the open transaction has written anything.
  [[nodiscard]] bool uncommitted() const;
  // Throws StoreFailure.
  void log_pending();
  // Whether so much is uncommitted that a larger transaction would break a bound: that of the
  // roll-forward, or of memory.
  [[nodiscard]] bool commit_due() const;
  // The transaction is committed. Errors: corrupted_state or fatal; the state is behind then and
  // must be rebuilt.
  Result<void> commit();
  // The transaction is aborted.
  void drop();

  // --- Flushing, between two transactions.
  // Whether so much was applied, or so long ago, that a flush should follow; or the positions are
  // so old that they should be confirmed.
  [[nodiscard]] bool flush_due(MonotonicTime now) const;
  // Whether anything was applied since the last flush.
  [[nodiscard]] bool unflushed() const { return unflushed_; }
  // Whether segments have died whose space a waiting flush would free.
  [[nodiscard]] bool has_dead_segments() const {
    return persistent_ != nullptr && persistent_->has_dead_segments();
  }
  // The changelogs whose end offsets flush() wants.
  [[nodiscard]] std::vector<TopicPartition> changelogs() const;
  // How far the changelogs had grown when their ends were read.
  [[nodiscard]] ChangelogGrowth growth() const;
  // Stores the positions and makes them durable together with everything applied. Requires: no
  // uncommitted writes, and `ends` read after a commit, when the changelogs had grown by `at_ends`.
  // Partitions missing in `ends` keep their old position, those missing in `times` the time of
  // their position. A background flush that finds the one before it unfinished waits. Errors:
  // corrupted_state; fatal, also for a changelog that ends before its position.
  Result<void> flush(const std::map<TopicPartition, Offset>& ends, const ChangelogGrowth& at_ends,
                     FlushMode mode, MonotonicTime now,
                     const std::map<TopicPartition, Timestamp>& times = {});
  // Returns: for each changelog the offset below which nothing is needed any more, where that is
  // above what was purged.
  std::map<TopicPartition, Offset> purgeable();
  // The records below these offsets are deleted.
  void purged(const std::map<TopicPartition, Offset>& below);

  // --- Restoring.
  struct Changelog {
    std::size_t store;  // handle for the functions below
    std::string store_name;
    TopicPartition where;
    std::optional<Offset>
        position;  // from where to roll forward; nothing = from the start of the log
    Timestamp position_time = Timestamp::unknown();
  };
  [[nodiscard]] std::vector<Changelog> to_restore() const;
  // Errors: corrupted_state, fatal.
  Result<void> replay(std::size_t store, const ChangelogRecord& record);
  // Applies what was replayed; `next`: the offset behind the last replayed record. When all stores
  // are restored, flush() makes it durable: the next crash must not replay it again.
  Result<void> commit_replayed(std::size_t store, Offset first, Offset next,
                               Timestamp position_time = Timestamp::unknown());
  // Throws a store's rows away; it is restored from the start then.
  Result<void> rebuild(std::size_t store, const std::string& why);

  struct NamedSnapshots {
    std::string store;
    std::shared_ptr<const RowSnapshotSource> snapshots;
  };
  // For interactive queries.
  [[nodiscard]] std::vector<NamedSnapshots> snapshot_sources() const;

 private:
  struct Entry;

  static Result<void> forget(StoreBackend& backend, const std::string& store);
  Result<void> check_stamps(const std::vector<StoreSpec>& specs,
                            const std::map<std::string, std::string>& topic_ids);
  Result<void> open_store(const StoreSpec& spec);
  [[nodiscard]] std::string stamp_of(const StoreSpec& spec, const std::string& topic_id) const;
  StoreBackend& backend_of(const StoreSpec& spec) const;
  Result<void> apply(const std::vector<Entry*>& entries);
  static void end_transaction(Entry& entry);
  static Bytes encode_position(const Entry& entry);
  [[nodiscard]] static SegmentId first_live_segment(const Entry& entry);

  TaskStoresOptions options_;
  std::string component_;
  const WriteContext& context_;
  OutputCollector& outputs_;
  LogSink& log_;
  std::unique_ptr<StoreBackend> persistent_;
  std::unique_ptr<StoreBackend> memory_;
  std::map<std::string, std::string> topic_ids_;
  std::vector<std::unique_ptr<Entry>> entries_;
  ChangelogGrowth flushed_;  // what the last flush covered
  bool unflushed_ = false;
  MonotonicTime last_flush_{0};
};

}  // namespace pawl::internal

// StoreBackend: the committed state of all stores of one task, and the one place where commits
// become state. RocksDB is one implementation, memory the other (and the oracle of the first).
//
// Rows: every store is a set of segments (key-value stores have the one segment 0), every segment
// an ordered map of row key to row value. What the bytes of a row mean is the store's business.
//
// Invariants
//   1. apply() is atomic over all stores of the task, its metadata included; what it wrote becomes
//   durable together.
//   2. A segment that was declared dead is not read, and changes to it are ignored; its space is
//   freed only once a
//      flushed state has declared it dead.
// Thread rule: owner thread only, except RowSnapshot, which any thread may read.
#pragma once

#include <pawl/model/bytes.h>
#include <pawl/model/result.h>
#include <pawl/model/strong.h>
#include <pawl/statestore/store_iterator.h>
#include <pawl/statestore/store_spec.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace pawl {

using SegmentId = Strong<struct SegmentIdTag, std::int64_t>;

// The only segment of a store without segments.
inline constexpr SegmentId kWholeStore{0};

// One row to write; null value = delete. Lifetime: views into the overlay that made it.
struct RowChange {
  SegmentId segment;
  BytesView key;
  NullableBytesView value;
};

// An immutable view of one store's committed rows.
// Thread rule: any thread; each cursor on one thread. Lifetime: keeps what it reads alive; hold it
// briefly.
class RowSnapshot {
 public:
  RowSnapshot() = default;
  RowSnapshot(const RowSnapshot&) = delete;
  RowSnapshot& operator=(const RowSnapshot&) = delete;
  virtual ~RowSnapshot() = default;

  // Live segments in ascending order.
  [[nodiscard]] virtual std::vector<SegmentId> segments() const = 0;
  // Returns: the row's value. Errors: corrupted_state.
  [[nodiscard]] virtual Result<std::optional<Bytes>> get(SegmentId segment,
                                                         BytesView key) const = 0;
  // Visits rows in [from, to], both inclusive, absent = open. A segment that does not exist has no
  // rows. Errors: a cursor that meets a disk error throws StoreFailure.
  [[nodiscard]] virtual std::unique_ptr<KeyValueCursor> scan(SegmentId segment,
                                                             NullableBytesView from,
                                                             NullableBytesView to,
                                                             Direction direction) const = 0;
};

// Rows of one segment with keys in [from, to], both inclusive, absent = open.
struct RowRange {
  SegmentId segment;
  std::optional<Bytes> from;
  std::optional<Bytes> to;
};
// Says which rows a query reads, given the live segments in ascending order. Called with a lock
// held that writers wait for: quick, and without a look at any store.
using RowChoice = std::function<std::vector<RowRange>(const std::vector<SegmentId>& segments)>;

// Gives snapshots of one store to other threads (interactive queries).
// Thread rule: any thread. Lifetime: shared; after its backend was closed it answers with no
// snapshot.
class RowSnapshotSource {
 public:
  RowSnapshotSource() = default;
  RowSnapshotSource(const RowSnapshotSource&) = delete;
  RowSnapshotSource& operator=(const RowSnapshotSource&) = delete;
  virtual ~RowSnapshotSource() = default;
  // Returns: the state of the last commit, or null when the store is closed.
  [[nodiscard]] virtual std::shared_ptr<const RowSnapshot> snapshot() const = 0;
  // Returns: the same, but it need not have other rows than these: its cost does not grow with the
  // rest of the store.
  [[nodiscard]] virtual std::shared_ptr<const RowSnapshot> snapshot_of(
      const RowChoice& rows) const = 0;
  // Returns: a row in the state of the last commit: without the cost of a snapshot.
  // Errors: corrupted_state; fatal when the store is closed.
  [[nodiscard]] virtual Result<std::optional<Bytes>> get(SegmentId segment,
                                                         BytesView key) const = 0;
  // Returns: about how many rows the store has, or nothing when it is closed.
  [[nodiscard]] virtual std::optional<std::uint64_t> approximate_rows() const = 0;
};

// The committed rows of one store, for its owner.
// Errors: disk errors are thrown as StoreFailure.
class CommittedRows {
 public:
  CommittedRows() = default;
  CommittedRows(const CommittedRows&) = delete;
  CommittedRows& operator=(const CommittedRows&) = delete;
  virtual ~CommittedRows() = default;

  // Lifetime: until the next call on this object.
  virtual NullableBytesView get(SegmentId segment, BytesView key) = 0;
  // As RowSnapshot::scan. The cursor sees the state at the time of the call or later.
  virtual std::unique_ptr<KeyValueCursor> scan(SegmentId segment, NullableBytesView from,
                                               NullableBytesView to, Direction direction) = 0;
  // Live segments in ascending order.
  [[nodiscard]] virtual std::vector<SegmentId> segments() const = 0;
  // Declares every segment below `first_live` dead. Never goes back.
  virtual void declare_dead_below(SegmentId first_live) = 0;
  // About how many rows the store has.
  [[nodiscard]] virtual std::uint64_t approximate_rows() const = 0;
  [[nodiscard]] virtual std::shared_ptr<const RowSnapshotSource> snapshots() const = 0;
};

// The frozen writes of one store, sorted by (segment, key), one change per row.
struct StoreChanges {
  CommittedRows* store = nullptr;
  std::span<const RowChange> rows;
};

// A small named value of the task (changelog positions, observed times, stamps), written in the
// same batch as rows.
struct MetadataChange {
  std::string name;
  std::optional<Bytes> value;
};

enum class FlushMode { wait, background };

class StoreBackend {
 public:
  StoreBackend() = default;
  StoreBackend(const StoreBackend&) = delete;
  StoreBackend& operator=(const StoreBackend&) = delete;
  virtual ~StoreBackend() = default;

  // Opens a store with what is committed of it; creates it when it is new. Once per store.
  virtual Result<std::unique_ptr<CommittedRows>> open_store(const StoreSpec& spec) = 0;
  // Throws away everything of a store that is not open (its format or its changelog is another one
  // now).
  virtual Result<void> remove_store(const std::string& name) = 0;

  virtual Result<void> apply(std::span<const StoreChanges> changes,
                             std::span<const MetadataChange> metadata) = 0;
  // Returns: the value of the last apply() that named it.
  virtual Result<std::optional<Bytes>> metadata(const std::string& name) = 0;

  // Makes everything applied so far durable, all stores together, and frees segments that are dead
  // in that state. `background`: starts it and returns, after the one before it
  // has finished.
  virtual Result<void> flush(FlushMode mode) = 0;
  // Whether a flush would free segments.
  [[nodiscard]] virtual bool has_dead_segments() const = 0;
  [[nodiscard]] virtual bool persistent() const = 0;
};

}  // namespace pawl

// OverlaidVersionedStore: the versioned store of the library: an overlay over committed rows. The
// latest version of each key is a row of its own; earlier ones are in rows by key and time segment
// (codec/version_row.h), where a version lies in the segment of the time at which it ended.
//
// Segments: the backend's segments hold several of these, so that none is shorter than a minute;
// the latest rows lie in a segment that never dies.
// The changelog has one record for each version, at once in every mode: rows are built from it in
// the order of the puts. Natively it does not get expired puts; and when a key's last record in a
// transaction was not its latest version, that one is logged again: compaction keeps the last
// record of a key only.
// Source: RocksDBVersionedStore, ChangeLoggingVersionedKeyValueBytesStore.
#pragma once

#include "codec/version_row.h"
#include "overlay/overlay.h"

#include <pawl/statestore/managed_store.h>
#include <pawl/statestore/versioned_store.h>

#include <memory>
#include <set>
#include <vector>

namespace pawl::internal {

class OverlaidVersionedStore final : public VersionedStore, public ManagedStore {
 public:
  OverlaidVersionedStore(StoreSpec spec, const StoreSurroundings& surroundings,
                         std::unique_ptr<CommittedRows> committed);

  // VersionedStore
  VersionPlace put_version(BytesView key, NullableBytesView value, Timestamp from) override;
  std::optional<Version> latest_version(BytesView key) override;
  std::optional<Version> version_at(BytesView key, Timestamp time) override;
  void versions(BytesView key, Timestamp from, Timestamp to, Direction direction,
                const std::function<bool(const Version&)>& visit) override;
  [[nodiscard]] std::chrono::milliseconds history_retention() const override {
    return spec_.retention;
  }
  [[nodiscard]] Timestamp observed_time() const override { return progress_.time; }
  [[nodiscard]] std::uint64_t expired_puts() const override { return expired_puts_; }

  // KeyValueStore
  [[nodiscard]] const std::string& name() const override { return spec_.name; }
  [[nodiscard]] bool persistent() const override {
    return spec_.persistence == Persistence::persistent;
  }
  NullableBytesView get(BytesView key) override;
  NullableBytesView get_as_of(BytesView key, Timestamp time) override;
  [[nodiscard]] bool versioned() const override { return true; }
  // A value is a timestamped row; its timestamp is the version's time. A deletion's is `logged_at`.
  PutOutcome put(BytesView key, NullableBytesView value, Timestamp logged_at) override;
  std::unique_ptr<KeyValueCursor> range(NullableBytesView from, NullableBytesView to,
                                        Direction direction) override;
  std::unique_ptr<KeyValueCursor> prefix(BytesView prefix) override;
  // Of all versions.
  std::uint64_t approximate_entries() override;
  [[nodiscard]] bool timestamped_rows() const override { return true; }
  [[nodiscard]] const WriteContext& context() const override { return *surroundings_.context; }

  // ManagedStore
  [[nodiscard]] const StoreSpec& spec() const override { return spec_; }
  StateStore& store() override { return *this; }
  void log_pending() override;
  [[nodiscard]] PendingChanges pending() const override { return overlay_.pending(); }
  void freeze() override;
  StoreChanges changes() override { return {committed_rows_.get(), changes_}; }
  void settle() override;
  void drop() override;
  Result<void> replay(const ChangelogRecord& record) override;
  [[nodiscard]] StoreProgress committed_progress() const override { return committed_; }
  [[nodiscard]] StoreProgress frozen_progress() const override { return frozen_progress_; }
  void resume(const StoreProgress& progress) override;
  [[nodiscard]] std::shared_ptr<const RowSnapshotSource> snapshots() const override {
    return committed_rows_->snapshots();
  }

 private:
  [[nodiscard]] bool native() const {
    return surroundings_.changelog_mode == ChangelogMode::coalesced;
  }
  // The earliest time that is still readable.
  [[nodiscard]] Timestamp history_start() const { return progress_.time - spec_.retention; }
  [[nodiscard]] std::int64_t first_live_segment() const;

  VersionPlace place(BytesView key, NullableBytesView value, Timestamp from);
  VersionPlace place_in_row(std::int64_t segment, BytesView key, NullableBytesView value,
                            Timestamp from);
  VersionPlace place_before(BytesView key, NullableBytesView value, Timestamp from, Timestamp to);
  bool place_deletion(BytesView key, Timestamp from);
  // Adds a version behind those that end in the segment of `to`.
  void move_to_history(BytesView key, BytesView value, Timestamp from, Timestamp to);

  NullableBytesView find_latest(BytesView key);
  void write_latest(BytesView key, NullableBytesView value, Timestamp from);
  // Returns: whether the segment has a row of the key. Overwrites `row` then.
  bool find_row(std::int64_t segment, BytesView key, VersionRow& row);
  void write_row(std::int64_t segment, BytesView key, const VersionRow& row);
  void log(BytesView key, NullableBytesView value, Timestamp from);

  StoreSpec spec_;
  StoreSurroundings surroundings_;
  std::unique_ptr<CommittedRows> committed_rows_;
  Overlay overlay_;
  std::vector<RowChange> changes_;
  // Time of the running transaction, of the frozen one, and of what is committed.
  StoreProgress progress_;
  StoreProgress frozen_progress_;
  StoreProgress committed_;
  // Keys whose last record in the changelog is not their latest version. A restore skips what is
  // older than the history at its place in the changelog, so they are logged again before the
  // history begins behind the earliest of those records.
  std::set<Bytes, std::less<>> to_log_again_;
  Timestamp earliest_to_log_again_ = Timestamp::max();
  std::uint64_t expired_puts_ = 0;
  VersionRow row_;
  VersionRow older_row_;
  Bytes row_key_;
  Bytes encoded_;
  Bytes moved_;
  Bytes shown_;
};

}  // namespace pawl::internal

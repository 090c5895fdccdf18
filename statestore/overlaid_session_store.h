// OverlaidSessionStore: the session store of the library: an overlay over segments of committed
// rows; a session lies in the segment of its end. In key_first layout its row is the changelog's
// key; in time_first layout rows lie by their end, for emission on close, with an index by key.
//
// Invariants
//   1. Sessions with end <= observed time - retention (< where the edge is visible) are not
//   visible; segments of only such sessions are dead. On disk in time_first layout, ended_between()
//   shows them, and puts of them are stored, as long as their segment lives.
//   2. The observed time that an abort leaves behind is the committed one.
// Source of the changelog bytes: ChangeLoggingSessionBytesStore and -WithHeaders. Thread rule:
// owner thread only.
#pragma once

#include "codec/changelog_codec.h"
#include "codec/session_row.h"
#include "overlay/overlay.h"

#include <pawl/statestore/managed_store.h>
#include <pawl/statestore/session_store.h>

#include <memory>
#include <vector>

namespace pawl::internal {

class OverlaidSessionStore final : public SessionStore, public ManagedStore {
 public:
  OverlaidSessionStore(StoreSpec spec, const StoreSurroundings& surroundings,
                       std::unique_ptr<CommittedRows> committed);

  // SessionStore
  [[nodiscard]] const std::string& name() const override { return spec_.name; }
  [[nodiscard]] bool persistent() const override {
    return spec_.persistence == Persistence::persistent;
  }
  void put(BytesView key, Window session, NullableBytesView value, Timestamp logged_at) override;
  NullableBytesView get(BytesView key, Window session) override;
  std::unique_ptr<SessionCursor> find_sessions(BytesView key, Timestamp earliest_end,
                                               Timestamp latest_start,
                                               Direction direction) override;
  std::unique_ptr<SessionCursor> find_sessions(NullableBytesView key_from, NullableBytesView key_to,
                                               Timestamp earliest_end, Timestamp latest_start,
                                               Direction direction) override;
  std::unique_ptr<SessionCursor> ended_between(Timestamp earliest_end,
                                               Timestamp latest_end) override;
  [[nodiscard]] Timestamp observed_time() const override { return progress_.time; }
  [[nodiscard]] std::chrono::milliseconds retention() const override { return spec_.retention; }
  [[nodiscard]] std::uint64_t expired_puts() const override { return expired_puts_; }
  [[nodiscard]] RowFormat row_format() const override { return row_format_of(spec_); }
  [[nodiscard]] const WriteContext& context() const override { return *surroundings_.context; }

  // ManagedStore
  [[nodiscard]] const StoreSpec& spec() const override { return spec_; }
  StateStore& store() override { return *this; }
  void log_pending() override;
  [[nodiscard]] PendingChanges pending() const override { return overlay_.pending(); }
  void freeze() override;
  StoreChanges changes() override { return {rows_.get(), changes_}; }
  void settle() override;
  void drop() override;
  Result<void> replay(const ChangelogRecord& record) override;
  [[nodiscard]] StoreProgress committed_progress() const override { return committed_; }
  [[nodiscard]] StoreProgress frozen_progress() const override { return frozen_progress_; }
  void resume(const StoreProgress& progress) override;
  [[nodiscard]] std::shared_ptr<const RowSnapshotSource> snapshots() const override {
    return rows_->snapshots();
  }

 private:
  friend class SessionScan;

  [[nodiscard]] bool time_first() const { return spec_.layout == WindowLayout::time_first; }
  // Returns: the earliest end that is still visible.
  [[nodiscard]] Timestamp first_visible() const;
  // Returns: whether a session that ends then is stored.
  [[nodiscard]] bool takes(Timestamp end) const;
  [[nodiscard]] SegmentId segment_of(Timestamp end) const;
  // Returns: the first segment with a visible session at this observed time.
  [[nodiscard]] SegmentId first_live_segment(Timestamp observed) const;
  // Segments with rows, committed or not, from `first` to `last`; ascending.
  std::vector<SegmentId> segments_between(SegmentId first, SegmentId last);
  // Returns: the value of a session, visible or not.
  NullableBytesView value_of(const SessionRow& row);
  void encode_row(const SessionRow& row, Bytes& out) const;
  void write_row(const SessionRow& row, NullableBytesView value, Timestamp logged_at);
  void log(const SessionRow& row, NullableBytesView value, Timestamp logged_at,
           const Headers& in_hand);

  StoreSpec spec_;
  StoreSurroundings surroundings_;
  std::unique_ptr<CommittedRows> rows_;
  std::chrono::milliseconds segment_interval_;
  ChangelogCodec logged_;
  Overlay overlay_;
  std::vector<RowChange> changes_;
  // Time of the running transaction, of the frozen one, and of what is committed.
  StoreProgress progress_;
  StoreProgress frozen_progress_;
  StoreProgress committed_;
  std::uint64_t expired_puts_ = 0;
  Bytes row_key_;
  Bytes index_key_;
  Bytes changelog_key_;
};

}  // namespace pawl::internal

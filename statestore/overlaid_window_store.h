// OverlaidWindowStore: the window store of the library: an overlay over segments of committed rows,
// with what keeps lookups from reaching the backend: HotWindows (time_first) or RecentKeys and
// KeyFilter (key_first).
//
// Invariants
//   1. Rows with start <= observed time - retention (< where the edge is visible) are not visible;
//   segments of only such rows are dead.
//   2. The observed time that an abort leaves behind is the committed one.
// Source of the changelog bytes: ChangeLoggingWindowBytesStore,
// ChangeLoggingTimestampedWindowBytesStore, ChangeLoggingTimestampedWindowBytesStoreWithHeaders.
#pragma once

#include "codec/changelog_codec.h"
#include "codec/window_row.h"
#include "overlay/overlay.h"
#include "window/hot_windows.h"
#include "window/key_filter.h"
#include "window/recent_keys.h"

#include <pawl/statestore/managed_store.h>
#include <pawl/statestore/window_store.h>

#include <memory>
#include <optional>
#include <vector>

namespace pawl::internal {

class OverlaidWindowStore final : public WindowStore, public ManagedStore {
 public:
  OverlaidWindowStore(const StoreSpec& spec, const StoreSurroundings& surroundings,
                      std::unique_ptr<CommittedRows> committed);

  // WindowStore
  [[nodiscard]] const std::string& name() const override { return spec_.name; }
  [[nodiscard]] bool persistent() const override {
    return spec_.persistence == Persistence::persistent;
  }
  void put(BytesView key, NullableBytesView value, Timestamp start, Timestamp logged_at) override;
  NullableBytesView get(BytesView key, Timestamp start) override;
  std::unique_ptr<WindowCursor> fetch(BytesView key, Timestamp from, Timestamp to,
                                      Direction direction) override;
  std::unique_ptr<WindowCursor> fetch_range(NullableBytesView key_from, NullableBytesView key_to,
                                            Timestamp from, Timestamp to,
                                            Direction direction) override;
  std::unique_ptr<WindowCursor> fetch_by_time(Timestamp from, Timestamp to) override;
  bool contains(BytesView key, Timestamp from, Timestamp to) override;
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
  friend class WindowScan;
  friend class IndexedWindowCursor;

  // Returns: the earliest start that is still visible.
  [[nodiscard]] Timestamp first_visible() const;
  [[nodiscard]] SegmentId segment_of(Timestamp start) const;
  // Returns: the first segment that has a visible row in the committed state.
  [[nodiscard]] SegmentId first_live_segment() const;
  // Segments with rows, committed or not, that may hold starts in [from, to]; ascending.
  std::vector<SegmentId> segments_between(Timestamp from, Timestamp to);
  // Whether a row is known to be new: of a number that no other has.
  enum class Freshness { unknown, fresh };
  // Whether the overlay finds all rows of a key at once, which contains() asks for. It looks at
  // each of them at every put: that suits stores that have few per key.
  [[nodiscard]] bool grouped_by_key() const {
    return spec_.key_filter && spec_.layout == WindowLayout::key_first;
  }
  [[nodiscard]] WindowRowCodec::Group group_of(BytesView row) const;
  void write_row(const WindowRow& row, NullableBytesView value, Timestamp logged_at,
                 Freshness freshness);
  void log(const WindowRow& row, NullableBytesView value, Timestamp logged_at,
           const Headers& in_hand);
  [[nodiscard]] bool nulls_move_time() const;
  bool committed_contains(BytesView key, Timestamp from, Timestamp to);
  void index_committed_rows();

  StoreSpec spec_;
  StoreSurroundings surroundings_;
  std::unique_ptr<CommittedRows> rows_;
  std::chrono::milliseconds segment_interval_;
  WindowRowCodec codec_;
  ChangelogCodec logged_;
  Overlay overlay_;
  std::optional<HotWindows> hot_;
  std::optional<KeyFilter> filter_;
  std::optional<RecentKeys> recent_;
  std::vector<RowChange> changes_;
  // Time and row number of the running transaction, of the frozen one, and of what is committed.
  // Stores that keep duplicates number their rows, as the changelog has them: under every_put a
  // null put uses a number, too (Source: ChangeLoggingWindowBytesStore, which begins anew with
  // every restart).
  StoreProgress progress_;
  StoreProgress frozen_progress_;
  StoreProgress committed_;
  std::uint64_t expired_puts_ = 0;
  Bytes row_key_;
  Bytes index_key_;
  Bytes changelog_key_;
  Bytes scratch_;
};

}  // namespace pawl::internal

// OverlaidKeyValueStore: the key-value store of the library: an overlay over committed rows,
// whatever backend keeps those, with the changelog written from the overlay. Source of the
// changelog bytes: ChangeLoggingKeyValueBytesStore, ChangeLoggingTimestampedKeyValueBytesStore,
// ChangeLoggingTimestampedKeyValueBytesStoreWithHeaders.
#pragma once

#include "codec/changelog_codec.h"
#include "overlay/overlay.h"

#include <pawl/statestore/key_value_store.h>
#include <pawl/statestore/managed_store.h>

#include <memory>
#include <vector>

namespace pawl::internal {

class OverlaidKeyValueStore final : public KeyValueStore, public ManagedStore {
 public:
  OverlaidKeyValueStore(StoreSpec spec, const StoreSurroundings& surroundings,
                        std::unique_ptr<CommittedRows> committed);

  // KeyValueStore
  [[nodiscard]] const std::string& name() const override { return spec_.name; }
  [[nodiscard]] bool persistent() const override {
    return spec_.persistence == Persistence::persistent;
  }
  NullableBytesView get(BytesView key) override;
  PutOutcome put(BytesView key, NullableBytesView value, Timestamp logged_at) override;
  std::unique_ptr<KeyValueCursor> range(NullableBytesView from, NullableBytesView to,
                                        Direction direction) override;
  std::unique_ptr<KeyValueCursor> prefix(BytesView prefix) override;
  std::uint64_t approximate_entries() override;
  [[nodiscard]] RowFormat row_format() const override { return row_format_of(spec_); }
  [[nodiscard]] const WriteContext& context() const override { return *surroundings_.context; }

  // ManagedStore
  [[nodiscard]] const StoreSpec& spec() const override { return spec_; }
  StateStore& store() override { return *this; }
  void log_pending() override;
  [[nodiscard]] PendingChanges pending() const override { return overlay_.pending(); }
  void freeze() override;
  StoreChanges changes() override { return {committed_.get(), changes_}; }
  void settle() override;
  void drop() override;
  Result<void> replay(const ChangelogRecord& record) override;
  [[nodiscard]] StoreProgress committed_progress() const override { return {}; }
  [[nodiscard]] StoreProgress frozen_progress() const override { return {}; }
  void resume(const StoreProgress& /*progress*/) override {}
  [[nodiscard]] std::shared_ptr<const RowSnapshotSource> snapshots() const override {
    return committed_->snapshots();
  }

 private:
  void log(BytesView key, NullableBytesView row, Timestamp logged_at, const Headers& in_hand);

  StoreSpec spec_;
  StoreSurroundings surroundings_;
  std::unique_ptr<CommittedRows> committed_;
  Overlay overlay_;
  std::vector<RowChange> changes_;
  ChangelogCodec codec_;
};

}  // namespace pawl::internal

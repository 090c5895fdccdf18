// LruKeyValueStore: an in-memory key-value store that keeps the keys that were used last: a put of
// a further key first deletes the one that was not read or written for longest. The rows are those
// of an OverlaidKeyValueStore; this adds the order of use. Cursors do not count as use.
//
// An abort takes the order of use back with the rows, so that the same records delete the same keys
// when they are processed again. A restore knows writes only: the order is that of the changelog.
// Source: MemoryNavigableLRUCache.
#pragma once

#include "overlaid_key_value_store.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>

namespace pawl::internal {

class LruKeyValueStore final : public KeyValueStore, public ManagedStore {
 public:
  LruKeyValueStore(const StoreSpec& spec, const StoreSurroundings& surroundings,
                   std::unique_ptr<CommittedRows> committed);

  // KeyValueStore
  [[nodiscard]] const std::string& name() const override { return rows_.name(); }
  [[nodiscard]] bool persistent() const override { return false; }
  NullableBytesView get(BytesView key) override;
  PutOutcome put(BytesView key, NullableBytesView value, Timestamp logged_at) override;
  std::unique_ptr<KeyValueCursor> range(NullableBytesView from, NullableBytesView to,
                                        Direction direction) override {
    return rows_.range(from, to, direction);
  }
  std::unique_ptr<KeyValueCursor> prefix(BytesView prefix) override { return rows_.prefix(prefix); }
  std::uint64_t approximate_entries() override { return used_at_.size(); }
  [[nodiscard]] RowFormat row_format() const override { return rows_.row_format(); }
  [[nodiscard]] const WriteContext& context() const override { return rows_.context(); }

  // ManagedStore
  [[nodiscard]] const StoreSpec& spec() const override { return rows_.spec(); }
  StateStore& store() override { return *this; }
  void log_pending() override { rows_.log_pending(); }
  [[nodiscard]] PendingChanges pending() const override { return rows_.pending(); }
  void freeze() override;
  StoreChanges changes() override { return rows_.changes(); }
  void settle() override;
  void drop() override;
  Result<void> replay(const ChangelogRecord& record) override;
  [[nodiscard]] StoreProgress committed_progress() const override { return {}; }
  [[nodiscard]] StoreProgress frozen_progress() const override { return {}; }
  void resume(const StoreProgress& /*progress*/) override {}
  [[nodiscard]] std::shared_ptr<const RowSnapshotSource> snapshots() const override {
    return rows_.snapshots();
  }

 private:
  using Use = std::uint64_t;  // a number that grows with every use
  // What was known of a key before a transaction; nothing = it was not there.
  using Before = std::map<Bytes, std::optional<Use>, std::less<>>;

  void use(BytesView key);
  void forget(BytesView key);
  void set(BytesView key, std::optional<Use> use);
  void remember(BytesView key);
  void take_back(Before& before);

  OverlaidKeyValueStore rows_;
  std::size_t entries_max_;
  bool unlogged_deletions_;
  std::map<Bytes, Use, std::less<>> used_at_;
  std::map<Use, Bytes> by_use_;  // the same, longest unused first
  Use last_use_ = 0;
  Before before_;         // the running transaction
  Before before_frozen_;  // the one that is being committed
};

}  // namespace pawl::internal

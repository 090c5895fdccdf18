// UndoableTimeOrderedBuffer: the in-memory TimeOrderedBuffer. Its changes are made in place; the
// first change of a key in a transaction saves the state before it, and an abort puts the saved
// states back. That costs an emission nothing but the save, and an abort no restore.
#pragma once

#include "codec/buffered_change.h"
#include "overlay/bytes_hash.h"

#include <pawl/statestore/managed_store.h>
#include <pawl/statestore/time_ordered_buffer.h>

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <deque>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace pawl::internal {

class UndoableTimeOrderedBuffer final : public TimeOrderedBuffer, public ManagedStore {
 public:
  UndoableTimeOrderedBuffer(StoreSpec spec, const StoreSurroundings& surroundings)
      : spec_(std::move(spec)), surroundings_(surroundings) {}

  // TimeOrderedBuffer
  [[nodiscard]] const std::string& name() const override { return spec_.name; }
  [[nodiscard]] bool persistent() const override { return false; }
  std::string_view intern(std::string_view topic) override;
  void put(Timestamp buffer_time, BytesView key, BufferedChange change) override;
  void evict_until(Timestamp bound,
                   const std::function<void(BytesView, const BufferedChange&)>& emit) override;
  void evict_first(const std::function<void(BytesView, const BufferedChange&)>& emit) override;
  const BufferedChange* find(BytesView key) override;
  [[nodiscard]] std::size_t records() const override { return entries_.size(); }
  [[nodiscard]] std::size_t bytes() const override { return bytes_; }
  [[nodiscard]] Timestamp earliest() const override;

  // ManagedStore
  [[nodiscard]] const StoreSpec& spec() const override { return spec_; }
  StateStore& store() override { return *this; }
  void log_pending() override;
  [[nodiscard]] PendingChanges pending() const override {
    return {saved_.size() + frozen_.size(), saved_bytes_ + frozen_bytes_};
  }
  void freeze() override;
  StoreChanges changes() override { return {}; }
  void settle() override;
  void drop() override;
  Result<void> replay(const ChangelogRecord& record) override;
  [[nodiscard]] StoreProgress committed_progress() const override { return {}; }
  [[nodiscard]] StoreProgress frozen_progress() const override { return {}; }
  void resume(const StoreProgress& /*progress*/) override {}
  [[nodiscard]] std::shared_ptr<const RowSnapshotSource> snapshots() const override {
    return nullptr;
  }

 private:
  struct Entry {
    Bytes key;
    TimedChange timed;
    bool saved = false;    // its state before the transaction is in saved_
    std::size_t slot = 0;  // its place in its bucket
  };
  struct ByKey {
    bool operator()(const Entry* left, const Entry* right) const { return left->key < right->key; }
  };
  // Entries of one buffer time. They are in no order until all of them are emitted at once, or the
  // first alone: then those that are there are put in order, once.
  struct Bucket {
    std::vector<Entry*> loose;
    std::set<Entry*, ByKey> ordered;
    [[nodiscard]] bool empty() const { return loose.empty() && ordered.empty(); }
  };
  static constexpr std::size_t kOrdered = std::numeric_limits<std::size_t>::max();  // a slot

  // A key that the transaction changed, with its state before that; nothing = it was not buffered.
  struct Saved {
    Bytes key;
    std::optional<TimedChange> before;
  };

  // Remembers the state of a key before its first change in the transaction.
  void save(BytesView key, Entry* entry);
  Entry& insert(BytesView key, TimedChange timed);
  void replace(Entry& entry, TimedChange timed);
  void erase(BytesView key);
  // Takes an entry out of its bucket, whatever the bucket's size.
  static void leave(Bucket& bucket, Entry& entry);
  // Takes the first entry by key out of its bucket. Requires: there is one.
  static Entry* take_first(Bucket& bucket);
  // Takes an entry that is in no bucket any more out and emits it.
  void emit_out(Entry& leaving, const std::function<void(BytesView, const BufferedChange&)>& emit);
  [[nodiscard]] static std::size_t size_of(BytesView key, const TimedChange& timed);

  StoreSpec spec_;
  StoreSurroundings surroundings_;
  std::set<std::string, std::less<>> topics_;
  boost::unordered_flat_map<BytesView, std::unique_ptr<Entry>, BytesHash>
      entries_;  // keys view Entry::key
  std::map<Timestamp, Bucket> buckets_;
  std::deque<Saved> saved_;   // of the running transaction, in the order of first change
  std::deque<Saved> frozen_;  // of the transaction that is being committed
  boost::unordered_flat_set<BytesView, BytesHash> saved_keys_;  // views into saved_
  std::size_t saved_bytes_ = 0;
  std::size_t frozen_bytes_ = 0;
  std::size_t bytes_ = 0;
  Bytes scratch_;
};

}  // namespace pawl::internal

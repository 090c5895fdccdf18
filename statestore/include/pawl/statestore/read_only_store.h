// Read-only views of the committed rows of a store's local parts, in bytes, for interactive
// queries. Each call reads a snapshot of each part: never a write of an open or aborted
// transaction. Rows of a window store that are past their retention may be seen until the space of
// their segment is freed.
// Order: part by part, never merged; within a part as the class says, the same in memory and on
// disk. Backward, the parts come in the same order, each exactly reversed (Source:
// CompositeReadOnlyWindowStore and its like).
// Thread rule: any thread. Errors: retriable (no part is open here now), corrupted_state (the
// disk).
#pragma once

#include <pawl/model/bytes.h>
#include <pawl/model/result.h>
#include <pawl/model/timestamp.h>
#include <pawl/statestore/store_backend.h>
#include <pawl/statestore/store_spec.h>
#include <pawl/statestore/versioned_store.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace pawl {

using RowSnapshotSources = std::vector<std::shared_ptr<const RowSnapshotSource>>;

class ReadOnlyKeyValueStore {
 public:
  ReadOnlyKeyValueStore(const StoreSpec& spec, RowSnapshotSources parts)
      : format_(row_format_of(spec)), parts_(std::move(parts)) {}

  [[nodiscard]] RowFormat row_format() const { return format_; }
  [[nodiscard]] Result<std::optional<Bytes>> get(BytesView key) const;
  // About how many keys there are, quick: on disk an estimate, in which a key that was written
  // again or deleted may count more than once. Source: approximateNumEntries.
  [[nodiscard]] Result<std::uint64_t> approximate_entries() const;
  // Calls `visit(key, row)` for keys in [from, to], absent = open, in the order of their bytes,
  // until it returns false.
  Result<void> range(NullableBytesView from, NullableBytesView to, Direction direction,
                     const std::function<bool(BytesView key, BytesView row)>& visit) const;
  // The same for keys that start with `prefix`, forward.
  Result<void> prefix(BytesView prefix,
                      const std::function<bool(BytesView key, BytesView row)>& visit) const;

 private:
  RowFormat format_;
  RowSnapshotSources parts_;
};

// Order of windows: segment by segment (segment_interval_of(spec) of starts each), within a segment
// by the bytes of key and start as the changelog has them: `key ‖ i64 start ‖ i32 sequence`. So the
// windows of one key come in time order, and keys of different lengths may interleave. Source:
// RocksDBWindowStore over WindowKeySchema. A store whose rows lie by time collects and sorts a
// segment before it shows it.
class ReadOnlyWindowStore {
 public:
  ReadOnlyWindowStore(StoreSpec spec, RowSnapshotSources parts)
      : spec_(std::move(spec)), parts_(std::move(parts)) {}

  [[nodiscard]] RowFormat row_format() const { return row_format_of(spec_); }
  [[nodiscard]] Result<std::optional<Bytes>> get(BytesView key, Timestamp start) const;
  using Visit = std::function<bool(BytesView key, Timestamp start, BytesView row)>;
  // Visits the windows of a key with start in [from, to], until `visit` returns false.
  Result<void> fetch(BytesView key, Timestamp from, Timestamp to, const Visit& visit,
                     Direction direction = Direction::forward) const {
    return fetch(NullableBytesView(key), NullableBytesView(key), from, to, visit, direction);
  }
  // The same for keys in [key_from, key_to], absent = open.
  Result<void> fetch(NullableBytesView key_from, NullableBytesView key_to, Timestamp from,
                     Timestamp to, const Visit& visit,
                     Direction direction = Direction::forward) const;

 private:
  StoreSpec spec_;
  RowSnapshotSources parts_;
};

// The versions of a versioned store. What the history has lost may be seen until its space is
// freed.
class ReadOnlyVersionedStore {
 public:
  ReadOnlyVersionedStore(StoreSpec spec, RowSnapshotSources parts)
      : spec_(std::move(spec)), parts_(std::move(parts)) {}

  // Calls `visit` with the latest version of a key, or with the one that is valid at a time, if
  // there is one. Lifetime: the version is valid until `visit` returns.
  using Visit = std::function<bool(const Version& version)>;
  Result<void> latest(BytesView key, const Visit& visit) const;
  Result<void> at(BytesView key, Timestamp time, const Visit& visit) const;
  // Visits the versions of a key that are valid at some time in [from, to], in time order, until
  // `visit` returns false.
  Result<void> versions(BytesView key, Timestamp from, Timestamp to, Direction direction,
                        const Visit& visit) const;

 private:
  StoreSpec spec_;
  RowSnapshotSources parts_;
};

}  // namespace pawl

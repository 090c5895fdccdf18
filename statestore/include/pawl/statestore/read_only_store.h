// Read-only views of the committed rows of a store's local parts, in bytes, for interactive
// queries. Each call reads a snapshot of each part: never a write of an open or aborted
// transaction. Rows of a window store that are past their retention may be seen until the space of
// their segment is freed. Thread rule: any thread. Errors: retriable (no part is open here now),
// corrupted_state (the disk).
#pragma once

#include <pawl/model/bytes.h>
#include <pawl/model/result.h>
#include <pawl/model/timestamp.h>
#include <pawl/statestore/store_backend.h>
#include <pawl/statestore/store_spec.h>
#include <pawl/statestore/versioned_store.h>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace pawl {

using RowSnapshotSources = std::vector<std::shared_ptr<const RowSnapshotSource>>;

class ReadOnlyKeyValueStore {
 public:
  ReadOnlyKeyValueStore(const StoreSpec& spec, RowSnapshotSources parts)
      : format_(row_format_of(spec)), parts_(std::move(parts)) {}

  [[nodiscard]] RowFormat row_format() const { return format_; }
  [[nodiscard]] Result<std::optional<Bytes>> get(BytesView key) const;
  // Calls `visit(key, row)` for keys in [from, to], absent = open, part by part in key order, until
  // it returns false.
  Result<void> range(NullableBytesView from, NullableBytesView to, Direction direction,
                     const std::function<bool(BytesView key, BytesView row)>& visit) const;
  // The same for keys that start with `prefix`, forward.
  Result<void> prefix(BytesView prefix,
                      const std::function<bool(BytesView key, BytesView row)>& visit) const;

 private:
  RowFormat format_;
  RowSnapshotSources parts_;
};

class ReadOnlyWindowStore {
 public:
  ReadOnlyWindowStore(StoreSpec spec, RowSnapshotSources parts)
      : spec_(std::move(spec)), parts_(std::move(parts)) {}

  [[nodiscard]] RowFormat row_format() const { return row_format_of(spec_); }
  [[nodiscard]] Result<std::optional<Bytes>> get(BytesView key, Timestamp start) const;
  using Visit = std::function<bool(BytesView key, Timestamp start, BytesView row)>;
  // Visits the windows of a key with start in [from, to], in time order, until `visit` returns
  // false.
  Result<void> fetch(BytesView key, Timestamp from, Timestamp to, const Visit& visit,
                     Direction direction = Direction::forward) const;
  // Visits the windows of all keys with start in [from, to], part by part, in no promised order
  // within a part.
  Result<void> fetch_all(Timestamp from, Timestamp to, const Visit& visit) const;

 private:
  Result<void> scan(std::optional<BytesView> key, Timestamp from, Timestamp to, Direction direction,
                    const Visit& visit) const;
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

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

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace pawl {

using RowSnapshotSources = std::vector<std::shared_ptr<const RowSnapshotSource>>;

class ReadOnlyKeyValueStore {
 public:
  ReadOnlyKeyValueStore(const StoreSpec& spec, RowSnapshotSources parts)
      : timestamped_(spec.timestamped), parts_(std::move(parts)) {}

  [[nodiscard]] bool timestamped_rows() const { return timestamped_; }
  [[nodiscard]] Result<std::optional<Bytes>> get(BytesView key) const;
  // Calls `visit(key, row)` for keys in [from, to], absent = open, part by part in key order, until
  // it returns false.
  Result<void> range(NullableBytesView from, NullableBytesView to, Direction direction,
                     const std::function<bool(BytesView key, BytesView row)>& visit) const;

 private:
  bool timestamped_;
  RowSnapshotSources parts_;
};

class ReadOnlyWindowStore {
 public:
  ReadOnlyWindowStore(StoreSpec spec, RowSnapshotSources parts)
      : spec_(std::move(spec)), parts_(std::move(parts)) {}

  [[nodiscard]] bool timestamped_rows() const { return spec_.timestamped; }
  [[nodiscard]] Result<std::optional<Bytes>> get(BytesView key, Timestamp start) const;
  using Visit = std::function<bool(BytesView key, Timestamp start, BytesView row)>;
  // Visits the windows of a key with start in [from, to], in time order, until `visit` returns
  // false.
  Result<void> fetch(BytesView key, Timestamp from, Timestamp to, const Visit& visit) const;
  // Visits the windows of all keys with start in [from, to], part by part, in no promised order
  // within a part.
  Result<void> fetch_all(Timestamp from, Timestamp to, const Visit& visit) const;

 private:
  Result<void> scan(std::optional<BytesView> key, Timestamp from, Timestamp to,
                    const Visit& visit) const;
  StoreSpec spec_;
  RowSnapshotSources parts_;
};

}  // namespace pawl

// ReadOnlySessionStore: the committed sessions of a store's local parts, in bytes, for interactive
// queries. As in read_only_store.h: each call reads a snapshot of each part, in the order of parts
// that is said there; sessions that are past their retention may be seen until the space of their
// segment is freed. Thread rule: any thread. Errors: retriable (no part is open here now),
// corrupted_state (the disk).
#pragma once

#include <pawl/model/window.h>
#include <pawl/statestore/read_only_store.h>

#include <functional>
#include <optional>
#include <utility>

namespace pawl {

// Order of sessions, within a part: segment by segment (segment_interval_of(spec) of ends each),
// within a segment by the bytes of key and session as the changelog has them: `key ‖ i64 end ‖ i64
// start`. So the sessions of one key come by their end, and keys of different lengths may
// interleave. Source: RocksDBSessionStore over SessionKeySchema.
class ReadOnlySessionStore {
 public:
  ReadOnlySessionStore(StoreSpec spec, RowSnapshotSources parts)
      : spec_(std::move(spec)), parts_(std::move(parts)) {}

  [[nodiscard]] RowFormat row_format() const { return row_format_of(spec_); }
  [[nodiscard]] Result<std::optional<Bytes>> get(BytesView key, Window session) const;
  using Visit = std::function<bool(BytesView key, Window session, BytesView row)>;
  // Visits the sessions of keys in [key_from, key_to] (absent = open) that end at `earliest_end` or
  // later and start at `latest_start` or earlier, until `visit` returns false.
  Result<void> find_sessions(NullableBytesView key_from, NullableBytesView key_to,
                             Timestamp earliest_end, Timestamp latest_start, const Visit& visit,
                             Direction direction = Direction::forward) const;

 private:
  StoreSpec spec_;
  RowSnapshotSources parts_;
};

}  // namespace pawl

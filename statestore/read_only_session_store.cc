#include "codec/session_row.h"
#include "read_only_parts.h"

#include <pawl/statestore/read_only_session_store.h>

#include <algorithm>

namespace pawl {
namespace {

SegmentId segment_of(const StoreSpec& spec, Timestamp end) {
  return SegmentId(end.value() / segment_interval_of(spec).count());
}

// The rows of one segment, by key. Lifetime: as the snapshot.
std::unique_ptr<KeyValueCursor> rows_by_key(const RowSnapshot& snapshot, SegmentId segment,
                                            bool indexed, NullableBytesView key_from,
                                            NullableBytesView key_to, Timestamp latest_start) {
  Bytes from = indexed ? "\x01" : "";
  Bytes to = indexed ? "\x02" : "";
  Bytes bound;
  if (key_from.has_value()) {
    internal::session_lower_bound(*key_from, bound);
    from += bound;
  }
  if (key_to.has_value()) {
    if (key_from == key_to) {
      internal::encode_session_key({*key_to, {latest_start, Timestamp::max()}}, bound);
    } else {
      internal::session_upper_bound(*key_to, latest_start, 0, bound);
    }
    to = (indexed ? "\x01" : "") + bound;
  }
  return snapshot.scan(segment, NullableBytesView(from),
                       to.empty() ? std::nullopt : NullableBytesView(to), Direction::forward);
}

}  // namespace

Result<std::optional<Bytes>> ReadOnlySessionStore::get(BytesView key, Window session) const {
  Bytes row;
  if (spec_.layout == WindowLayout::time_first) {
    internal::encode_time_first_session({key, session}, row);
  } else {
    internal::encode_session_key({key, session}, row);
  }
  std::optional<Bytes> found;
  PAWL_TRY(internal::each_part(parts_, [&](const RowSnapshot& snapshot) -> Result<bool> {
    found = PAWL_TRY(snapshot.get(segment_of(spec_, session.end), row));
    return !found.has_value();
  }));
  return found;
}

Result<void> ReadOnlySessionStore::find_sessions(NullableBytesView key_from,
                                                 NullableBytesView key_to, Timestamp earliest_end,
                                                 Timestamp latest_start, const Visit& visit) const {
  const bool indexed = spec_.layout == WindowLayout::time_first;
  earliest_end = std::max(earliest_end, Timestamp(0));
  Bytes base;
  return internal::each_part(parts_, [&](const RowSnapshot& snapshot) -> Result<bool> {
    for (const SegmentId segment : snapshot.segments()) {
      if (segment < segment_of(spec_, earliest_end)) {
        continue;
      }
      for (auto row = rows_by_key(snapshot, segment, indexed, key_from, key_to, latest_start);
           row->valid(); row->next()) {
        const internal::SessionRow found = indexed ? internal::decode_session_index(row->key())
                                                   : *internal::decode_session_key(row->key());
        if (found.session.end < earliest_end || found.session.start > latest_start ||
            (key_from.has_value() && found.key < *key_from) ||
            (key_to.has_value() && found.key > *key_to)) {
          continue;
        }
        std::optional<Bytes> value;
        if (indexed) {
          internal::encode_time_first_session(found, base);
          value = PAWL_TRY(snapshot.get(segment, base));
        }
        if (indexed && !value.has_value()) {
          continue;
        }
        if (!visit(found.key, found.session, indexed ? BytesView(*value) : row->value())) {
          return false;
        }
      }
    }
    return true;
  });
}

}  // namespace pawl

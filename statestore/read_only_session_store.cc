#include "codec/session_row.h"
#include "read_only_parts.h"

#include <pawl/statestore/read_only_session_store.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace pawl {
namespace {

SegmentId segment_of(const StoreSpec& spec, Timestamp end) {
  return SegmentId(end.value() / segment_interval_of(spec).count());
}

// Returns: where the sessions of these keys lie in a segment, by key.
RowRange rows_by_key(SegmentId segment, bool indexed, NullableBytesView key_from,
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
  RowRange rows{segment, std::move(from), {}};
  if (!to.empty()) {
    rows.to.emplace(std::move(to));
  }
  return rows;
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
  const SegmentId segment = segment_of(spec_, session.end);
  PAWL_TRY(internal::each_part(parts_, internal::row_at(segment, row),
                               [&](const RowSnapshot& snapshot) -> Result<bool> {
                                 found = PAWL_TRY(snapshot.get(segment, row));
                                 return !found.has_value();
                               }));
  return found;
}

Result<void> ReadOnlySessionStore::find_sessions(NullableBytesView key_from,
                                                 NullableBytesView key_to, Timestamp earliest_end,
                                                 Timestamp latest_start, const Visit& visit,
                                                 Direction direction) const {
  const bool indexed = spec_.layout == WindowLayout::time_first;
  earliest_end = std::max(earliest_end, Timestamp(0));
  const auto by_key = [&](const std::vector<SegmentId>& segments) {
    std::vector<RowRange> rows;
    for (const SegmentId segment : segments) {
      if (segment >= segment_of(spec_, earliest_end)) {
        rows.push_back(rows_by_key(segment, indexed, key_from, key_to, latest_start));
      }
    }
    return rows;
  };
  const auto chosen = [&](const std::vector<SegmentId>& segments) {
    std::vector<RowRange> rows = by_key(segments);
    if (indexed) {  // and what the index says
      Bytes first;
      internal::encode_time_first_session({BytesView(), {Timestamp(0), earliest_end}}, first);
      const std::size_t count = rows.size();
      for (std::size_t at = 0; at < count; ++at) {
        rows.push_back({rows[at].segment, first, Bytes("\x01")});
      }
    }
    return rows;
  };
  Bytes base;
  return internal::each_part(parts_, chosen, [&](const RowSnapshot& snapshot) -> Result<bool> {
    std::vector<RowRange> ranges = by_key(snapshot.segments());
    if (direction == Direction::backward) {
      std::reverse(ranges.begin(), ranges.end());
    }
    for (const RowRange& range : ranges) {
      for (auto row = snapshot.scan(
               range.segment, NullableBytesView(*range.from),
               range.to.has_value() ? NullableBytesView(*range.to) : std::nullopt, direction);
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
          value = PAWL_TRY(snapshot.get(range.segment, base));
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

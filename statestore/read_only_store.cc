#include "codec/window_row.h"
#include "read_only_parts.h"

#include <pawl/statestore/read_only_store.h>

#include <algorithm>

namespace pawl {
namespace {

using internal::each_part;

}  // namespace

Result<std::optional<Bytes>> ReadOnlyKeyValueStore::get(BytesView key) const {
  std::optional<Bytes> found;
  PAWL_TRY(each_part(parts_, [&](const RowSnapshot& snapshot) -> Result<bool> {
    found = PAWL_TRY(snapshot.get(kWholeStore, key));
    return !found.has_value();
  }));
  return found;
}

Result<void> ReadOnlyKeyValueStore::range(
    NullableBytesView from, NullableBytesView to, Direction direction,
    const std::function<bool(BytesView, BytesView)>& visit) const {
  return each_part(parts_, [&](const RowSnapshot& snapshot) -> Result<bool> {
    for (auto row = snapshot.scan(kWholeStore, from, to, direction); row->valid(); row->next()) {
      if (!visit(row->key(), row->value())) {
        return false;
      }
    }
    return true;
  });
}

Result<std::optional<Bytes>> ReadOnlyWindowStore::get(BytesView key, Timestamp start) const {
  std::optional<Bytes> found;
  if (spec_.retain_duplicates) {
    return found;  // as WindowStore::get
  }
  PAWL_TRY(fetch(key, start, start, [&](BytesView, Timestamp, BytesView row) {
    found.emplace(row);
    return false;
  }));
  return found;
}

Result<void> ReadOnlyWindowStore::fetch(BytesView key, Timestamp from, Timestamp to,
                                        const Visit& visit) const {
  return scan(key, from, to, visit);
}

Result<void> ReadOnlyWindowStore::fetch_all(Timestamp from, Timestamp to,
                                            const Visit& visit) const {
  return scan(std::nullopt, from, to, visit);
}

Result<void> ReadOnlyWindowStore::scan(std::optional<BytesView> key, Timestamp from, Timestamp to,
                                       const Visit& visit) const {
  const internal::WindowRowCodec codec(spec_.layout, spec_.retain_duplicates);
  const std::int64_t interval = segment_interval_of(spec_).count();
  from = std::max(from, Timestamp(0));
  if (from > to) {
    return {};
  }
  Bytes lower;
  Bytes upper;
  const bool bounded = key.has_value() || spec_.layout == WindowLayout::time_first;
  if (bounded) {
    codec.lower_bound(key.value_or(BytesView()), from, lower);
    codec.upper_bound(key.value_or(BytesView()), to, upper);
  }
  return each_part(parts_, [&](const RowSnapshot& snapshot) -> Result<bool> {
    for (const SegmentId segment : snapshot.segments()) {
      if (segment.value() < from.value() / interval || segment.value() > to.value() / interval) {
        continue;
      }
      for (auto row =
               snapshot.scan(segment, bounded ? NullableBytesView(lower) : std::nullopt,
                             bounded ? NullableBytesView(upper) : std::nullopt, Direction::forward);
           row->valid(); row->next()) {
        const internal::WindowRow window = codec.decode(row->key());
        const bool matches =
            window.start >= from && window.start <= to && (!key.has_value() || window.key == *key);
        if (matches && !visit(window.key, window.start, row->value())) {
          return false;
        }
      }
    }
    return true;
  });
}

}  // namespace pawl

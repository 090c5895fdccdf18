#include "codec/header_block.h"
#include "codec/version_row.h"
#include "codec/window_row.h"
#include "prefix_scan.h"
#include "read_only_parts.h"
#include "version_segments.h"

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
    if (headers_ && found.has_value()) {
      found = Bytes(internal::behind_headers(*found));
    }
    return !found.has_value();
  }));
  return found;
}

Result<void> ReadOnlyKeyValueStore::range(
    NullableBytesView from, NullableBytesView to, Direction direction,
    const std::function<bool(BytesView, BytesView)>& visit) const {
  return each_part(parts_, [&](const RowSnapshot& snapshot) -> Result<bool> {
    for (auto row = snapshot.scan(kWholeStore, from, to, direction); row->valid(); row->next()) {
      if (!visit(row->key(), headers_ ? internal::behind_headers(row->value()) : row->value())) {
        return false;
      }
    }
    return true;
  });
}

Result<void> ReadOnlyKeyValueStore::prefix(
    BytesView prefix, const std::function<bool(BytesView, BytesView)>& visit) const {
  const std::optional<Bytes> end = internal::after_prefix(prefix);
  return range(
      prefix, end.has_value() ? NullableBytesView(*end) : std::nullopt, Direction::forward,
      [&](BytesView key, BytesView row) { return !key.starts_with(prefix) || visit(key, row); });
}

Result<std::optional<Bytes>> ReadOnlyWindowStore::get(BytesView key, Timestamp start) const {
  std::optional<Bytes> found;
  if (spec_.retain_duplicates || start.value() < 0) {
    return found;  // as WindowStore::get
  }
  Bytes row;
  internal::WindowRowCodec(spec_.layout, false).encode({key, start, 0}, row);
  const SegmentId segment(start.value() / segment_interval_of(spec_).count());
  PAWL_TRY(each_part(parts_, [&](const RowSnapshot& snapshot) -> Result<bool> {
    found = PAWL_TRY(snapshot.get(segment, row));
    if (spec_.headers && found.has_value()) {
      found = Bytes(internal::behind_headers(*found));
    }
    return !found.has_value();
  }));
  return found;
}

Result<void> ReadOnlyWindowStore::fetch(BytesView key, Timestamp from, Timestamp to,
                                        const Visit& visit, Direction direction) const {
  return scan(key, from, to, direction, visit);
}

Result<void> ReadOnlyWindowStore::fetch_all(Timestamp from, Timestamp to,
                                            const Visit& visit) const {
  return scan(std::nullopt, from, to, Direction::forward, visit);
}

Result<void> ReadOnlyWindowStore::scan(std::optional<BytesView> key, Timestamp from, Timestamp to,
                                       Direction direction, const Visit& visit) const {
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
    std::vector<SegmentId> segments = snapshot.segments();
    if (direction == Direction::backward) {
      std::reverse(segments.begin(), segments.end());
    }
    for (const SegmentId segment : segments) {
      if (segment.value() < from.value() / interval || segment.value() > to.value() / interval) {
        continue;
      }
      for (auto row = snapshot.scan(segment, bounded ? NullableBytesView(lower) : std::nullopt,
                                    bounded ? NullableBytesView(upper) : std::nullopt, direction);
           row->valid(); row->next()) {
        const internal::WindowRow window = codec.decode(row->key());
        const bool matches =
            window.start >= from && window.start <= to && (!key.has_value() || window.key == *key);
        if (matches &&
            !visit(window.key, window.start,
                   spec_.headers ? internal::behind_headers(row->value()) : row->value())) {
          return false;
        }
      }
    }
    return true;
  });
}

namespace {

// Finds rows of versions in a snapshot.
class VersionReader {
 public:
  VersionReader(const RowSnapshot& snapshot, const StoreSpec& spec, BytesView key)
      : snapshot_(snapshot), segments_(spec), key_(key) {
    for (const SegmentId segment : snapshot.segments()) {
      if (segment != internal::kLatestVersions) {
        first_ = first_ < 0 ? segments_.last_in(SegmentId(segment.value() - 1)) + 1 : first_;
        last_ = segments_.last_in(segment);
      }
    }
  }

  // Time segments that may have rows: [first, last].
  [[nodiscard]] std::int64_t first() const { return first_; }
  [[nodiscard]] std::int64_t last() const { return last_; }
  [[nodiscard]] const internal::VersionSegments& segments() const { return segments_; }

  // Throws StoreFailure.
  bool find(std::int64_t segment, internal::VersionRow& row) {
    internal::VersionSegments::encode_key(segment, key_, row_key_);
    const std::optional<Bytes> found = get(segments_.backend_segment(segment), row_key_);
    if (found.has_value() && !row.decode(*found)) {
      throw StoreFailure({ErrorKind::corrupted_state, "a row of versions cannot be read"});
    }
    return found.has_value();
  }
  std::optional<Version> latest() {
    latest_ = get(internal::kLatestVersions, key_);
    return latest_.has_value() ? std::optional(internal::latest_version_in(*latest_))
                               : std::nullopt;
  }

 private:
  [[nodiscard]] std::optional<Bytes> get(SegmentId segment, BytesView key) const {
    Result<std::optional<Bytes>> found = snapshot_.get(segment, key);
    if (!found.has_value()) {
      throw StoreFailure(std::move(found).error());
    }
    return *std::move(found);
  }

  const RowSnapshot& snapshot_;
  internal::VersionSegments segments_;
  BytesView key_;
  std::int64_t first_ = -1;
  std::int64_t last_ = -2;
  Bytes row_key_;
  std::optional<Bytes> latest_;
};

}  // namespace

Result<void> ReadOnlyVersionedStore::latest(BytesView key, const Visit& visit) const {
  return each_part(parts_, [&](const RowSnapshot& snapshot) -> Result<bool> {
    VersionReader reader(snapshot, spec_, key);
    const std::optional<Version> found = reader.latest();
    return !found.has_value() || visit(*found);
  });
}

Result<void> ReadOnlyVersionedStore::at(BytesView key, Timestamp time, const Visit& visit) const {
  return each_part(parts_, [&](const RowSnapshot& snapshot) -> Result<bool> {
    VersionReader reader(snapshot, spec_, key);
    std::optional<Version> found = reader.latest();
    internal::VersionRow row;
    if (!found.has_value() || found->from > time) {
      found = internal::version_in_history(reader.segments(), reader.first(), reader.last(),
                                           std::max(time, Timestamp(0)), row,
                                           [&](std::int64_t segment, internal::VersionRow& into) {
                                             return reader.find(segment, into);
                                           });
    }
    return !found.has_value() || visit(*found);
  });
}

Result<void> ReadOnlyVersionedStore::versions(BytesView key, Timestamp from, Timestamp to,
                                              Direction direction, const Visit& visit) const {
  return each_part(parts_, [&](const RowSnapshot& snapshot) -> Result<bool> {
    VersionReader reader(snapshot, spec_, key);
    const auto visit_latest = [&] {
      const std::optional<Version> found = reader.latest();
      return !found.has_value() || found->from > to || visit(*found);
    };
    if (direction == Direction::backward && !visit_latest()) {
      return false;
    }
    internal::VersionRow row;
    for (std::int64_t step = 0; step <= reader.last() - reader.first(); ++step) {
      const std::int64_t segment =
          direction == Direction::forward ? reader.first() + step : reader.last() - step;
      if (reader.find(segment, row) && !internal::visit_versions(row, from, to, direction, visit)) {
        return false;
      }
    }
    return direction == Direction::backward || visit_latest();
  });
}

}  // namespace pawl

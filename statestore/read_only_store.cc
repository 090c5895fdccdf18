#include "codec/version_row.h"
#include "codec/window_row.h"
#include "prefix_scan.h"
#include "read_only_parts.h"
#include "version_segments.h"
#include "window/aligned_starts.h"

#include <pawl/statestore/read_only_store.h>

#include <algorithm>
#include <utility>

namespace pawl {
namespace {

using internal::each_part;

// The rows that a query of a window store looks at.
class WindowRows {
 public:
  // Requires: 0 <= from <= to. Lifetime: keys and spec outlive this.
  WindowRows(const StoreSpec& spec, NullableBytesView key_from, NullableBytesView key_to,
             Timestamp from, Timestamp to)
      : spec_(spec),
        codec_(spec.layout, spec.retain_duplicates),
        interval_(segment_interval_of(spec).count()),
        key_from_(key_from),
        key_to_(key_to),
        from_(from),
        to_(to) {
    if (one_key() || spec.layout == WindowLayout::time_first) {
      all_.from.emplace();
      all_.to.emplace();
      codec_.lower_bound(key_from.value_or(BytesView()), from, *all_.from);
      codec_.upper_bound(key_to.value_or(BytesView()), to, *all_.to);
      return;
    }
    if (key_from.has_value()) {
      all_.from.emplace(*key_from);
    }
    if (key_to.has_value()) {
      all_.to.emplace();
      internal::window_upper_bound(*key_to, to, 0, *all_.to);
    }
  }

  [[nodiscard]] const internal::WindowRowCodec& codec() const { return codec_; }
  // Between their bounds lie rows that do not match, too.
  [[nodiscard]] bool match(const internal::WindowRow& row) const {
    return row.start >= from_ && row.start <= to_ &&
           (!key_from_.has_value() || row.key >= *key_from_) &&
           (!key_to_.has_value() || row.key <= *key_to_);
  }
  [[nodiscard]] bool lie_by_key() const {
    return one_key() || spec_.layout == WindowLayout::key_first;
  }

  // Returns: in the order of time, one row for each start that windows of the key can have, where
  // these are few, else those of each segment between the bounds.
  [[nodiscard]] std::vector<RowRange> in(const std::vector<SegmentId>& segments) const {
    std::vector<RowRange> rows;
    if (segments.empty()) {
      return rows;
    }
    if (const auto starts = aligned_starts(segments.front(), segments.back())) {
      for (Timestamp at = starts->first; at <= starts->last; at = at + spec_.start_step) {
        Bytes row;
        codec_.encode({*key_from_, at, 0}, row);
        rows.push_back({segment_of(at), row, row});
      }
      return rows;
    }
    for (const SegmentId segment : segments) {
      if (segment >= segment_of(from_) && segment <= segment_of(to_)) {
        rows.push_back({segment, all_.from, all_.to});
      }
    }
    return rows;
  }

 private:
  [[nodiscard]] bool one_key() const { return key_from_.has_value() && key_from_ == key_to_; }
  [[nodiscard]] SegmentId segment_of(Timestamp start) const {
    return SegmentId(start.value() / interval_);
  }
  // Between the bounds and in these segments.
  [[nodiscard]] std::optional<internal::AlignedStarts> aligned_starts(SegmentId first,
                                                                      SegmentId last) const {
    if (!one_key()) {
      return std::nullopt;
    }
    Timestamp from = from_;
    Timestamp to = to_;
    if (first > segment_of(from)) {
      from = Timestamp(first.value() * interval_);
    }
    if (last < segment_of(to)) {
      to = Timestamp((last.value() + 1) * interval_ - 1);
    }
    return internal::AlignedStarts::between(spec_, from, to);
  }

  const StoreSpec& spec_;
  internal::WindowRowCodec codec_;
  std::int64_t interval_;
  NullableBytesView key_from_;
  NullableBytesView key_to_;
  Timestamp from_;
  Timestamp to_;
  RowRange all_{SegmentId(0), {}, {}};
};

// Calls `show(key, value)` for the rows of a range until it returns false. Returns: whether it
// never did.
template <class F>
Result<bool> show_rows(const RowSnapshot& snapshot, const RowRange& range, Direction direction,
                       F&& show) {
  if (range.from.has_value() && range.from == range.to) {
    const std::optional<Bytes> value = PAWL_TRY(snapshot.get(range.segment, *range.from));
    return !value.has_value() || show(*range.from, *value);
  }
  const auto bound = [](const std::optional<Bytes>& key) {
    return key.has_value() ? NullableBytesView(*key) : std::nullopt;
  };
  for (auto row = snapshot.scan(range.segment, bound(range.from), bound(range.to), direction);
       row->valid(); row->next()) {
    if (!show(row->key(), row->value())) {
      return false;
    }
  }
  return true;
}

// Calls `visit` for the rows of a range that match, as show_rows.
Result<bool> visit_windows(const RowSnapshot& snapshot, const RowRange& range,
                           const WindowRows& rows, Direction direction,
                           const ReadOnlyWindowStore::Visit& visit) {
  return show_rows(snapshot, range, direction, [&](BytesView row, BytesView value) {
    const internal::WindowRow window = rows.codec().decode(row);
    return !rows.match(window) || visit(window.key, window.start, value);
  });
}

// The same for rows that do not lie by key.
Result<bool> visit_windows_by_key(const RowSnapshot& snapshot, const RowRange& range,
                                  const WindowRows& rows, Direction direction,
                                  const ReadOnlyWindowStore::Visit& visit) {
  std::vector<std::pair<Bytes, Bytes>> collected;
  PAWL_TRY(show_rows(snapshot, range, Direction::forward, [&](BytesView row, BytesView value) {
    const internal::WindowRow window = rows.codec().decode(row);
    if (rows.match(window)) {
      collected.emplace_back(Bytes(), Bytes(value));
      internal::encode_changelog_window_key(window, collected.back().first);
    }
    return true;
  }));
  std::sort(collected.begin(), collected.end());
  if (direction == Direction::backward) {
    std::reverse(collected.begin(), collected.end());
  }
  return std::all_of(collected.begin(), collected.end(), [&](const auto& row) {
    const internal::WindowRow window = *internal::decode_changelog_window_key(row.first);
    return visit(window.key, window.start, row.second);
  });
}

}  // namespace

Result<std::uint64_t> ReadOnlyKeyValueStore::approximate_entries() const {
  std::optional<std::uint64_t> entries;
  for (const auto& part : parts_) {
    if (const std::optional<std::uint64_t> rows = part->approximate_rows()) {
      entries = entries.value_or(0) + *rows;
    }
  }
  if (!entries.has_value()) {
    return internal::no_part_is_open();
  }
  return *entries;
}

Result<std::optional<Bytes>> ReadOnlyKeyValueStore::get(BytesView key) const {
  std::optional<Bytes> found;
  PAWL_TRY(each_part(parts_, internal::row_at(kWholeStore, key),
                     [&](const RowSnapshot& snapshot) -> Result<bool> {
                       found = PAWL_TRY(snapshot.get(kWholeStore, key));
                       return !found.has_value();
                     }));
  return found;
}

Result<void> ReadOnlyKeyValueStore::range(
    NullableBytesView from, NullableBytesView to, Direction direction,
    const std::function<bool(BytesView, BytesView)>& visit) const {
  return each_part(parts_, internal::rows_between(kWholeStore, from, to),
                   [&](const RowSnapshot& snapshot) -> Result<bool> {
                     for (auto row = snapshot.scan(kWholeStore, from, to, direction); row->valid();
                          row->next()) {
                       if (!visit(row->key(), row->value())) {
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
  PAWL_TRY(each_part(parts_, internal::row_at(segment, row),
                     [&](const RowSnapshot& snapshot) -> Result<bool> {
                       found = PAWL_TRY(snapshot.get(segment, row));
                       return !found.has_value();
                     }));
  return found;
}

Result<void> ReadOnlyWindowStore::fetch(NullableBytesView key_from, NullableBytesView key_to,
                                        Timestamp from, Timestamp to, const Visit& visit,
                                        Direction direction) const {
  from = std::max(from, Timestamp(0));
  if (from > to) {
    return {};
  }
  const WindowRows rows(spec_, key_from, key_to, from, to);
  return each_part(
      parts_, [&](const std::vector<SegmentId>& segments) { return rows.in(segments); },
      [&](const RowSnapshot& snapshot) -> Result<bool> {
        std::vector<RowRange> ranges = rows.in(snapshot.segments());
        if (direction == Direction::backward) {
          std::reverse(ranges.begin(), ranges.end());
        }
        for (const RowRange& range : ranges) {
          if (!PAWL_TRY(rows.lie_by_key()
                            ? visit_windows(snapshot, range, rows, direction, visit)
                            : visit_windows_by_key(snapshot, range, rows, direction, visit))) {
            return false;
          }
        }
        return true;
      });
}

namespace {

// The rows of one key. Lifetime: key and spec outlive this.
RowChoice versions_of(const StoreSpec& spec, BytesView key) {
  return [segments = internal::VersionSegments(spec), key](const std::vector<SegmentId>& live) {
    std::vector<RowRange> rows{{internal::kLatestVersions, Bytes(key), Bytes(key)}};
    for (const SegmentId backend : live) {
      if (backend == internal::kLatestVersions) {
        continue;
      }
      const std::int64_t last = segments.last_in(backend);
      for (std::int64_t segment = segments.last_in(SegmentId(backend.value() - 1)) + 1;
           segment <= last; ++segment) {
        Bytes row;
        internal::VersionSegments::encode_key(segment, key, row);
        rows.push_back({backend, row, row});
      }
    }
    return rows;
  };
}

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
  return each_part(parts_, internal::row_at(internal::kLatestVersions, key),
                   [&](const RowSnapshot& snapshot) -> Result<bool> {
                     VersionReader reader(snapshot, spec_, key);
                     const std::optional<Version> found = reader.latest();
                     return !found.has_value() || visit(*found);
                   });
}

Result<void> ReadOnlyVersionedStore::at(BytesView key, Timestamp time, const Visit& visit) const {
  return each_part(
      parts_, versions_of(spec_, key), [&](const RowSnapshot& snapshot) -> Result<bool> {
        VersionReader reader(snapshot, spec_, key);
        std::optional<Version> found = reader.latest();
        internal::VersionRow row;
        if (!found.has_value() || found->from > time) {
          found = internal::version_in_history(
              reader.segments(), reader.first(), reader.last(), std::max(time, Timestamp(0)), row,
              [&](std::int64_t segment, internal::VersionRow& into) {
                return reader.find(segment, into);
              });
        }
        return !found.has_value() || visit(*found);
      });
}

Result<void> ReadOnlyVersionedStore::versions(BytesView key, Timestamp from, Timestamp to,
                                              Direction direction, const Visit& visit) const {
  return each_part(
      parts_, versions_of(spec_, key), [&](const RowSnapshot& snapshot) -> Result<bool> {
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
          if (reader.find(segment, row) &&
              !internal::visit_versions(row, from, to, direction, visit)) {
            return false;
          }
        }
        return direction == Direction::backward || visit_latest();
      });
}

}  // namespace pawl

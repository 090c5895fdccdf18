#include "overlaid_versioned_store.h"

#include "codec/timestamped_value.h"
#include "overlay/merged_cursor.h"
#include "prefix_scan.h"
#include "version_segments.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace pawl::internal {

OverlaidVersionedStore::OverlaidVersionedStore(StoreSpec spec,
                                               const StoreSurroundings& surroundings,
                                               std::unique_ptr<CommittedRows> committed)
    : spec_(std::move(spec)), surroundings_(surroundings), committed_rows_(std::move(committed)) {}

std::int64_t OverlaidVersionedStore::first_live_segment() const {
  return VersionSegments(spec_).of(std::max(history_start(), Timestamp(0)));
}

// --- rows

NullableBytesView OverlaidVersionedStore::find_latest(BytesView key) {
  if (const OverlayRow* row = overlay_.find(kLatestVersions, key, key)) {
    return row->tombstone ? std::nullopt : NullableBytesView(row->value);
  }
  return committed_rows_->get(kLatestVersions, key);
}

void OverlaidVersionedStore::write_latest(BytesView key, NullableBytesView value, Timestamp from) {
  if (value.has_value()) {
    encode_timestamped(from, *value, encoded_);
    value = encoded_;
  }
  overlay_.active().put(kLatestVersions, key, 0, key.size(), value, from);
}

bool OverlaidVersionedStore::find_row(std::int64_t segment, BytesView key, VersionRow& row) {
  VersionSegments::encode_key(segment, key, row_key_);
  const SegmentId backend = VersionSegments(spec_).backend_segment(segment);
  NullableBytesView found;
  if (const OverlayRow* written = overlay_.find(backend, row_key_, key)) {
    found = written->value;  // rows of versions are never deleted
  } else {
    found = committed_rows_->get(backend, row_key_);
  }
  if (found.has_value() && !row.decode(*found)) {
    throw StoreFailure(
        {ErrorKind::corrupted_state, "store " + spec_.name + ": a row of versions cannot be read"});
  }
  return found.has_value();
}

void OverlaidVersionedStore::write_row(std::int64_t segment, BytesView key, const VersionRow& row) {
  VersionSegments::encode_key(segment, key, row_key_);
  row.encode(encoded_);
  overlay_.active().put(VersionSegments(spec_).backend_segment(segment), row_key_,
                        VersionSegments::kKeyOffset, key.size(), NullableBytesView(encoded_),
                        progress_.time);
}

// --- writes

VersionPlace OverlaidVersionedStore::put_version(BytesView key, NullableBytesView value,
                                                 Timestamp from) {
  if (from.value() < 0) {
    throw std::invalid_argument("store " + spec_.name + ": a version's time is not negative");
  }
  const bool expired = from < history_start();
  if (from - spec_.retention > earliest_to_log_again_) {
    log_pending();  // behind this record it would be too old to be restored
  }
  if (!expired || !native()) {
    log(key, value, from);
  }
  if (expired) {
    ++expired_puts_;
    return {PutOutcome::expired, std::nullopt};
  }
  const VersionPlace placed = place(key, value, from);
  if (native() && surroundings_.changelog != nullptr) {
    if (placed.outcome == PutOutcome::historical) {
      to_log_again_.emplace(key);
      earliest_to_log_again_ = std::min(earliest_to_log_again_, from);
    } else if (const auto found = to_log_again_.find(key); found != to_log_again_.end()) {
      to_log_again_.erase(found);
    }
  }
  return placed;
}

VersionPlace OverlaidVersionedStore::place(BytesView key, NullableBytesView value, Timestamp from) {
  progress_.time = std::max(progress_.time, from);
  std::optional<Timestamp> to;  // the earliest time after `from` at which a version begins
  if (const NullableBytesView latest = find_latest(key)) {
    const Timestamp latest_from = timestamp_of(*latest);
    if (from >= latest_from) {
      if (from > latest_from) {
        moved_ = plain_value_of(*latest);
        move_to_history(key, moved_, latest_from, from);
      }
      write_latest(key, value, from);
      if (!value.has_value() && from == latest_from && native()) {
        // Kafka Streams keeps nothing of this deletion, and takes an earlier version for the latest
        // one when it comes after it.
        place_deletion(key, from);
      }
      return {};
    }
    to = latest_from;
  }
  const VersionSegments segments(spec_);
  for (std::int64_t segment = segments.of(progress_.time); segment >= segments.of(from);
       --segment) {
    if (!find_row(segment, key, row_)) {
      continue;
    }
    if (row_.next() <= from) {
      break;
    }
    if (row_.min() <= from) {
      return place_in_row(segment, key, value, from);
    }
    if (row_.min() < history_start()) {
      return {PutOutcome::expired, std::nullopt};
    }
    to = row_.min();
  }
  if (to.has_value()) {
    return place_before(key, value, from, *to);
  }
  if (value.has_value()) {
    write_latest(key, value, from);
    return {};
  }
  return {place_deletion(key, from) ? PutOutcome::latest : PutOutcome::expired, std::nullopt};
}

void OverlaidVersionedStore::move_to_history(BytesView key, BytesView value, Timestamp from,
                                             Timestamp to) {
  const std::int64_t segment = VersionSegments(spec_).of(to);
  if (segment < first_live_segment()) {
    return;
  }
  if (find_row(segment, key, older_row_)) {
    older_row_.add_latest(value, from, to);
  } else {
    older_row_.start(value, from, to);
  }
  write_row(segment, key, older_row_);
}

VersionPlace OverlaidVersionedStore::place_in_row(std::int64_t segment, BytesView key,
                                                  NullableBytesView value, Timestamp from) {
  const std::size_t found = row_.find(from);
  const VersionRow::Entry before = row_.entries()[found];
  const VersionPlace placed{PutOutcome::historical, row_.end_of(found)};
  const std::int64_t segment_before = VersionSegments(spec_).of(from);
  if (before.from == from) {
    row_.replace(found, value, from);
  } else if (segment_before == segment) {
    row_.insert(found, value, from);
  } else {
    // The version that was valid then ends earlier now: in an older segment.
    if (segment_before >= first_live_segment()) {
      if (find_row(segment_before, key, older_row_)) {
        older_row_.add_latest(before.value, before.from, from);
      } else {
        older_row_.start(before.value, before.from, from);
      }
      write_row(segment_before, key, older_row_);
    }
    row_.replace(found, value, from);
  }
  write_row(segment, key, row_);
  return placed;
}

VersionPlace OverlaidVersionedStore::place_before(BytesView key, NullableBytesView value,
                                                  Timestamp from, Timestamp to) {
  const std::int64_t segment = VersionSegments(spec_).of(to);
  if (segment < first_live_segment()) {
    return {PutOutcome::expired, std::nullopt};
  }
  if (!find_row(segment, key, row_)) {
    row_.start(value, from, to);
  } else if (row_.next() <= from) {
    row_.add_latest(value, from, to);
  } else {
    row_.add_earliest(value, from);
  }
  write_row(segment, key, row_);
  return {PutOutcome::historical, to};
}

bool OverlaidVersionedStore::place_deletion(BytesView key, Timestamp from) {
  const std::int64_t segment = VersionSegments(spec_).of(from);
  if (segment < first_live_segment()) {
    return false;
  }
  if (!find_row(segment, key, row_)) {
    row_.start(std::nullopt, from, from);
  } else if (row_.next() == from) {
    return true;  // the end of the version before says so already
  } else {
    row_.add_latest(std::nullopt, row_.next(), from);
  }
  write_row(segment, key, row_);
  return true;
}

// --- reads

std::optional<Version> OverlaidVersionedStore::latest_version(BytesView key) {
  const NullableBytesView latest = find_latest(key);
  return latest.has_value() ? std::optional(latest_version_in(*latest)) : std::nullopt;
}

std::optional<Version> OverlaidVersionedStore::version_at(BytesView key, Timestamp time) {
  const std::optional<Version> latest = latest_version(key);
  if (latest.has_value() && latest->from <= time) {
    return latest;
  }
  if (time < history_start()) {
    return std::nullopt;
  }
  const VersionSegments segments(spec_);
  return version_in_history(
      segments, first_live_segment(), segments.of(progress_.time), std::max(time, Timestamp(0)),
      row_, [&](std::int64_t segment, VersionRow& row) { return find_row(segment, key, row); });
}

void OverlaidVersionedStore::versions(BytesView key, Timestamp from, Timestamp to,
                                      Direction direction,
                                      const std::function<bool(const Version&)>& visit) {
  const auto visit_latest = [&] {
    const std::optional<Version> latest = latest_version(key);
    return !latest.has_value() || latest->from > to || visit(*latest);
  };
  if (direction == Direction::backward && !visit_latest()) {
    return;
  }
  if (to >= history_start()) {
    const std::int64_t first = first_live_segment();
    const std::int64_t last = VersionSegments(spec_).of(std::max(progress_.time, Timestamp(0)));
    for (std::int64_t step = 0; step <= last - first; ++step) {
      const std::int64_t segment = direction == Direction::forward ? first + step : last - step;
      if (find_row(segment, key, row_) && !visit_versions(row_, from, to, direction, visit)) {
        return;
      }
    }
  }
  if (direction == Direction::forward) {
    visit_latest();
  }
}

// --- KeyValueStore

NullableBytesView OverlaidVersionedStore::get(BytesView key) {
  return find_latest(key);
}

NullableBytesView OverlaidVersionedStore::get_as_of(BytesView key, Timestamp time) {
  const std::optional<Version> version = version_at(key, time);
  if (!version.has_value()) {
    return std::nullopt;
  }
  encode_timestamped(version->from, version->value, shown_);
  return shown_;
}

PutOutcome OverlaidVersionedStore::put(BytesView key, NullableBytesView value,
                                       Timestamp logged_at) {
  return value.has_value() ? put_version(key, plain_value_of(*value), timestamp_of(*value)).outcome
                           : put_version(key, std::nullopt, logged_at).outcome;
}

std::unique_ptr<KeyValueCursor> OverlaidVersionedStore::range(NullableBytesView from,
                                                              NullableBytesView to,
                                                              Direction direction) {
  return std::make_unique<MergedCursor>(overlay_, *committed_rows_, kLatestVersions, from, to,
                                        direction);
}

std::unique_ptr<KeyValueCursor> OverlaidVersionedStore::prefix(BytesView prefix) {
  return scan_prefix(prefix, [this](NullableBytesView from, NullableBytesView to,
                                    Direction direction) { return range(from, to, direction); });
}

std::uint64_t OverlaidVersionedStore::approximate_entries() {
  return committed_rows_->approximate_rows() + overlay_.active().size() + overlay_.frozen().size();
}

// --- the task's side

void OverlaidVersionedStore::log(BytesView key, NullableBytesView value, Timestamp from) {
  if (surroundings_.changelog != nullptr) {
    surroundings_.changelog->append(key, value, from, Headers::none());
  }
}

void OverlaidVersionedStore::log_pending() {
  const VersionSegments segments(spec_);
  earliest_to_log_again_ = Timestamp::max();
  for (const Bytes& key : std::exchange(to_log_again_, {})) {
    if (const std::optional<Version> latest = latest_version(key)) {
      log(key, latest->value, latest->from);
      continue;
    }
    // It is deleted: since the end of its last version.
    for (std::int64_t segment = segments.of(progress_.time); segment >= first_live_segment();
         --segment) {
      if (find_row(segment, key, row_)) {
        log(key, std::nullopt, row_.next());
        break;
      }
    }
  }
}

void OverlaidVersionedStore::freeze() {
  overlay_.freeze();
  changes_ = overlay_.frozen().sorted_changes();
  frozen_progress_ = progress_;
}

void OverlaidVersionedStore::settle() {
  committed_ = frozen_progress_;
  changes_.clear();
  overlay_.settle();
  const VersionSegments segments(spec_);
  committed_rows_->declare_dead_below(segments.backend_segment(
      segments.of(std::max(committed_.time - spec_.retention, Timestamp(0)))));
}

void OverlaidVersionedStore::drop() {
  changes_.clear();
  overlay_.drop();
  to_log_again_.clear();
  earliest_to_log_again_ = Timestamp::max();
  progress_ = committed_;
}

Result<void> OverlaidVersionedStore::replay(const ChangelogRecord& record) {
  if (record.timestamp.value() < 0) {
    return Error{ErrorKind::corrupted_state,
                 "store " + spec_.name + ": its changelog has a record without a timestamp"};
  }
  if (record.timestamp >= history_start()) {
    place(record.key, record.value, record.timestamp);
  }
  return {};
}

void OverlaidVersionedStore::resume(const StoreProgress& progress) {
  committed_.time = std::max(committed_.time, progress.time);
  progress_ = committed_;
  const VersionSegments segments(spec_);
  committed_rows_->declare_dead_below(segments.backend_segment(
      segments.of(std::max(committed_.time - spec_.retention, Timestamp(0)))));
}

}  // namespace pawl::internal

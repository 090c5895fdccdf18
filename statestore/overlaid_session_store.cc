#include "overlaid_session_store.h"

#include "window/session_scan.h"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <utility>

namespace pawl::internal {

OverlaidSessionStore::OverlaidSessionStore(StoreSpec spec, const StoreSurroundings& surroundings,
                                           std::unique_ptr<CommittedRows> committed)
    : spec_(std::move(spec)),
      surroundings_(surroundings),
      rows_(std::move(committed)),
      segment_interval_(segment_interval_of(spec_)) {}

Timestamp OverlaidSessionStore::first_visible() const {
  const std::chrono::milliseconds hidden(spec_.edge_visible ? 0 : 1);
  return std::max(progress_.time - spec_.retention + hidden, Timestamp(0));
}

SegmentId OverlaidSessionStore::segment_of(Timestamp end) const {
  return SegmentId(end.value() / segment_interval_.count());
}

SegmentId OverlaidSessionStore::first_live_segment(Timestamp observed) const {
  return segment_of(std::max(observed - spec_.retention, Timestamp(0)));
}

std::vector<SegmentId> OverlaidSessionStore::segments_between(SegmentId first, SegmentId last) {
  std::set<SegmentId> found;
  const auto take = [&](const std::vector<SegmentId>& segments) {
    for (const SegmentId segment : segments) {
      if (segment >= first && segment <= last) {
        found.insert(segment);
      }
    }
  };
  take(rows_->segments());
  take(overlay_.active().segments());
  take(overlay_.frozen().segments());
  return {found.begin(), found.end()};
}

void OverlaidSessionStore::encode_row(const SessionRow& row, Bytes& out) const {
  if (time_first()) {
    encode_time_first_session(row, out);
  } else {
    encode_session_key(row, out);
  }
}

void OverlaidSessionStore::put(BytesView key, Window session, NullableBytesView value,
                               Timestamp logged_at) {
  if (session.start.value() < 0 || session.end < session.start) {
    throw std::invalid_argument("store " + spec_.name +
                                ": a session's start is neither negative nor behind its end");
  }
  progress_.time = std::max(progress_.time, session.end);
  const SessionRow row{key, session};
  if (surroundings_.changelog_mode == ChangelogMode::every_put) {
    log(row, value, logged_at);
  }
  if (session.end < first_visible()) {
    ++expired_puts_;
    return;
  }
  write_row(row, value, logged_at);
}

void OverlaidSessionStore::write_row(const SessionRow& row, NullableBytesView value,
                                     Timestamp logged_at) {
  const SegmentId segment = segment_of(row.session.end);
  encode_row(row, row_key_);
  overlay_.active().put(segment, row_key_, 0, row_key_.size(), value, logged_at);
  if (time_first()) {
    encode_session_index(row, index_key_);
    overlay_.active().put(segment, index_key_, 0, index_key_.size(),
                          value.has_value() ? NullableBytesView(BytesView()) : std::nullopt,
                          logged_at);
  }
}

void OverlaidSessionStore::log(const SessionRow& row, NullableBytesView value,
                               Timestamp logged_at) {
  if (surroundings_.changelog == nullptr) {
    return;
  }
  encode_session_key(row, changelog_key_);
  surroundings_.changelog->append(changelog_key_, value, logged_at, Headers::none());
}

void OverlaidSessionStore::log_pending() {
  if (surroundings_.changelog == nullptr ||
      surroundings_.changelog_mode == ChangelogMode::every_put) {
    return;
  }
  for (const OverlayRow* row : overlay_.active().in_update_order()) {
    if (time_first() && is_session_index(row->key)) {
      continue;
    }
    log(time_first() ? decode_time_first_session(row->key) : *decode_session_key(row->key),
        row->tombstone ? std::nullopt : NullableBytesView(row->value), row->logged_at);
  }
}

NullableBytesView OverlaidSessionStore::get(BytesView key, Window session) {
  return session.end < first_visible() ? std::nullopt : value_of({key, session});
}

NullableBytesView OverlaidSessionStore::value_of(const SessionRow& row) {
  const SegmentId segment = segment_of(row.session.end);
  encode_row(row, row_key_);
  if (const OverlayRow* written = overlay_.find(segment, row_key_, row_key_)) {
    return written->tombstone ? std::nullopt : NullableBytesView(written->value);
  }
  return rows_->get(segment, row_key_);
}

std::unique_ptr<SessionCursor> OverlaidSessionStore::find_sessions(BytesView key,
                                                                   Timestamp earliest_end,
                                                                   Timestamp latest_start,
                                                                   Direction direction) {
  SessionQuery query;
  query.key_from = key;
  query.key_to = key;
  query.single_key = true;
  query.earliest_end = std::max(earliest_end, first_visible());
  query.latest_start = latest_start;
  query.direction = direction;
  query.order = persistent() ? SessionOrder::by_key : SessionOrder::by_end;
  return std::make_unique<SessionScan>(*this, query);
}

std::unique_ptr<SessionCursor> OverlaidSessionStore::find_sessions(NullableBytesView key_from,
                                                                   NullableBytesView key_to,
                                                                   Timestamp earliest_end,
                                                                   Timestamp latest_start,
                                                                   Direction direction) {
  SessionQuery query;
  query.key_from = key_from;
  query.key_to = key_to;
  query.earliest_end = std::max(earliest_end, first_visible());
  query.latest_start = latest_start;
  query.direction = direction;
  query.order = persistent() ? SessionOrder::by_key : SessionOrder::by_end;
  return std::make_unique<SessionScan>(*this, query);
}

std::unique_ptr<SessionCursor> OverlaidSessionStore::ended_between(Timestamp earliest_end,
                                                                   Timestamp latest_end) {
  SessionQuery query;
  // On disk Kafka Streams sees what its segments hold, in memory what is visible.
  const Timestamp first =
      persistent()
          ? Timestamp(first_live_segment(progress_.time).value() * segment_interval_.count())
          : first_visible();
  query.earliest_end = std::max(earliest_end, first);
  query.latest_end = latest_end;
  query.order = persistent() ? SessionOrder::by_time : SessionOrder::by_end;
  return std::make_unique<SessionScan>(*this, query);
}

void OverlaidSessionStore::freeze() {
  overlay_.freeze();
  changes_ = overlay_.frozen().sorted_changes();
  frozen_progress_ = progress_;
}

void OverlaidSessionStore::settle() {
  committed_ = frozen_progress_;
  changes_.clear();
  overlay_.settle();
  rows_->declare_dead_below(first_live_segment(committed_.time));
}

void OverlaidSessionStore::drop() {
  changes_.clear();
  overlay_.drop();
  progress_ = committed_;
}

Result<void> OverlaidSessionStore::replay(const ChangelogRecord& record) {
  const std::optional<SessionRow> row = decode_session_key(record.key);
  if (!row.has_value() || row->session.start.value() < 0 || row->session.end < row->session.start) {
    return Error{ErrorKind::corrupted_state,
                 "store " + spec_.name + ": its changelog has a key that is no session key (" +
                     std::to_string(record.key.size()) + " bytes)"};
  }
  progress_.time = std::max(progress_.time, row->session.end);
  if (row->session.end >= first_visible()) {
    write_row(*row, record.value, record.timestamp);
  }
  return {};
}

void OverlaidSessionStore::resume(const StoreProgress& progress) {
  committed_.time = std::max(committed_.time, progress.time);
  progress_ = committed_;
  rows_->declare_dead_below(first_live_segment(committed_.time));
}

}  // namespace pawl::internal

#include "window/session_scan.h"

#include "overlay/merged_cursor.h"

#include <algorithm>
#include <tuple>

namespace pawl::internal {

SessionScan::SessionScan(OverlaidSessionStore& store, const SessionQuery& query)
    : store_(store), query_(query) {
  if (query.key_from.has_value()) {
    key_from_.emplace(*query.key_from);
    query_.key_from = *key_from_;
  }
  if (query.key_to.has_value()) {
    key_to_.emplace(*query.key_to);
    query_.key_to = *key_to_;
  }
  if (query_.earliest_end > query_.latest_end ||
      (key_from_.has_value() && key_to_.has_value() && *key_from_ > *key_to_)) {
    return;
  }
  by_time_ = store_.time_first() && query_.order == SessionOrder::by_time;
  sorted_ = query_.order != SessionOrder::by_key && !by_time_;
  segments_ = store_.segments_between(store_.segment_of(query_.earliest_end),
                                      store_.segment_of(query_.latest_end));
  if (query_.direction == Direction::backward) {
    std::reverse(segments_.begin(), segments_.end());
  }
  settle();
}

bool SessionScan::matches(const SessionRow& row) const {
  return row.session.end >= query_.earliest_end && row.session.end <= query_.latest_end &&
         row.session.start <= query_.latest_start &&
         (!query_.key_from.has_value() || row.key >= *query_.key_from) &&
         (!query_.key_to.has_value() || row.key <= *query_.key_to);
}

void SessionScan::open_rows_by_key(SegmentId segment) {
  Bytes from;
  Bytes to;
  NullableBytesView lower;
  NullableBytesView upper;
  if (query_.single_key) {
    encode_session_key({*query_.key_from, {Timestamp(0), query_.earliest_end}}, from);
    // Behind the store's time there are sessions of longer keys only.
    const Timestamp latest = std::max(store_.progress_.time, Timestamp(0));
    encode_session_key({*query_.key_to, {query_.latest_start, std::min(query_.latest_end, latest)}},
                       to);
  } else {
    if (query_.key_from.has_value()) {
      session_lower_bound(*query_.key_from, from);
    }
    if (query_.key_to.has_value()) {
      session_upper_bound(*query_.key_to, query_.latest_start, 0, to);
    }
  }
  if (store_.time_first()) {
    from.insert(0, 1, '\x01');
    to = query_.key_to.has_value() ? Bytes(1, '\x01') + to : Bytes(1, '\x02');
    lower = from;
    upper = to;
  } else {
    lower = query_.key_from.has_value() ? NullableBytesView(from) : std::nullopt;
    upper = query_.key_to.has_value() ? NullableBytesView(to) : std::nullopt;
  }
  rows_ = std::make_unique<MergedCursor>(store_.overlay_, *store_.rows_, segment, lower, upper,
                                         query_.direction);
}

void SessionScan::open_rows_by_time(SegmentId segment) {
  Bytes from(1, '\x00');
  big_endian::append_i64(query_.earliest_end.value(), from);
  Bytes to(1, '\x01');
  if (query_.latest_end < Timestamp::max()) {
    to[0] = '\x00';
    big_endian::append_i64(query_.latest_end.value() + 1, to);
  }
  rows_ = std::make_unique<MergedCursor>(store_.overlay_, *store_.rows_, segment,
                                         NullableBytesView(from), NullableBytesView(to),
                                         query_.direction);
}

void SessionScan::open_next_segment() {
  const SegmentId segment = segments_[next_segment_++];
  if (by_time_) {
    open_rows_by_time(segment);
  } else {
    open_rows_by_key(segment);
  }
  if (sorted_) {
    collect_segment();
    rows_.reset();
  }
}

bool SessionScan::read_row() {
  if (by_time_ || !store_.time_first()) {
    const SessionRow row =
        by_time_ ? decode_time_first_session(rows_->key()) : *decode_session_key(rows_->key());
    if (!matches(row)) {
      return false;
    }
    key_ = row.key;
    session_ = row.session;
    value_ = rows_->value();
    return true;
  }
  const SessionRow row = decode_session_index(rows_->key());
  const NullableBytesView found = matches(row) ? store_.value_of(row) : std::nullopt;
  if (!found.has_value()) {
    return false;
  }
  key_ = row.key;
  session_ = row.session;
  value_ = *found;
  return true;
}

void SessionScan::collect_segment() {
  collected_.clear();
  collected_at_ = 0;
  for (; rows_->valid(); rows_->next()) {
    if (read_row()) {
      collected_.push_back({key_, session_, value_});
    }
  }
  const bool by_end = query_.order == SessionOrder::by_end;
  std::sort(collected_.begin(), collected_.end(), [&](const OwnedRow& left, const OwnedRow& right) {
    return by_end ? std::tie(left.session.end, left.key, right.session.start) <
                        std::tie(right.session.end, right.key, left.session.start)
                  : std::tie(left.session.end, left.session.start, left.key) <
                        std::tie(right.session.end, right.session.start, right.key);
  });
  if (query_.direction == Direction::backward) {
    std::reverse(collected_.begin(), collected_.end());
  }
}

void SessionScan::settle() {
  while (true) {
    if (sorted_ && collected_at_ < collected_.size()) {
      OwnedRow& row = collected_[collected_at_];
      key_.swap(row.key);
      session_ = row.session;
      value_.swap(row.value);
      valid_ = true;
      return;
    }
    while (!sorted_ && rows_ != nullptr && rows_->valid()) {
      if (read_row()) {
        valid_ = true;
        return;
      }
      rows_->next();
    }
    if (next_segment_ == segments_.size()) {
      valid_ = false;
      return;
    }
    open_next_segment();
  }
}

void SessionScan::next() {
  if (sorted_) {
    ++collected_at_;
  } else {
    rows_->next();
  }
  settle();
}

}  // namespace pawl::internal

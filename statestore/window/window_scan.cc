#include "window/window_scan.h"

#include "overlay/merged_cursor.h"

#include <algorithm>

namespace pawl::internal {

WindowScan::WindowScan(OverlaidWindowStore& store, const WindowQuery& query)
    : store_(store), query_(query) {
  if (query.key_from.has_value()) {
    key_from_.emplace(*query.key_from);
    query_.key_from = *key_from_;
  }
  if (query.key_to.has_value()) {
    key_to_.emplace(*query.key_to);
    query_.key_to = *key_to_;
  }
  query_.from = std::max(query_.from, store_.first_visible());
  if (query_.from > query_.to) {
    return;
  }
  const bool natural_by_time = store_.codec_.layout() == WindowLayout::time_first;
  sorted_ = !query_.single_key && natural_by_time != (query_.order == RowOrder::by_time);
  segments_ = store_.segments_between(query_.from, query_.to);
  if (query_.direction == Direction::backward) {
    std::reverse(segments_.begin(), segments_.end());
  }
  settle();
}

bool WindowScan::matches(const WindowRow& row) const {
  return row.start >= query_.from && row.start <= query_.to &&
         (!query_.key_from.has_value() || row.key >= *query_.key_from) &&
         (!query_.key_to.has_value() || row.key <= *query_.key_to);
}

void WindowScan::open_next_segment() {
  const SegmentId segment = segments_[next_segment_++];
  Bytes from;
  Bytes to;
  NullableBytesView lower;
  NullableBytesView upper;
  if (store_.codec_.layout() == WindowLayout::time_first || query_.single_key) {
    store_.codec_.lower_bound(query_.key_from.value_or(BytesView()), query_.from, from);
    store_.codec_.upper_bound(query_.key_to.value_or(BytesView()), query_.to, to);
    lower = from;
    upper = to;
  } else {
    lower = query_.key_from;
    if (query_.key_to.has_value()) {
      window_upper_bound(*query_.key_to, query_.to, 0, to);
      upper = to;
    }
  }
  rows_ = std::make_unique<MergedCursor>(store_.overlay_, *store_.rows_, segment, lower, upper,
                                         query_.direction);
  if (sorted_) {
    collect_segment(*rows_);
    rows_.reset();
  }
}

void WindowScan::collect_segment(KeyValueCursor& rows) {
  collected_.clear();
  collected_at_ = 0;
  for (; rows.valid(); rows.next()) {
    const WindowRow row = store_.codec_.decode(rows.key());
    if (matches(row)) {
      collected_.push_back({Bytes(row.key), row.start, row.sequence, Bytes(rows.value())});
    }
  }
  // As bytes, as Kafka Streams compares them; keys of different lengths can therefore interleave.
  const WindowRowCodec order(
      query_.order == RowOrder::by_key ? WindowLayout::key_first : WindowLayout::time_first, true);
  const auto place_of = [&](const OwnedRow& row) {
    Bytes place;
    order.encode({row.key, row.start, row.sequence}, place);
    return place;
  };
  std::sort(collected_.begin(), collected_.end(), [&](const OwnedRow& left, const OwnedRow& right) {
    return place_of(left) < place_of(right);
  });
  if (query_.direction == Direction::backward) {
    std::reverse(collected_.begin(), collected_.end());
  }
}

void WindowScan::settle() {
  while (true) {
    if (sorted_ && collected_at_ < collected_.size()) {
      valid_ = true;
      return;
    }
    while (!sorted_ && rows_ != nullptr && rows_->valid()) {
      if (matches(store_.codec_.decode(rows_->key()))) {
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

void WindowScan::next() {
  if (sorted_) {
    ++collected_at_;
  } else {
    rows_->next();
  }
  settle();
}

BytesView WindowScan::key() const {
  return sorted_ ? BytesView(collected_[collected_at_].key)
                 : store_.codec_.decode(rows_->key()).key;
}

Timestamp WindowScan::start() const {
  return sorted_ ? collected_[collected_at_].start : store_.codec_.decode(rows_->key()).start;
}

BytesView WindowScan::value() const {
  return sorted_ ? BytesView(collected_[collected_at_].value) : rows_->value();
}

}  // namespace pawl::internal

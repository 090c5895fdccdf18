#include "window/indexed_window_cursor.h"

#include "overlay/merged_cursor.h"

#include <algorithm>

namespace pawl::internal {

IndexedWindowCursor::IndexedWindowCursor(OverlaidWindowStore& store, BytesView key, Timestamp from,
                                         Timestamp to, Direction direction)
    : store_(store), key_(key), direction_(direction) {
  from = std::max(from, store_.first_visible());
  if (from > to) {
    return;
  }
  encode_window_index(key, from, lower_);
  encode_window_index(key, to, upper_);
  segments_ = store_.segments_between(from, to);
  if (direction_ == Direction::backward) {
    std::reverse(segments_.begin(), segments_.end());
  }
  settle();
}

void IndexedWindowCursor::next() {
  value_.reset();
  index_->next();
  settle();
}

void IndexedWindowCursor::settle() {
  while (true) {
    for (; index_ != nullptr && index_->valid(); index_->next()) {
      // Rows of longer keys can lie between the bounds.
      if (index_->key().size() != lower_.size() ||
          index_->key().substr(1, key_.size()) != BytesView(key_)) {
        continue;
      }
      start_ = start_of_window_index(index_->key());
      if (const NullableBytesView found = store_.get(key_, start_)) {
        value_.emplace(*found);
        return;
      }
    }
    if (next_segment_ == segments_.size()) {
      return;
    }
    index_ = std::make_unique<MergedCursor>(store_.overlay_, *store_.rows_,
                                            segments_[next_segment_++], NullableBytesView(lower_),
                                            NullableBytesView(upper_), direction_);
  }
}

}  // namespace pawl::internal

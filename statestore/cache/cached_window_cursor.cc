#include "cache/cached_window_cursor.h"

#include <pawl/model/assert.h>

#include <algorithm>

namespace pawl::internal {

void WindowPlace::of(BytesView key, Timestamp start, Bytes& place) const {
  codec_.encode({key, start, 0}, place);
  Bytes segment;
  big_endian::append_i64(start.value() / segment_interval_.count(), segment);
  place.insert(0, segment);
}

CachedWindowCursor::CachedWindowCursor(std::vector<Row> cached, std::unique_ptr<WindowCursor> below,
                                       const WindowPlace& place, Direction direction)
    : cached_(std::move(cached)), below_(std::move(below)), place_(place), direction_(direction) {
  for (Row& row : cached_) {
    place_.of(row.key, row.start, row.place);
  }
  std::sort(cached_.begin(), cached_.end(), [direction](const Row& left, const Row& right) {
    return direction == Direction::forward ? left.place < right.place : right.place < left.place;
  });
  settle();
}

void CachedWindowCursor::next() {
  PAWL_ASSERT(valid());
  if (cached_is_next_) {
    ++at_;
  } else {
    below_->next();
  }
  settle();
}

void CachedWindowCursor::settle() {
  cached_is_next_ = false;
  for (; at_ < cached_.size(); ++at_) {
    const Row& row = cached_[at_];
    if (below_->valid()) {
      place_.of(below_->key(), below_->start(), place_below_);
      const bool below_first =
          direction_ == Direction::forward ? place_below_ < row.place : row.place < place_below_;
      if (below_first) {
        return;
      }
      if (place_below_ == row.place) {
        below_->next();
      }
    }
    if (row.value.has_value()) {
      cached_is_next_ = true;
      return;
    }
  }
}

}  // namespace pawl::internal

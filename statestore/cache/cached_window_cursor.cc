#include "cache/cached_window_cursor.h"

#include <pawl/model/assert.h>

#include <algorithm>
#include <utility>

namespace pawl::internal {

void WindowPlace::of(BytesView key, Timestamp start, Bytes& place) const {
  codec_.encode({key, start, 0}, place);
  Bytes segment;
  big_endian::append_i64(start.value() / segment_interval_.count(), segment);
  place.insert(0, segment);
}

void WindowPlace::sort(std::vector<Bytes>& rows, const WindowRowCodec& codec,
                       Direction direction) const {
  std::vector<std::pair<Bytes, Bytes>> placed(rows.size());
  for (std::size_t at = 0; at < rows.size(); ++at) {
    const WindowRow row = codec.decode(rows[at]);
    of(row.key, row.start, placed[at].first);
    placed[at].second = std::move(rows[at]);
  }
  std::sort(placed.begin(), placed.end());
  if (direction == Direction::backward) {
    std::reverse(placed.begin(), placed.end());
  }
  for (std::size_t at = 0; at < rows.size(); ++at) {
    rows[at] = std::move(placed[at].second);
  }
}

CachedWindowCursor::CachedWindowCursor(CachedRows cached, const WindowRowCodec& codec,
                                       std::unique_ptr<WindowCursor> below,
                                       const WindowPlace& place, Direction direction,
                                       Timestamp from)
    : cached_(std::move(cached)),
      codec_(codec),
      below_(std::move(below)),
      place_(place),
      direction_(direction),
      from_(from) {
  settle();
}

void CachedWindowCursor::next() {
  PAWL_ASSERT(valid());
  if (cached_is_next_) {
    cached_.next();
  } else {
    below_->next();
  }
  settle();
}

void CachedWindowCursor::settle() {
  cached_is_next_ = false;
  for (; cached_.valid(); cached_.next()) {
    const WindowRow row = codec_.decode(cached_.key());
    if (row.start < from_) {
      continue;
    }
    if (below_->valid()) {
      place_.of(row.key, row.start, place_cached_);
      place_.of(below_->key(), below_->start(), place_below_);
      if (direction_ == Direction::forward ? place_below_ < place_cached_
                                           : place_cached_ < place_below_) {
        return;
      }
      if (place_below_ == place_cached_) {
        below_->next();
      }
    }
    if (cached_.value().has_value()) {
      cached_is_next_ = true;
      return;
    }
  }
}

}  // namespace pawl::internal

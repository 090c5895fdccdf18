#include "cache/cached_session_cursor.h"

#include <pawl/model/assert.h>

#include <algorithm>
#include <tuple>

namespace pawl::internal {
namespace {

Bytes key_first(const SessionRow& row) {
  Bytes bytes;
  encode_session_key(row, bytes);
  return bytes;
}

// Whether `left` comes before `right` when the cursor goes forward.
bool comes_first(const SessionPlaces& places, const SessionRow& left, const SessionRow& right) {
  switch (places.order) {
    case SessionOrder::by_time:
      return std::tie(left.session.end, left.session.start, left.key) <
             std::tie(right.session.end, right.session.start, right.key);
    case SessionOrder::by_end:
      return std::tie(left.session.end, left.key, right.session.start) <
             std::tie(right.session.end, right.key, left.session.start);
    case SessionOrder::by_key:
      break;
  }
  const std::int64_t segment = left.session.end.value() / places.segment_interval.count();
  const std::int64_t other = right.session.end.value() / places.segment_interval.count();
  return segment != other ? segment < other : key_first(left) < key_first(right);
}

}  // namespace

bool SessionPlaces::before(const SessionRow& left, const SessionRow& right) const {
  return direction == Direction::forward ? comes_first(*this, left, right)
                                         : comes_first(*this, right, left);
}

void SessionPlaces::sort(std::vector<Bytes>& rows) const {
  std::sort(rows.begin(), rows.end(), [this](const Bytes& left, const Bytes& right) {
    return before(*decode_session_key(left), *decode_session_key(right));
  });
}

void CachedSessionCursor::next() {
  PAWL_ASSERT(valid());
  if (cached_is_next_) {
    cached_.next();
  } else {
    below_->next();
  }
  settle();
}

void CachedSessionCursor::settle() {
  cached_is_next_ = false;
  for (; cached_.valid(); cached_.next()) {
    const SessionRow row = cached_row();
    if (row.session.start > latest_start_) {
      continue;
    }
    if (below_->valid()) {
      const SessionRow below{below_->key(), below_->window()};
      if (places_.before(below, row)) {
        return;
      }
      if (below.key == row.key && below.session == row.session) {
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

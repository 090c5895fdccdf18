#include "overlay/merged_cursor.h"

#include <pawl/model/assert.h>

namespace pawl::internal {
namespace {

std::optional<Bytes> owned(NullableBytesView bytes) {
  return bytes.has_value() ? std::optional<Bytes>(*bytes) : std::nullopt;
}

}  // namespace

MergedCursor::MergedCursor(Overlay& overlay, CommittedRows& committed, SegmentId segment,
                           NullableBytesView from, NullableBytesView to, Direction direction)
    : overlay_(overlay),
      committed_(committed.scan(segment, from, to, direction)),
      segment_(segment),
      from_(owned(from)),
      to_(owned(to)),
      direction_(direction) {
  settle();
}

void MergedCursor::next() {
  PAWL_ASSERT(valid_);
  if (committed_->valid() && committed_->key() == key_) {
    committed_->next();
  }
  settle();
}

bool MergedCursor::in_bounds(BytesView key) const {
  return direction_ == Direction::forward ? !to_.has_value() || key <= *to_
                                          : !from_.has_value() || key >= *from_;
}

const OverlayRow* MergedCursor::overlay_neighbour(OverlayLayer& layer) {
  if (layer.empty()) {
    return nullptr;
  }
  const OverlayRow* row = nullptr;
  if (direction_ == Direction::forward) {
    row = started_ ? layer.first_after(segment_, key_) : layer.first_from(segment_, from_);
  } else {
    row = started_ ? layer.last_before(segment_, key_) : layer.last_until(segment_, to_);
  }
  return row != nullptr && in_bounds(row->key) ? row : nullptr;
}

void MergedCursor::settle() {
  while (true) {
    // A later layer wins over an earlier one that has the same row.
    const OverlayRow* nearest = overlay_neighbour(overlay_.active());
    const OverlayRow* older = overlay_neighbour(overlay_.frozen());
    if (older != nullptr && (nearest == nullptr || before(older->key, nearest->key))) {
      nearest = older;
    }
    if (committed_->valid() && (nearest == nullptr || before(committed_->key(), nearest->key))) {
      key_ = committed_->key();
      value_ = committed_->value();
      started_ = true;
      return;
    }
    if (nearest == nullptr) {
      valid_ = false;
      return;
    }
    if (committed_->valid() && committed_->key() == nearest->key) {
      committed_->next();
    }
    key_ = nearest->key;
    value_ = nearest->value;
    started_ = true;
    if (!nearest->tombstone) {
      return;
    }
  }
}

}  // namespace pawl::internal

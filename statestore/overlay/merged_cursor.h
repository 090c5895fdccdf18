// MergedCursor: one segment of a store as its owner sees it: committed rows with the overlay's
// writes over them, in row order or backwards, without deleted rows. It finds its place by key at
// every step, so writes to the overlay while it runs do not disturb it. Thread rule: owner thread
// only. Lifetime: within one call of process().
#pragma once

#include "overlay/overlay.h"

#include <pawl/statestore/store_backend.h>
#include <pawl/statestore/store_iterator.h>

#include <memory>
#include <optional>

namespace pawl::internal {

class MergedCursor final : public KeyValueCursor {
 public:
  // Visits rows in [from, to], both inclusive, absent = open.
  MergedCursor(Overlay& overlay, CommittedRows& committed, SegmentId segment,
               NullableBytesView from, NullableBytesView to, Direction direction);

  [[nodiscard]] bool valid() const override { return valid_; }
  void next() override;
  [[nodiscard]] BytesView key() const override { return key_; }
  [[nodiscard]] BytesView value() const override { return value_; }

 private:
  // Sets key_ and value_ to the next row that is not deleted, or valid_ to false.
  void settle();
  const OverlayRow* overlay_neighbour(OverlayLayer& layer);
  [[nodiscard]] bool in_bounds(BytesView key) const;
  [[nodiscard]] bool before(BytesView left, BytesView right) const {
    return direction_ == Direction::forward ? left < right : right < left;
  }

  Overlay& overlay_;
  std::unique_ptr<KeyValueCursor> committed_;
  SegmentId segment_;
  std::optional<Bytes> from_;
  std::optional<Bytes> to_;
  Direction direction_;
  bool started_ = false;
  bool valid_ = true;
  Bytes key_;
  BytesView value_;
};

}  // namespace pawl::internal

// IndexedWindowCursor: visits the windows of one key in a time_first store that has an index by key
// (StoreSpec::key_index): walks the index segment by segment and looks each window up. Thread rule:
// owner thread only. Lifetime: within one call of process().
#pragma once

#include "overlaid_window_store.h"

#include <pawl/statestore/store_iterator.h>

#include <memory>
#include <optional>
#include <vector>

namespace pawl::internal {

class IndexedWindowCursor final : public WindowCursor {
 public:
  IndexedWindowCursor(OverlaidWindowStore& store, BytesView key, Timestamp from, Timestamp to,
                      Direction direction);

  [[nodiscard]] bool valid() const override { return value_.has_value(); }
  void next() override;
  [[nodiscard]] BytesView key() const override { return key_; }
  [[nodiscard]] Timestamp start() const override { return start_; }
  [[nodiscard]] BytesView value() const override { return *value_; }

 private:
  // Moves to the next index row of the key that has a window, opening further segments as needed.
  void settle();

  OverlaidWindowStore& store_;
  Bytes key_;
  Bytes lower_;
  Bytes upper_;
  Direction direction_;
  std::vector<SegmentId> segments_;
  std::size_t next_segment_ = 0;
  std::unique_ptr<KeyValueCursor> index_;
  Timestamp start_;
  std::optional<Bytes> value_;
};

}  // namespace pawl::internal

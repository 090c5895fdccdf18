// WindowScan: the cursor behind WindowStore::fetch and fetch_range. Goes segment by segment; where
// the rows of a segment do not lie in the order that is asked for, it collects and sorts that
// segment's matches. Thread rule: owner thread only. Lifetime: within one call of process().
#pragma once

#include "overlaid_window_store.h"

#include <pawl/statestore/store_iterator.h>

#include <memory>
#include <optional>
#include <vector>

namespace pawl::internal {

// The order of rows within a segment.
enum class RowOrder { by_key, by_time };

struct WindowQuery {
  NullableBytesView key_from;  // absent = open
  NullableBytesView key_to;
  Timestamp from;
  Timestamp to;
  Direction direction = Direction::forward;
  RowOrder order = RowOrder::by_time;
  // Whether key_from == key_to names one key.
  bool single_key = false;
};

class WindowScan final : public WindowCursor {
 public:
  WindowScan(OverlaidWindowStore& store, const WindowQuery& query);

  [[nodiscard]] bool valid() const override { return valid_; }
  void next() override;
  [[nodiscard]] BytesView key() const override;
  [[nodiscard]] Timestamp start() const override;
  [[nodiscard]] BytesView value() const override;

 private:
  struct OwnedRow {
    Bytes key;
    Timestamp start;
    std::int32_t sequence;
    Bytes value;
  };

  void open_next_segment();
  // Moves to a row that matches, opening further segments as needed.
  void settle();
  [[nodiscard]] bool matches(const WindowRow& row) const;
  void collect_segment(KeyValueCursor& rows);

  OverlaidWindowStore& store_;
  std::optional<Bytes> key_from_;
  std::optional<Bytes> key_to_;
  WindowQuery query_;
  bool sorted_ = false;  // the rows of a segment have to be collected and sorted
  std::vector<SegmentId> segments_;
  std::size_t next_segment_ = 0;
  std::unique_ptr<KeyValueCursor> rows_;
  std::vector<OwnedRow> collected_;
  std::size_t collected_at_ = 0;
  bool valid_ = false;
};

}  // namespace pawl::internal

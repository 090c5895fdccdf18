// SessionScan: the cursor behind SessionStore::find_sessions and ended_between. Goes segment by
// segment; where the rows of a segment do not lie in the order that is asked for, it collects and
// sorts that segment's matches. Thread rule: owner thread only. Lifetime: within one call of
// process().
#pragma once

#include "overlaid_session_store.h"

#include <pawl/statestore/store_iterator.h>

#include <memory>
#include <optional>
#include <vector>

namespace pawl::internal {

// The order of rows within a segment.
enum class SessionOrder {
  by_key,   // key, end, start: as bytes
  by_time,  // end, start, key
  by_end,   // end, key, latest start first: Kafka Streams' order in memory
};

struct SessionQuery {
  NullableBytesView key_from;  // absent = open
  NullableBytesView key_to;
  // Whether key_from == key_to names one key.
  bool single_key = false;
  Timestamp earliest_end;
  Timestamp latest_end = Timestamp::max();
  Timestamp latest_start = Timestamp::max();
  Direction direction = Direction::forward;
  SessionOrder order = SessionOrder::by_key;
};

class SessionScan final : public SessionCursor {
 public:
  SessionScan(OverlaidSessionStore& store, const SessionQuery& query);

  [[nodiscard]] bool valid() const override { return valid_; }
  void next() override;
  [[nodiscard]] BytesView key() const override { return key_; }
  [[nodiscard]] Window window() const override { return session_; }
  [[nodiscard]] BytesView value() const override { return value_; }

 private:
  struct OwnedRow {
    Bytes key;
    Window session;
    Bytes value;
  };

  void open_next_segment();
  void open_rows_by_key(SegmentId segment);
  void open_rows_by_time(SegmentId segment);
  void collect_segment();
  // Moves to a session that matches, opening further segments as needed.
  void settle();
  // Sets key_, session_ and value_ from the row that rows_ is at. Returns: whether it matches.
  bool read_row();
  [[nodiscard]] bool matches(const SessionRow& row) const;

  OverlaidSessionStore& store_;
  std::optional<Bytes> key_from_;
  std::optional<Bytes> key_to_;
  SessionQuery query_;
  bool by_time_ = false;  // reads the rows that lie by their end
  bool sorted_ = false;   // the rows of a segment have to be collected and sorted
  std::vector<SegmentId> segments_;
  std::size_t next_segment_ = 0;
  std::unique_ptr<KeyValueCursor> rows_;
  std::vector<OwnedRow> collected_;
  std::size_t collected_at_ = 0;
  bool valid_ = false;
  Bytes key_;
  Window session_{};
  Bytes value_;
};

}  // namespace pawl::internal

// OverlayLayer: the writes of one transaction to one store, by row: the last value of each row, in
// memory. Rows can be looked up one by one, by group (all rows of one key of a window store), in
// row order, and in the order of their last update (the order of the changelog).
//
// Invariants: at most one row per (segment, key); a row's group is a part of its key and never
// changes. The ordered index is built at the first ordered access of a transaction and kept up from
// there, so that stores that are never scanned do not pay for it. Thread rule: owner thread only.
// Lifetime: views into rows are valid until clear(); a row's value until its next put.
#pragma once

#include "overlay/arena.h"
#include "overlay/bytes_hash.h"

#include <pawl/model/timestamp.h>
#include <pawl/statestore/store_backend.h>

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <optional>
#include <set>
#include <vector>

namespace pawl::internal {

struct OverlayRow {
  SegmentId segment;
  BytesView key;
  BytesView group;
  BytesView value;
  std::size_t value_capacity = 0;
  bool tombstone = false;
  Timestamp logged_at;
  std::uint64_t update = 0;  // position of its last update among all updates of the transaction
  std::uint32_t next_in_group = 0;
};

class OverlayLayer {
 public:
  OverlayLayer() : ordered_(Order{&rows_}) {}
  OverlayLayer(const OverlayLayer&) = delete;
  OverlayLayer& operator=(const OverlayLayer&) = delete;

  // Writes a row; null value = tombstone. `group_at`, `group_size`: where the group lies within
  // `key`.
  void put(SegmentId segment, BytesView key, std::size_t group_at, std::size_t group_size,
           NullableBytesView value, Timestamp logged_at);

  // The same for a row that this layer does not have: without a look at the others of its group.
  void put_fresh(SegmentId segment, BytesView key, std::size_t group_at, std::size_t group_size,
                 NullableBytesView value, Timestamp logged_at);

  // Returns: the row, tombstones included, or null.
  [[nodiscard]] const OverlayRow* find(SegmentId segment, BytesView key, BytesView group) const;
  // Calls `visit(row)` for every row of the group, in no particular order, until it returns false.
  template <class F>
  void visit_group(BytesView group, F&& visit) const {
    const auto head = groups_.find(group);
    std::uint32_t at = head == groups_.end() ? kNone : head->second;
    while (at != kNone && visit(rows_[at])) {
      at = rows_[at].next_in_group;
    }
  }

  // Returns: the neighbour of (segment, key) in row order within the segment, or null. Absent key:
  // the first or last.
  const OverlayRow* first_from(SegmentId segment, NullableBytesView key);
  const OverlayRow* first_after(SegmentId segment, BytesView key);
  const OverlayRow* last_until(SegmentId segment, NullableBytesView key);
  const OverlayRow* last_before(SegmentId segment, BytesView key);
  // Returns: every segment that has rows, ascending.
  std::vector<SegmentId> segments();

  // Returns: the rows in the order of their last update. Lifetime: until clear().
  [[nodiscard]] std::vector<const OverlayRow*> in_update_order() const;
  // Returns: the rows sorted by (segment, key), ready for StoreBackend::apply. Lifetime: until
  // clear().
  [[nodiscard]] std::vector<RowChange> sorted_changes() const;

  [[nodiscard]] bool empty() const { return rows_.empty(); }
  [[nodiscard]] std::size_t size() const { return rows_.size(); }
  [[nodiscard]] std::size_t used_bytes() const {
    return arena_.used_bytes() + rows_.size() * sizeof(OverlayRow);
  }
  void clear();

 private:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  // A position in row order, for searching without making a row. A row sorts by (segment, key).
  struct Position {
    SegmentId segment;
    BytesView key;
  };
  struct Order {
    using is_transparent = void;
    const std::vector<OverlayRow>* rows;
    [[nodiscard]] Position of(std::uint32_t row) const {
      return {(*rows)[row].segment, (*rows)[row].key};
    }
    static bool less(const Position& left, const Position& right) {
      return left.segment != right.segment ? left.segment < right.segment : left.key < right.key;
    }
    bool operator()(std::uint32_t left, std::uint32_t right) const {
      return less(of(left), of(right));
    }
    bool operator()(std::uint32_t left, const Position& right) const {
      return less(of(left), right);
    }
    bool operator()(const Position& left, std::uint32_t right) const {
      return less(left, of(right));
    }
  };

  std::set<std::uint32_t, Order>& ordered();
  // Returns: the index of a row without a value, which was added.
  std::uint32_t add(SegmentId segment, BytesView key, std::size_t group_at, std::size_t group_size);
  void set(OverlayRow& row, NullableBytesView value, Timestamp logged_at);
  [[nodiscard]] std::uint32_t index_of(SegmentId segment, BytesView key, BytesView group) const;

  Arena arena_;
  std::vector<OverlayRow> rows_;
  boost::unordered_flat_map<BytesView, std::uint32_t, BytesHash> groups_;
  std::set<std::uint32_t, Order> ordered_;
  bool ordered_built_ = false;
  std::uint64_t updates_ = 0;
};

}  // namespace pawl::internal

#include "overlay/overlay_layer.h"

#include <pawl/model/assert.h>

#include <algorithm>

namespace pawl::internal {

std::uint32_t OverlayLayer::index_of(SegmentId segment, BytesView key, BytesView group) const {
  const auto head = groups_.find(group);
  std::uint32_t at = head == groups_.end() ? kNone : head->second;
  while (at != kNone && (rows_[at].segment != segment || rows_[at].key != key)) {
    at = rows_[at].next_in_group;
  }
  return at;
}

void OverlayLayer::put(SegmentId segment, BytesView key, std::size_t group_at,
                       std::size_t group_size, NullableBytesView value, Timestamp logged_at) {
  std::uint32_t at = index_of(segment, key, key.substr(group_at, group_size));
  if (at == kNone) {
    at = add(segment, key, group_at, group_size);
  }
  set(rows_[at], value, logged_at);
}

void OverlayLayer::put_fresh(SegmentId segment, BytesView key, std::size_t group_at,
                             std::size_t group_size, NullableBytesView value, Timestamp logged_at) {
  set(rows_[add(segment, key, group_at, group_size)], value, logged_at);
}

std::uint32_t OverlayLayer::add(SegmentId segment, BytesView key, std::size_t group_at,
                                std::size_t group_size) {
  const auto at = static_cast<std::uint32_t>(rows_.size());
  OverlayRow& row = rows_.emplace_back();
  row.segment = segment;
  row.key = arena_.copy(key);
  row.group = row.key.substr(group_at, group_size);
  const auto [head, fresh] = groups_.try_emplace(row.group, at);
  row.next_in_group = fresh ? kNone : std::exchange(head->second, at);
  if (ordered_built_) {
    ordered_.insert(at);
  }
  return at;
}

void OverlayLayer::set(OverlayRow& row, NullableBytesView value, Timestamp logged_at) {
  row.tombstone = !value.has_value();
  if (value.has_value()) {
    if (value->size() > row.value_capacity) {
      row.value_capacity = value->size();
      row.value = arena_.copy(*value);
    } else {
      // The arena's memory is ours to write; the view is const only towards readers.
      char* const place =
          const_cast<char*>(row.value.data());  // NOLINT(cppcoreguidelines-pro-type-const-cast)
      if (!value->empty()) {
        std::memmove(place, value->data(), value->size());
      }
      row.value = {place, value->size()};
    }
  }
  row.logged_at = logged_at;
  row.update = updates_++;
}

const OverlayRow* OverlayLayer::find(SegmentId segment, BytesView key, BytesView group) const {
  const std::uint32_t at = index_of(segment, key, group);
  return at == kNone ? nullptr : &rows_[at];
}

std::set<std::uint32_t, OverlayLayer::Order>& OverlayLayer::ordered() {
  if (!ordered_built_) {
    for (std::uint32_t row = 0; row < rows_.size(); ++row) {
      ordered_.insert(row);
    }
    ordered_built_ = true;
  }
  return ordered_;
}

const OverlayRow* OverlayLayer::first_from(SegmentId segment, NullableBytesView key) {
  auto& order = ordered();
  const auto found = order.lower_bound(Position{segment, key.value_or(BytesView())});
  return found == order.end() || rows_[*found].segment != segment ? nullptr : &rows_[*found];
}

const OverlayRow* OverlayLayer::first_after(SegmentId segment, BytesView key) {
  auto& order = ordered();
  const auto found = order.upper_bound(Position{segment, key});
  return found == order.end() || rows_[*found].segment != segment ? nullptr : &rows_[*found];
}

const OverlayRow* OverlayLayer::last_until(SegmentId segment, NullableBytesView key) {
  auto& order = ordered();
  auto found = key.has_value() ? order.upper_bound(Position{segment, *key})
                               : order.lower_bound(Position{SegmentId(segment.value() + 1), {}});
  if (found == order.begin()) {
    return nullptr;
  }
  --found;
  return rows_[*found].segment != segment ? nullptr : &rows_[*found];
}

const OverlayRow* OverlayLayer::last_before(SegmentId segment, BytesView key) {
  auto& order = ordered();
  auto found = order.lower_bound(Position{segment, key});
  if (found == order.begin()) {
    return nullptr;
  }
  --found;
  return rows_[*found].segment != segment ? nullptr : &rows_[*found];
}

std::vector<SegmentId> OverlayLayer::segments() {
  std::vector<SegmentId> result;
  auto& order = ordered();
  auto at = order.begin();
  while (at != order.end()) {
    result.push_back(rows_[*at].segment);
    at = order.lower_bound(Position{SegmentId(result.back().value() + 1), {}});
  }
  return result;
}

std::vector<const OverlayRow*> OverlayLayer::in_update_order() const {
  std::vector<const OverlayRow*> result;
  result.reserve(rows_.size());
  for (const OverlayRow& row : rows_) {
    result.push_back(&row);
  }
  std::sort(result.begin(), result.end(), [](const OverlayRow* left, const OverlayRow* right) {
    return left->update < right->update;
  });
  return result;
}

std::vector<RowChange> OverlayLayer::sorted_changes() const {
  std::vector<RowChange> result;
  result.reserve(rows_.size());
  for (const OverlayRow& row : rows_) {
    result.push_back(
        {row.segment, row.key, row.tombstone ? std::nullopt : NullableBytesView(row.value)});
  }
  std::sort(result.begin(), result.end(), [](const RowChange& left, const RowChange& right) {
    return left.segment != right.segment ? left.segment < right.segment : left.key < right.key;
  });
  return result;
}

void OverlayLayer::clear() {
  ordered_.clear();
  ordered_built_ = false;
  groups_.clear();
  rows_.clear();
  arena_.clear();
  updates_ = 0;
}

}  // namespace pawl::internal

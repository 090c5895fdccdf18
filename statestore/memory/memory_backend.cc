#include "memory/memory_backend.h"

#include <pawl/model/assert.h>

#include <algorithm>
#include <mutex>
#include <utility>

namespace pawl::internal {
namespace {

using Segment = std::map<Bytes, Bytes, std::less<>>;
using Segments = std::map<SegmentId, Segment>;

// Visits rows of one segment; finds its place by key at every step, so the segment may change
// meanwhile.
class MemoryCursor final : public KeyValueCursor {
 public:
  MemoryCursor(const Segment* segment, NullableBytesView from, NullableBytesView to,
               Direction direction)
      : segment_(segment), direction_(direction) {
    if (segment_ == nullptr || (from.has_value() && to.has_value() && *from > *to)) {
      return;
    }
    if (direction == Direction::forward) {
      if (to.has_value()) {
        bound_.emplace(*to);
      }
      land(from.has_value() ? segment_->lower_bound(*from) : segment_->begin());
    } else {
      if (from.has_value()) {
        bound_.emplace(*from);
      }
      step_back(to.has_value() ? segment_->upper_bound(*to) : segment_->end());
    }
  }

  [[nodiscard]] bool valid() const override { return valid_; }
  void next() override {
    PAWL_ASSERT(valid_);
    if (direction_ == Direction::forward) {
      land(segment_->upper_bound(key_));
    } else {
      step_back(segment_->lower_bound(key_));
    }
  }
  [[nodiscard]] BytesView key() const override { return key_; }
  [[nodiscard]] BytesView value() const override { return value_; }

 private:
  void step_back(Segment::const_iterator behind) {
    if (behind == segment_->begin()) {
      valid_ = false;
      return;
    }
    land(std::prev(behind));
  }
  void land(Segment::const_iterator row) {
    valid_ = row != segment_->end() &&
             (!bound_.has_value() ||
              (direction_ == Direction::forward ? row->first <= *bound_ : row->first >= *bound_));
    if (valid_) {
      key_ = row->first;
      value_ = row->second;
    }
  }

  const Segment* segment_;
  Direction direction_;
  std::optional<Bytes> bound_;
  bool valid_ = false;
  Bytes key_;
  Bytes value_;
};

std::vector<SegmentId> ids_of(const Segments& segments) {
  std::vector<SegmentId> ids;
  for (const auto& [id, segment] : segments) {
    if (!segment.empty()) {
      ids.push_back(id);
    }
  }
  return ids;
}

std::unique_ptr<KeyValueCursor> scan_segment(const Segments& segments, SegmentId segment,
                                             NullableBytesView from, NullableBytesView to,
                                             Direction direction) {
  const auto found = segments.find(segment);
  return std::make_unique<MemoryCursor>(found == segments.end() ? nullptr : &found->second, from,
                                        to, direction);
}

std::optional<Bytes> row_in(const Segments& segments, SegmentId segment, BytesView key) {
  const auto rows = segments.find(segment);
  if (rows == segments.end()) {
    return std::nullopt;
  }
  const auto row = rows->second.find(key);
  return row == rows->second.end() ? std::nullopt : std::optional<Bytes>(row->second);
}

std::uint64_t count_rows(const Segments& segments) {
  std::uint64_t rows = 0;
  for (const auto& [id, segment] : segments) {
    rows += segment.size();
  }
  return rows;
}

// Returns: the rows of the ranges.
Segments copy_of(const Segments& segments, const RowChoice& rows) {
  Segments copy;
  for (const RowRange& range : rows(ids_of(segments))) {
    const auto found = segments.find(range.segment);
    if (found == segments.end() ||
        (range.from.has_value() && range.to.has_value() && *range.from > *range.to)) {
      continue;
    }
    const Segment& all = found->second;
    copy[range.segment].insert(range.from.has_value() ? all.lower_bound(*range.from) : all.begin(),
                               range.to.has_value() ? all.upper_bound(*range.to) : all.end());
  }
  return copy;
}

class MemorySnapshot final : public RowSnapshot {
 public:
  explicit MemorySnapshot(Segments segments) : segments_(std::move(segments)) {}
  [[nodiscard]] std::vector<SegmentId> segments() const override { return ids_of(segments_); }
  [[nodiscard]] Result<std::optional<Bytes>> get(SegmentId segment, BytesView key) const override {
    return row_in(segments_, segment, key);
  }
  [[nodiscard]] std::unique_ptr<KeyValueCursor> scan(SegmentId segment, NullableBytesView from,
                                                     NullableBytesView to,
                                                     Direction direction) const override {
    return scan_segment(segments_, segment, from, to, direction);
  }

 private:
  Segments segments_;
};

// Only the owner writes, so only its writes and foreign copies exclude each other; the owner reads
// without the lock.
class MemoryContent final : public RowSnapshotSource {
 public:
  [[nodiscard]] std::shared_ptr<const RowSnapshot> snapshot() const override {
    const std::lock_guard lock(mutex_);
    return open_ ? std::make_shared<MemorySnapshot>(segments_) : nullptr;
  }
  [[nodiscard]] std::shared_ptr<const RowSnapshot> snapshot_of(
      const RowChoice& rows) const override {
    const std::lock_guard lock(mutex_);
    return open_ ? std::make_shared<MemorySnapshot>(copy_of(segments_, rows)) : nullptr;
  }
  [[nodiscard]] Result<std::optional<Bytes>> get(SegmentId segment, BytesView key) const override {
    const std::lock_guard lock(mutex_);
    if (!open_) {
      return Error{ErrorKind::fatal, "the store is closed"};
    }
    return row_in(segments_, segment, key);
  }
  [[nodiscard]] std::optional<std::uint64_t> approximate_rows() const override {
    const std::lock_guard lock(mutex_);
    return open_ ? std::optional(count_rows(segments_)) : std::nullopt;
  }
  [[nodiscard]] const Segments& owner_view() const { return segments_; }
  template <class F>
  void write(F&& change) {
    const std::lock_guard lock(mutex_);
    std::forward<F>(change)(segments_);
  }
  void close() {
    const std::lock_guard lock(mutex_);
    open_ = false;
  }

 private:
  mutable std::mutex mutex_;
  Segments segments_;
  bool open_ = true;
};

}  // namespace

class MemoryRows final : public CommittedRows {
 public:
  MemoryRows() = default;
  MemoryRows(const MemoryRows&) = delete;
  MemoryRows& operator=(const MemoryRows&) = delete;
  ~MemoryRows() override { content_->close(); }

  NullableBytesView get(SegmentId segment, BytesView key) override {
    const auto rows = content_->owner_view().find(segment);
    if (rows == content_->owner_view().end()) {
      return std::nullopt;
    }
    const auto row = rows->second.find(key);
    return row == rows->second.end() ? std::nullopt : NullableBytesView(row->second);
  }
  std::unique_ptr<KeyValueCursor> scan(SegmentId segment, NullableBytesView from,
                                       NullableBytesView to, Direction direction) override {
    return scan_segment(content_->owner_view(), segment, from, to, direction);
  }
  [[nodiscard]] std::vector<SegmentId> segments() const override {
    return ids_of(content_->owner_view());
  }
  void declare_dead_below(SegmentId first_live) override {
    first_live_ = std::max(first_live_, first_live);
    content_->write([&](Segments& segments) {
      segments.erase(segments.begin(), segments.lower_bound(first_live_));
    });
  }
  [[nodiscard]] std::uint64_t approximate_rows() const override {
    return count_rows(content_->owner_view());
  }
  [[nodiscard]] std::shared_ptr<const RowSnapshotSource> snapshots() const override {
    return content_;
  }

  void write(std::span<const RowChange> rows) {
    content_->write([&](Segments& segments) {
      for (const RowChange& row : rows) {
        if (row.segment < first_live_) {
          continue;
        }
        if (row.value.has_value()) {
          segments[row.segment].insert_or_assign(Bytes(row.key), Bytes(*row.value));
        } else if (const auto found = segments[row.segment].find(row.key);
                   found != segments[row.segment].end()) {
          segments[row.segment].erase(found);
        }
      }
    });
  }

 private:
  std::shared_ptr<MemoryContent> content_ = std::make_shared<MemoryContent>();
  SegmentId first_live_{0};
};

Result<std::unique_ptr<CommittedRows>> MemoryBackend::open_store(const StoreSpec& /*spec*/) {
  return std::unique_ptr<CommittedRows>(std::make_unique<MemoryRows>());
}

Result<void> MemoryBackend::remove_store(const std::string& /*name*/) {
  return {};
}

Result<void> MemoryBackend::apply(std::span<const StoreChanges> changes,
                                  std::span<const MetadataChange> metadata) {
  for (const StoreChanges& change : changes) {
    static_cast<MemoryRows*>(change.store)->write(change.rows);
  }
  for (const MetadataChange& change : metadata) {
    if (change.value.has_value()) {
      metadata_[change.name] = *change.value;
    } else {
      metadata_.erase(change.name);
    }
  }
  return {};
}

Result<std::optional<Bytes>> MemoryBackend::metadata(const std::string& name) {
  const auto found = metadata_.find(name);
  return found == metadata_.end() ? std::optional<Bytes>() : std::optional<Bytes>(found->second);
}

Result<void> MemoryBackend::flush(FlushMode /*mode*/) {
  return {};
}

}  // namespace pawl::internal

#include "overlaid_window_store.h"

#include "overlay/bytes_hash.h"
#include "window/aligned_starts.h"
#include "window/indexed_window_cursor.h"
#include "window/window_scan.h"

#include <algorithm>
#include <ranges>
#include <set>
#include <stdexcept>
#include <utility>

namespace pawl::internal {
namespace {

// Visits the windows of one key by asking for each possible start: for time_first stores with
// aligned windows.
class AlignedWindowCursor final : public WindowCursor {
 public:
  AlignedWindowCursor(WindowStore& store, BytesView key, Timestamp first, Timestamp last,
                      std::chrono::milliseconds step, Direction direction)
      : store_(store),
        key_(key),
        at_(direction == Direction::forward ? first : last),
        end_(direction == Direction::forward ? last : first),
        step_(direction == Direction::forward ? step : -step) {
    if (first <= last) {
      settle();
    }
  }
  [[nodiscard]] bool valid() const override { return value_.has_value(); }
  void next() override {
    value_.reset();
    if (at_ != end_) {
      at_ = at_ + step_;
      settle();
    }
  }
  [[nodiscard]] BytesView key() const override { return key_; }
  [[nodiscard]] Timestamp start() const override { return at_; }
  [[nodiscard]] BytesView value() const override { return *value_; }

 private:
  // Moves to the next window that is there, from at_ on.
  void settle() {
    while (true) {
      if (const NullableBytesView found = store_.get(key_, at_)) {
        value_.emplace(*found);
        return;
      }
      if (at_ == end_) {
        return;
      }
      at_ = at_ + step_;
    }
  }

  WindowStore& store_;
  Bytes key_;
  Timestamp at_;
  Timestamp end_;
  std::chrono::milliseconds step_;
  std::optional<Bytes> value_;
};

std::int32_t following(std::int32_t sequence) {
  return static_cast<std::int32_t>((static_cast<std::uint32_t>(sequence) + 1U) & 0x7fffffffU);
}

}  // namespace

OverlaidWindowStore::OverlaidWindowStore(const StoreSpec& spec,
                                         const StoreSurroundings& surroundings,
                                         std::unique_ptr<CommittedRows> committed)
    : spec_(spec),
      surroundings_(surroundings),
      rows_(std::move(committed)),
      segment_interval_(segment_interval_of(spec)),
      codec_(spec.layout, spec.retain_duplicates),
      logged_(spec) {
  // In memory the backend itself is as quick as these would be.
  if (persistent() && spec_.layout == WindowLayout::time_first && !spec_.retain_duplicates) {
    hot_.emplace(surroundings.committed_cache_bytes_max);
  }
  if (persistent() && spec_.layout == WindowLayout::key_first && spec_.key_filter) {
    filter_.emplace();
    // Repetitions come soon or much later: a larger share would seldom be asked for.
    recent_.emplace(surroundings.committed_cache_bytes_max / 4);
  }
  index_committed_rows();
}

void OverlaidWindowStore::index_committed_rows() {
  const std::vector<SegmentId> segments = rows_->segments();
  if (hot_.has_value()) {
    for (const SegmentId segment : std::views::reverse(segments)) {
      codec_.upper_bound(BytesView(), Timestamp::max(), scratch_);  // behind it lies the index
      const auto last =
          rows_->scan(segment, std::nullopt, NullableBytesView(scratch_), Direction::backward);
      if (last->valid()) {
        hot_->begin_after(codec_.decode(last->key()).start);
        break;
      }
    }
  }
  if (filter_.has_value()) {
    for (const SegmentId segment : segments) {
      for (auto row = rows_->scan(segment, std::nullopt, std::nullopt, Direction::forward);
           row->valid(); row->next()) {
        filter_->add(segment, hash_bytes(codec_.decode(row->key()).key));
      }
    }
  }
}

Timestamp OverlaidWindowStore::first_visible() const {
  const std::chrono::milliseconds hidden(spec_.edge_visible ? 0 : 1);
  const Timestamp first = progress_.time - spec_.retention + hidden;
  return std::max(first, Timestamp(0));
}

SegmentId OverlaidWindowStore::segment_of(Timestamp start) const {
  return SegmentId(start.value() / segment_interval_.count());
}

SegmentId OverlaidWindowStore::first_live_segment() const {
  return segment_of(std::max(committed_.time - spec_.retention, Timestamp(0)));
}

std::vector<SegmentId> OverlaidWindowStore::segments_between(Timestamp from, Timestamp to) {
  std::set<SegmentId> found;
  const SegmentId first = segment_of(from);
  const SegmentId last = segment_of(to);
  const auto take = [&](const std::vector<SegmentId>& segments) {
    for (const SegmentId segment : segments) {
      if (segment >= first && segment <= last) {
        found.insert(segment);
      }
    }
  };
  take(rows_->segments());
  take(overlay_.active().segments());
  take(overlay_.frozen().segments());
  return {found.begin(), found.end()};
}

void OverlaidWindowStore::put(BytesView key, NullableBytesView value, Timestamp start,
                              Timestamp logged_at) {
  if (start.value() < 0) {
    throw std::invalid_argument("store " + spec_.name + ": a window's start is not negative");
  }
  // A null that changes nothing leaves no row from which a restart would know the time.
  if (value.has_value() || !spec_.retain_duplicates || nulls_move_time()) {
    progress_.time = std::max(progress_.time, start);
  }
  WindowRow row{key, start, 0};
  if (spec_.retain_duplicates) {
    const bool every_put = surroundings_.changelog_mode == ChangelogMode::every_put;
    if (every_put || value.has_value()) {
      progress_.sequence = following(progress_.sequence);
      row.sequence = progress_.sequence;
    }
    if (every_put) {
      log(row, value, logged_at, *surroundings_.context->headers);
    }
    if (!value.has_value()) {
      return;
    }
  } else if (surroundings_.changelog_mode == ChangelogMode::every_put) {
    log(row, value, logged_at, *surroundings_.context->headers);
  }
  if (start < first_visible()) {
    ++expired_puts_;
    return;
  }
  write_row(row, value, logged_at, spec_.retain_duplicates ? Freshness::fresh : Freshness::unknown);
}

// As Kafka Streams' in-memory store has it, whose changelog has a tombstone for it.
bool OverlaidWindowStore::nulls_move_time() const {
  return !persistent() && surroundings_.changelog_mode == ChangelogMode::every_put;
}

WindowRowCodec::Group OverlaidWindowStore::group_of(BytesView row) const {
  return grouped_by_key() ? codec_.group_of(row) : WindowRowCodec::Group{0, row.size()};
}

void OverlaidWindowStore::write_row(const WindowRow& row, NullableBytesView value,
                                    Timestamp logged_at, Freshness freshness) {
  codec_.encode(row, row_key_);
  const WindowRowCodec::Group group = group_of(row_key_);
  const SegmentId segment = segment_of(row.start);
  if (freshness == Freshness::fresh) {
    overlay_.active().put_fresh(segment, row_key_, group.at, group.size, value, logged_at);
  } else {
    overlay_.active().put(segment, row_key_, group.at, group.size, value, logged_at);
  }
  if (spec_.key_index) {
    encode_window_index(row.key, row.start, index_key_);
    overlay_.active().put(segment, index_key_, 0, index_key_.size(),
                          value.has_value() ? NullableBytesView(BytesView()) : std::nullopt,
                          logged_at);
  }
}

void OverlaidWindowStore::log(const WindowRow& row, NullableBytesView value, Timestamp logged_at,
                              const Headers& in_hand) {
  if (surroundings_.changelog != nullptr) {
    encode_changelog_window_key(row, changelog_key_);
    logged_.log(*surroundings_.changelog, changelog_key_, value, logged_at, in_hand);
  }
}

void OverlaidWindowStore::log_pending() {
  if (surroundings_.changelog == nullptr ||
      surroundings_.changelog_mode == ChangelogMode::every_put) {
    return;
  }
  for (const OverlayRow* row : overlay_.active().in_update_order()) {
    if (spec_.key_index && is_window_index(row->key)) {
      continue;
    }
    log(codec_.decode(row->key), row->tombstone ? std::nullopt : NullableBytesView(row->value),
        row->logged_at, Headers::none());
  }
}

NullableBytesView OverlaidWindowStore::get(BytesView key, Timestamp start) {
  if (start < first_visible() || spec_.retain_duplicates) {
    return std::nullopt;
  }
  codec_.encode({key, start, 0}, row_key_);
  const SegmentId segment = segment_of(start);
  const WindowRowCodec::Group group = group_of(row_key_);
  if (const OverlayRow* row =
          overlay_.find(segment, row_key_, BytesView(row_key_).substr(group.at, group.size))) {
    return row->tombstone ? std::nullopt : NullableBytesView(row->value);
  }
  if (hot_.has_value()) {
    const HotWindows::Lookup hot = hot_->find(start, key);
    if (hot.answer == HotWindows::Answer::present) {
      return hot.value;
    }
    if (hot.answer == HotWindows::Answer::absent) {
      return std::nullopt;
    }
  }
  if (filter_.has_value() && !filter_->may_contain(segment, hash_bytes(key))) {
    return std::nullopt;
  }
  const NullableBytesView found = rows_->get(segment, row_key_);
  if (hot_.has_value()) {
    hot_->remember(start, key, found);
  }
  return found;
}

std::unique_ptr<WindowCursor> OverlaidWindowStore::fetch(BytesView key, Timestamp from,
                                                         Timestamp to, Direction direction) {
  to = std::min(to, progress_.time);  // behind it there are rows of longer keys only
  if (const auto starts = AlignedStarts::between(spec_, std::max(from, first_visible()), to)) {
    return std::make_unique<AlignedWindowCursor>(*this, key, starts->first, starts->last,
                                                 spec_.start_step, direction);
  }
  if (spec_.key_index) {
    return std::make_unique<IndexedWindowCursor>(*this, key, from, to, direction);
  }
  return std::make_unique<WindowScan>(
      *this, WindowQuery{key, key, from, to, direction, RowOrder::by_time, true});
}

std::unique_ptr<WindowCursor> OverlaidWindowStore::fetch_by_time(Timestamp from, Timestamp to) {
  return std::make_unique<WindowScan>(
      *this, WindowQuery{std::nullopt, std::nullopt, from, to, Direction::forward,
                         RowOrder::by_time, false});
}

std::unique_ptr<WindowCursor> OverlaidWindowStore::fetch_range(NullableBytesView key_from,
                                                               NullableBytesView key_to,
                                                               Timestamp from, Timestamp to,
                                                               Direction direction) {
  const RowOrder order = persistent() ? RowOrder::by_key : RowOrder::by_time;
  return std::make_unique<WindowScan>(
      *this, WindowQuery{key_from, key_to, from, to, direction, order, false});
}

bool OverlaidWindowStore::contains(BytesView key, Timestamp from, Timestamp to) {
  from = std::max(from, first_visible());
  if (from > to) {
    return false;
  }
  if (!grouped_by_key()) {
    return fetch(key, from, to, Direction::forward)->valid();
  }
  bool found = false;
  bool deleted = false;
  for (OverlayLayer* layer : {&overlay_.active(), &overlay_.frozen()}) {
    layer->visit_group(key, [&](const OverlayRow& row) {
      const Timestamp start = codec_.decode(row.key).start;
      if (start >= from && start <= to) {
        found = found || !row.tombstone;
        deleted = deleted || row.tombstone;
      }
      return !found;
    });
  }
  if (found && !deleted) {
    return true;
  }
  if (deleted) {
    // A tombstone may hide a committed row or a row of an earlier layer: only the merged view
    // knows.
    return fetch(key, from, to, Direction::forward)->valid();
  }
  return committed_contains(key, from, to);
}

bool OverlaidWindowStore::committed_contains(BytesView key, Timestamp from, Timestamp to) {
  if (recent_.has_value()) {
    const std::optional<Timestamp> start = recent_->start_of(key);
    if (start.has_value() && *start >= from && *start <= to) {
      return true;
    }
  }
  const std::uint64_t hash = filter_.has_value() ? hash_bytes(key) : 0;
  const SegmentId last = segment_of(to);
  Bytes lower;
  Bytes upper;
  for (const SegmentId segment : rows_->segments()) {
    if (segment < segment_of(from) || segment > last ||
        (filter_.has_value() && !filter_->may_contain(segment, hash))) {
      continue;
    }
    codec_.lower_bound(key, from, lower);
    codec_.upper_bound(key, to, upper);
    for (auto row = rows_->scan(segment, NullableBytesView(lower), NullableBytesView(upper),
                                Direction::forward);
         row->valid(); row->next()) {
      // Rows of longer keys can lie between the bounds.
      if (codec_.decode(row->key()).key == key) {
        return true;
      }
    }
  }
  return false;
}

void OverlaidWindowStore::freeze() {
  overlay_.freeze();
  changes_ = overlay_.frozen().sorted_changes();
  frozen_progress_ = progress_;
}

void OverlaidWindowStore::settle() {
  committed_ = frozen_progress_;
  const SegmentId first_live = first_live_segment();
  for (const RowChange& change : changes_) {
    if (change.segment < first_live || (spec_.key_index && is_window_index(change.key))) {
      continue;
    }
    if (hot_.has_value()) {
      const WindowRow row = codec_.decode(change.key);
      hot_->commit(row.start, row.key, change.value);
    }
    if (filter_.has_value()) {
      const WindowRow row = codec_.decode(change.key);
      filter_->add(change.segment, hash_bytes(row.key));
      if (change.value.has_value()) {
        recent_->add(row.key, row.start);
      } else {
        recent_->clear();  // a deleted row must not be remembered; stores with a key filter hardly
                           // ever delete
      }
    }
  }
  changes_.clear();
  overlay_.settle();
  rows_->declare_dead_below(first_live);
  if (hot_.has_value()) {
    hot_->forget_below(committed_.time - spec_.retention + std::chrono::milliseconds(1));
  }
  if (filter_.has_value()) {
    filter_->forget_below(first_live);
  }
}

void OverlaidWindowStore::drop() {
  changes_.clear();
  overlay_.drop();
  progress_ = committed_;
}

Result<void> OverlaidWindowStore::replay(const ChangelogRecord& record) {
  const std::optional<WindowRow> row = decode_changelog_window_key(record.key);
  if (!row.has_value() || row->start.value() < 0) {
    return Error{ErrorKind::corrupted_state,
                 "store " + spec_.name + ": its changelog has a key that is no window key (" +
                     std::to_string(record.key.size()) + " bytes)"};
  }
  progress_.time = std::max(progress_.time, row->start);
  if (spec_.retain_duplicates) {
    progress_.sequence = std::max(progress_.sequence, row->sequence);
  }
  if (row->start < first_visible()) {
    return {};
  }
  // A changelog can hold a row twice.
  write_row(*row, logged_.row_of(record), record.timestamp, Freshness::unknown);
  return {};
}

void OverlaidWindowStore::resume(const StoreProgress& progress) {
  committed_.time = std::max(committed_.time, progress.time);
  committed_.sequence = std::max(committed_.sequence, progress.sequence);
  progress_ = committed_;
  rows_->declare_dead_below(first_live_segment());
}

}  // namespace pawl::internal

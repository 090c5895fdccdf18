#include "overlaid_key_value_store.h"

#include "overlay/merged_cursor.h"
#include "prefix_scan.h"

#include <algorithm>
#include <utility>

namespace pawl::internal {
OverlaidKeyValueStore::OverlaidKeyValueStore(StoreSpec spec, const StoreSurroundings& surroundings,
                                             std::unique_ptr<CommittedRows> committed)
    : spec_(std::move(spec)),
      surroundings_(surroundings),
      committed_(std::move(committed)),
      codec_(spec_) {}

NullableBytesView OverlaidKeyValueStore::get(BytesView key) {
  if (const OverlayRow* row = overlay_.find(kWholeStore, key, key)) {
    return row->tombstone ? std::nullopt : NullableBytesView(row->value);
  }
  return committed_->get(kWholeStore, key);
}

PutOutcome OverlaidKeyValueStore::put(BytesView key, NullableBytesView value, Timestamp logged_at) {
  overlay_.active().put(kWholeStore, key, 0, key.size(), value, logged_at);
  if (surroundings_.changelog_mode == ChangelogMode::every_put) {
    log(key, value, logged_at, *surroundings_.context->headers);
  }
  return PutOutcome::latest;
}

void OverlaidKeyValueStore::log(BytesView key, NullableBytesView row, Timestamp logged_at,
                                const Headers& in_hand) {
  if (surroundings_.changelog != nullptr) {
    codec_.log(*surroundings_.changelog, key, row, logged_at, in_hand);
  }
}

void OverlaidKeyValueStore::log_pending() {
  if (surroundings_.changelog == nullptr ||
      surroundings_.changelog_mode == ChangelogMode::every_put) {
    return;
  }
  std::vector<const OverlayRow*> rows = overlay_.active().in_update_order();
  if (spec_.entries_max.has_value()) {
    // Deletions first: a restore must not meet more keys than there is room for.
    std::stable_partition(rows.begin(), rows.end(),
                          [](const OverlayRow* row) { return row->tombstone; });
  }
  // The record that deleted a row is gone by now, and its headers with it.
  for (const OverlayRow* row : rows) {
    log(row->key, row->tombstone ? std::nullopt : NullableBytesView(row->value), row->logged_at,
        Headers::none());
  }
}

std::unique_ptr<KeyValueCursor> OverlaidKeyValueStore::range(NullableBytesView from,
                                                             NullableBytesView to,
                                                             Direction direction) {
  return std::make_unique<MergedCursor>(overlay_, *committed_, kWholeStore, from, to, direction);
}

std::unique_ptr<KeyValueCursor> OverlaidKeyValueStore::prefix(BytesView prefix) {
  return scan_prefix(prefix, [this](NullableBytesView from, NullableBytesView to,
                                    Direction direction) { return range(from, to, direction); });
}

std::uint64_t OverlaidKeyValueStore::approximate_entries() {
  return committed_->approximate_rows() + overlay_.active().size() + overlay_.frozen().size();
}

void OverlaidKeyValueStore::freeze() {
  overlay_.freeze();
  changes_ = overlay_.frozen().sorted_changes();
}

void OverlaidKeyValueStore::settle() {
  changes_.clear();
  overlay_.settle();
}

void OverlaidKeyValueStore::drop() {
  changes_.clear();
  overlay_.drop();
}

Result<void> OverlaidKeyValueStore::replay(const ChangelogRecord& record) {
  overlay_.active().put(kWholeStore, record.key, 0, record.key.size(), codec_.row_of(record),
                        record.timestamp);
  return {};
}

}  // namespace pawl::internal

#include "overlaid_key_value_store.h"

#include "codec/header_block.h"
#include "codec/timestamped_value.h"
#include "overlay/merged_cursor.h"
#include "prefix_scan.h"

#include <algorithm>
#include <utility>

namespace pawl::internal {
OverlaidKeyValueStore::OverlaidKeyValueStore(StoreSpec spec, const StoreSurroundings& surroundings,
                                             std::unique_ptr<CommittedRows> committed)
    : spec_(std::move(spec)), surroundings_(surroundings), committed_(std::move(committed)) {}

NullableBytesView OverlaidKeyValueStore::find_row(BytesView key) {
  if (const OverlayRow* row = overlay_.find(kWholeStore, key, key)) {
    return row->tombstone ? std::nullopt : NullableBytesView(row->value);
  }
  return committed_->get(kWholeStore, key);
}

NullableBytesView OverlaidKeyValueStore::get(BytesView key) {
  const NullableBytesView row = find_row(key);
  return spec_.headers && row.has_value() ? behind_headers(*row) : row;
}

Headers OverlaidKeyValueStore::headers_of(BytesView key) {
  const NullableBytesView row = spec_.headers ? find_row(key) : std::nullopt;
  return row.has_value() ? headers_in(*row) : Headers();
}

PutOutcome OverlaidKeyValueStore::put(BytesView key, NullableBytesView value, Timestamp logged_at) {
  return put_with_headers(key, value, logged_at, Headers::none());
}

PutOutcome OverlaidKeyValueStore::put_with_headers(BytesView key, NullableBytesView value,
                                                   Timestamp logged_at, const Headers& headers) {
  if (spec_.headers && value.has_value()) {
    encode_headed_row(headers, *value, headed_);
    value = headed_;
  }
  overlay_.active().put(kWholeStore, key, 0, key.size(), value, logged_at);
  if (surroundings_.changelog_mode == ChangelogMode::every_put) {
    const bool deleted = spec_.headers && !value.has_value();
    log(key, value, logged_at, deleted ? *surroundings_.context->headers : headers);
  }
  return PutOutcome::latest;
}

void OverlaidKeyValueStore::log(BytesView key, NullableBytesView row, Timestamp logged_at,
                                const Headers& headers) {
  if (surroundings_.changelog == nullptr) {
    return;
  }
  if (!row.has_value()) {
    surroundings_.changelog->append(key, row, logged_at, headers);
  } else if (spec_.headers) {
    const BytesView value = behind_headers(*row);
    surroundings_.changelog->append(key, plain_value_of(value), timestamp_of(value),
                                    headers_in(*row));
  } else if (spec_.timestamped) {
    surroundings_.changelog->append(key, plain_value_of(*row), timestamp_of(*row), headers);
  } else {
    surroundings_.changelog->append(key, row, logged_at, headers);
  }
}

void OverlaidKeyValueStore::log_pending() {
  if (surroundings_.changelog == nullptr ||
      surroundings_.changelog_mode == ChangelogMode::every_put) {
    return;
  }
  std::vector<const OverlayRow*> rows = overlay_.active().in_update_order();
  if (spec_.entries_max > 0) {
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
  std::unique_ptr<KeyValueCursor> rows =
      std::make_unique<MergedCursor>(overlay_, *committed_, kWholeStore, from, to, direction);
  return spec_.headers ? without_headers(std::move(rows)) : std::move(rows);
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
  NullableBytesView value = record.value;
  if (spec_.timestamped && value.has_value()) {
    encode_timestamped(record.timestamp, *value, scratch_);
    value = scratch_;
    if (spec_.headers) {
      encode_headed_row(*record.headers, scratch_, headed_);
      value = headed_;
    }
  }
  overlay_.active().put(kWholeStore, record.key, 0, record.key.size(), value, record.timestamp);
  return {};
}

}  // namespace pawl::internal

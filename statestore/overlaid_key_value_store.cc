#include "overlaid_key_value_store.h"

#include "codec/timestamped_value.h"
#include "overlay/merged_cursor.h"

#include <utility>

namespace pawl::internal {
namespace {

// Returns: the smallest byte string greater than every string with this prefix, or nothing when
// there is none.
std::optional<Bytes> after_prefix(BytesView prefix) {
  Bytes bound(prefix);
  while (!bound.empty() && bound.back() == '\xff') {
    bound.pop_back();
  }
  if (bound.empty()) {
    return std::nullopt;
  }
  bound.back() = static_cast<char>(static_cast<unsigned char>(bound.back()) + 1);
  return bound;
}

// Ends a cursor at the first key without the prefix.
class PrefixCursor final : public KeyValueCursor {
 public:
  PrefixCursor(std::unique_ptr<KeyValueCursor> inner, BytesView prefix)
      : inner_(std::move(inner)), prefix_(prefix) {}
  [[nodiscard]] bool valid() const override {
    return inner_->valid() && inner_->key().starts_with(prefix_);
  }
  void next() override { inner_->next(); }
  [[nodiscard]] BytesView key() const override { return inner_->key(); }
  [[nodiscard]] BytesView value() const override { return inner_->value(); }

 private:
  std::unique_ptr<KeyValueCursor> inner_;
  Bytes prefix_;
};

}  // namespace

OverlaidKeyValueStore::OverlaidKeyValueStore(StoreSpec spec, const StoreSurroundings& surroundings,
                                             std::unique_ptr<CommittedRows> committed)
    : spec_(std::move(spec)), surroundings_(surroundings), committed_(std::move(committed)) {}

NullableBytesView OverlaidKeyValueStore::get(BytesView key) {
  if (const OverlayRow* row = overlay_.find(kWholeStore, key, key)) {
    return row->tombstone ? std::nullopt : NullableBytesView(row->value);
  }
  return committed_->get(kWholeStore, key);
}

void OverlaidKeyValueStore::put(BytesView key, NullableBytesView value, Timestamp logged_at) {
  put_with_headers(key, value, logged_at, Headers::none());
}

void OverlaidKeyValueStore::put_with_headers(BytesView key, NullableBytesView value,
                                             Timestamp logged_at, const Headers& headers) {
  overlay_.active().put(kWholeStore, key, 0, key.size(), value, logged_at);
  if (surroundings_.changelog_mode == ChangelogMode::every_put) {
    log(key, value, logged_at, headers);
  }
}

void OverlaidKeyValueStore::log(BytesView key, NullableBytesView value, Timestamp logged_at,
                                const Headers& headers) {
  if (surroundings_.changelog == nullptr) {
    return;
  }
  if (spec_.timestamped && value.has_value()) {
    surroundings_.changelog->append(key, plain_value_of(*value), timestamp_of(*value), headers);
  } else {
    surroundings_.changelog->append(key, value, logged_at, headers);
  }
}

void OverlaidKeyValueStore::log_pending() {
  if (surroundings_.changelog == nullptr ||
      surroundings_.changelog_mode == ChangelogMode::every_put) {
    return;
  }
  for (const OverlayRow* row : overlay_.active().in_update_order()) {
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
  const std::optional<Bytes> end = after_prefix(prefix);
  return std::make_unique<PrefixCursor>(
      range(prefix, end.has_value() ? NullableBytesView(*end) : std::nullopt, Direction::forward),
      prefix);
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
  }
  overlay_.active().put(kWholeStore, record.key, 0, record.key.size(), value, record.timestamp);
  return {};
}

}  // namespace pawl::internal

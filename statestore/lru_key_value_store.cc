#include "lru_key_value_store.h"

#include <utility>

namespace pawl::internal {

LruKeyValueStore::LruKeyValueStore(const StoreSpec& spec, const StoreSurroundings& surroundings,
                                   std::unique_ptr<CommittedRows> committed)
    : rows_(spec, surroundings, std::move(committed)),
      entries_max_(*spec.entries_max),
      // Kafka Streams does not see the cache behind a store of timestamped rows, and does not log
      // what it deletes.
      unlogged_deletions_(spec.timestamped &&
                          surroundings.changelog_mode == ChangelogMode::every_put) {}

NullableBytesView LruKeyValueStore::get(BytesView key) {
  const NullableBytesView found = rows_.get(key);
  if (found.has_value()) {
    use(key);
  }
  return found;
}

PutOutcome LruKeyValueStore::put(BytesView key, NullableBytesView value, Timestamp logged_at) {
  if (!value.has_value()) {
    forget(key);
    return rows_.put(key, value, logged_at);
  }
  if (used_at_.size() >= entries_max_ && !used_at_.contains(key)) {
    const Bytes longest_unused = by_use_.begin()->second;
    forget(longest_unused);
    if (unlogged_deletions_) {
      // Taken over as if it had come from the changelog: not logged.
      (void)rows_.replay({longest_unused, std::nullopt, context().timestamp});
    } else {
      rows_.put(longest_unused, std::nullopt, context().timestamp);
    }
  }
  use(key);
  return rows_.put(key, value, logged_at);
}

void LruKeyValueStore::use(BytesView key) {
  remember(key);
  set(key, ++last_use_);
}

void LruKeyValueStore::forget(BytesView key) {
  remember(key);
  set(key, std::nullopt);
}

void LruKeyValueStore::set(BytesView key, std::optional<Use> use) {
  if (const auto known = used_at_.find(key); known != used_at_.end()) {
    by_use_.erase(known->second);
    used_at_.erase(known);
  }
  if (use.has_value()) {
    used_at_.emplace(key, *use);
    by_use_.emplace(*use, key);
  }
}

void LruKeyValueStore::remember(BytesView key) {
  if (before_.find(key) != before_.end()) {
    return;
  }
  const auto known = used_at_.find(key);
  before_.emplace(key, known == used_at_.end() ? std::nullopt : std::optional(known->second));
}

void LruKeyValueStore::take_back(Before& before) {
  // First all of them go: a number may belong to another key by now.
  for (const auto& [key, use] : before) {
    set(key, std::nullopt);
  }
  for (const auto& [key, use] : before) {
    set(key, use);
  }
  before.clear();
}

void LruKeyValueStore::freeze() {
  rows_.freeze();
  before_frozen_ = std::exchange(before_, {});
}

void LruKeyValueStore::settle() {
  rows_.settle();
  before_frozen_.clear();
}

void LruKeyValueStore::drop() {
  rows_.drop();
  take_back(before_);
  take_back(before_frozen_);
}

Result<void> LruKeyValueStore::replay(const ChangelogRecord& record) {
  if (record.value.has_value()) {
    use(record.key);
  } else {
    forget(record.key);
  }
  PAWL_TRY(rows_.replay(record));
  if (used_at_.size() > entries_max_) {
    // The limit was higher when this was written.
    const Bytes longest_unused = by_use_.begin()->second;
    forget(longest_unused);
    PAWL_TRY(rows_.replay({longest_unused, std::nullopt, record.timestamp}));
  }
  return {};
}

}  // namespace pawl::internal

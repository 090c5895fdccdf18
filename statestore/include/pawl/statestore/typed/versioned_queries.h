// Typed read-only view of versioned stores for interactive queries: Application::versioned_store
// returns it. Source: VersionedKeyQuery, MultiVersionedKeyQuery (KIP-960, KIP-968). Thread rule and
// errors: as read_only.h.
#pragma once

#include <pawl/serde/serde.h>
#include <pawl/statestore/read_only_store.h>
#include <pawl/statestore/typed/versioned.h>

#include <optional>
#include <utility>
#include <vector>

namespace pawl {

template <class K, class V>
class VersionedQueries {
 public:
  VersionedQueries(ReadOnlyVersionedStore store, Serde<K> key, Serde<V> value)
      : store_(std::move(store)), key_(std::move(key)), value_(std::move(value)) {}

  // The latest version.
  [[nodiscard]] Result<std::optional<VersionedValue<V>>> get(const K& key) const {
    Found found;
    PAWL_TRY(store_.latest(key_.encode(key), collector(found)));
    return first_of(std::move(found));
  }
  // The version that was valid at a time.
  [[nodiscard]] Result<std::optional<VersionedValue<V>>> get(const K& key, Timestamp as_of) const {
    Found found;
    PAWL_TRY(store_.at(key_.encode(key), as_of, collector(found)));
    return first_of(std::move(found));
  }
  // The versions that were valid at some time in [from, to], in time order.
  [[nodiscard]] Result<std::vector<VersionedValue<V>>> versions(
      const K& key, Timestamp from, Timestamp to, Direction direction = Direction::forward) const {
    Found found;
    PAWL_TRY(store_.versions(key_.encode(key), from, to, direction, collector(found)));
    PAWL_TRY(std::move(found.decoded));
    return std::move(found.versions);
  }

 private:
  struct Found {
    std::vector<VersionedValue<V>> versions;
    Result<void> decoded;
  };

  ReadOnlyVersionedStore::Visit collector(Found& found) const {
    return [this, &found](const Version& version) {
      VersionedValue<V> typed{{}, version.from, version.to};
      found.decoded = value_.decode(version.value, typed.value);
      if (!found.decoded.has_value()) {
        return false;
      }
      found.versions.push_back(std::move(typed));
      return true;
    };
  }
  static Result<std::optional<VersionedValue<V>>> first_of(Found found) {
    PAWL_TRY(std::move(found.decoded));
    return found.versions.empty() ? std::optional<VersionedValue<V>>()
                                  : std::optional(std::move(found.versions.front()));
  }

  ReadOnlyVersionedStore store_;
  Serde<K> key_;
  Serde<V> value_;
};

}  // namespace pawl

// Typed access to versioned stores. An object of this class is a view with a little scratch memory
// over the store of one task: make one in init() and keep it.
//   store.put("flight-1", "on time", Timestamp(10));
//   store.put("flight-1", "late", Timestamp(20));
//   store.get("flight-1", Timestamp(15))->value == "on time"
// Source: VersionedKeyValueStore. Thread rule: owner thread only. Lifetime: as long as the task's
// store is open. Errors: as key_value.h.
#pragma once

#include <pawl/statestore/typed/store_codec.h>
#include <pawl/statestore/versioned_store.h>

#include <optional>
#include <utility>
#include <vector>

namespace pawl {

// A value, when it began to be valid, and when a later version or a deletion ended it.
template <class V>
struct VersionedValue {
  V value;
  Timestamp from;
  std::optional<Timestamp> to;  // absent: it is the latest
  friend bool operator==(const VersionedValue&, const VersionedValue&) = default;
};

template <class K, class V>
class TypedVersionedStore {
 public:
  TypedVersionedStore(VersionedStore& store, Serde<K> key, Serde<V> value)
      : store_(&store), codec_(store.name(), std::move(key), std::move(value)) {}

  // The latest version; nothing when the key is deleted.
  std::optional<VersionedValue<V>> get(const K& key) {
    return decoded(store_->latest_version(codec_.key_bytes(key)));
  }
  // The version that was valid at a time; nothing when there was none or the history has lost it.
  std::optional<VersionedValue<V>> get(const K& key, Timestamp as_of) {
    return decoded(store_->version_at(codec_.key_bytes(key), as_of));
  }
  // The versions that were valid at some time in [from, to], in time order.
  std::vector<VersionedValue<V>> versions(const K& key, Timestamp from, Timestamp to,
                                          Direction direction = Direction::forward) {
    std::vector<VersionedValue<V>> found;
    store_->versions(codec_.key_bytes(key), from, to, direction, [&](const Version& version) {
      found.push_back(*decoded(version));
      return true;
    });
    return found;
  }

  // Returns: whether it is stored, as what, and when it ends if a later version is known.
  VersionPlace put(const K& key, const V& value, Timestamp from) {
    return store_->put_version(codec_.key_bytes(key), codec_.value_bytes(value), from);
  }
  // Deletes the key from a time on. Returns: the version that was valid then; nothing when the time
  // is before the history and nothing is deleted.
  std::optional<VersionedValue<V>> erase(const K& key, Timestamp from) {
    std::optional<VersionedValue<V>> before = get(key, from);
    const VersionPlace place = store_->put_version(codec_.key_bytes(key), std::nullopt, from);
    return place.outcome == PutOutcome::expired ? std::nullopt : std::move(before);
  }
  // The untyped store: history retention, observed time, expired puts.
  [[nodiscard]] const VersionedStore& store() const { return *store_; }

 private:
  std::optional<VersionedValue<V>> decoded(const std::optional<Version>& version) const {
    if (!version.has_value()) {
      return std::nullopt;
    }
    VersionedValue<V> result{{}, version->from, version->to};
    codec_.decode_value(version->value, result.value);
    return result;
  }

  VersionedStore* store_;
  internal::StoreCodec<K, V> codec_;
};

}  // namespace pawl

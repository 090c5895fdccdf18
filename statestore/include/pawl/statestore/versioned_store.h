// VersionedStore: a key-value store that also knows what a key's value was before. A version is
// valid from its own time until the next version of its key; a deletion ends it. Versions may come
// in any order. As a KeyValueStore it shows the latest version of each key, as timestamped rows.
//
// History: versions that ended more than the history retention before the latest time ever put
// ("observed time") are not readable, and a put older than that is not stored: expired. The latest
// version of a key never expires.
// Source: VersionedKeyValueStore, RocksDBVersionedStore (KIP-889).
// Thread rule: owner thread only.
#pragma once

#include <pawl/statestore/key_value_store.h>

#include <chrono>
#include <functional>
#include <optional>

namespace pawl {

// A version of a key's value. `to` is absent in the latest one. Lifetime: `value` until the next
// call on its store.
struct Version {
  BytesView value;
  Timestamp from;
  std::optional<Timestamp> to;
};

// Where a put version found its place.
struct VersionPlace {
  PutOutcome outcome = PutOutcome::latest;
  // When it ends, if a later version is known.
  std::optional<Timestamp> to;
  friend bool operator==(const VersionPlace&, const VersionPlace&) = default;
};

class VersionedStore : public KeyValueStore {
 public:
  // Adds a version; null = deleted from then on. One of the same key and time is replaced.
  // Requires: `from` is not negative (std::invalid_argument).
  virtual VersionPlace put_version(BytesView key, NullableBytesView value, Timestamp from) = 0;

  // Returns: the latest version; nothing when the key is deleted.
  virtual std::optional<Version> latest_version(BytesView key) = 0;
  // Returns: the version that is valid at a time.
  virtual std::optional<Version> version_at(BytesView key, Timestamp time) = 0;
  // Visits the versions of a key that are valid at some time in [from, to], in time order, until
  // `visit` returns false.
  virtual void versions(BytesView key, Timestamp from, Timestamp to, Direction direction,
                        const std::function<bool(const Version&)>& visit) = 0;

  [[nodiscard]] virtual std::chrono::milliseconds history_retention() const = 0;
  // The latest time ever put; unknown() when nothing was.
  [[nodiscard]] virtual Timestamp observed_time() const = 0;
  // How many puts were older than the history since the store was opened.
  [[nodiscard]] virtual std::uint64_t expired_puts() const = 0;
};

}  // namespace pawl

// Store definitions: what a topology adds and a processor asks its context for.
//   const auto seen = stores::window<std::string, std::int64_t>("seen", 48h, 24h);
//   builder.add_store(seen);                       // while building
//   auto store = context.store(seen);              // in Processor::init
// Thread rule: values.
#pragma once

#include <pawl/model/assert.h>
#include <pawl/serde/serde.h>
#include <pawl/statestore/store_spec.h>
#include <pawl/statestore/typed/key_value.h>
#include <pawl/statestore/typed/session.h>
#include <pawl/statestore/typed/versioned.h>
#include <pawl/statestore/typed/window.h>
#include <pawl/statestore/typed/with_headers.h>

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <type_traits>
#include <utility>

namespace pawl {

// A store with its types. `Store` is what context.store() returns, `Bytes` the byte store beneath
// it.
template <class StoreType, class BytesStoreType, class K, class V>
class StoreDefinition {
 public:
  using Store = StoreType;

  StoreDefinition(StoreSpec spec, Serde<K> key, Serde<V> value)
      : spec_(std::move(spec)), key_(std::move(key)), value_(std::move(value)) {}

  [[nodiscard]] const StoreSpec& spec() const { return spec_; }
  [[nodiscard]] const Serde<K>& key_serde() const { return key_; }
  [[nodiscard]] const Serde<V>& value_serde() const { return value_; }

  // Keeps the committed state in memory; after a restart it is read back from the changelog.
  [[nodiscard]] StoreDefinition in_memory() && {
    spec_.persistence = Persistence::in_memory;
    return std::move(*this);
  }
  // No changelog: the store is empty after a restart on another machine or without its directory.
  [[nodiscard]] StoreDefinition logging_disabled() && {
    spec_.logging = Logging::disabled;
    return std::move(*this);
  }
  // Merges the writes of a commit in the record cache, if the application has one
  // (Settings::record_cache_bytes_max): fewer changelog records. Not for stores that keep
  // duplicates.
  [[nodiscard]] StoreDefinition with_caching() && {
    spec_.caching = Caching::enabled;
    return std::move(*this);
  }
  // Topic configs of the changelog, over the library's own.
  [[nodiscard]] StoreDefinition changelog_config(std::map<std::string, std::string> config) && {
    spec_.changelog_config = std::move(config);
    return std::move(*this);
  }
  // Window stores: every put adds a row instead of replacing.
  [[nodiscard]] StoreDefinition retain_duplicates() && {
    static_assert(std::is_same_v<BytesStoreType, WindowStore>,
                  "pawl: only a window store keeps duplicates: of a key that is put again, others "
                  "keep the new value. Use stores::window.");
    spec_.retain_duplicates = true;
    return std::move(*this);
  }

  // Returns: the typed store over a byte store of this definition.
  [[nodiscard]] StoreType bind(StateStore& store) const {
    return StoreType(bytes_of(store), key_, value_);
  }
  [[nodiscard]] BytesStoreType& bytes_of(StateStore& store) const {
    auto* const bytes_store = dynamic_cast<BytesStoreType*>(&store);
    PAWL_ASSERT(bytes_store != nullptr, spec_.name);
    return *bytes_store;
  }

 private:
  StoreSpec spec_;
  Serde<K> key_;
  Serde<V> value_;
};

namespace stores {

template <class K, class V>
using KeyValue = StoreDefinition<TypedKeyValueStore<K, V>, KeyValueStore, K, V>;
template <class K, class V>
using TimestampedKeyValue =
    StoreDefinition<TypedTimestampedKeyValueStore<K, V>, KeyValueStore, K, V>;
template <class K, class V>
using Window = StoreDefinition<TypedWindowStore<K, V>, WindowStore, K, V>;
template <class K, class V>
using TimestampedWindow = StoreDefinition<TypedTimestampedWindowStore<K, V>, WindowStore, K, V>;
template <class K, class V>
using Session = StoreDefinition<TypedSessionStore<K, V>, SessionStore, K, V>;

template <class K, class V>
using KeyValueWithHeaders =
    StoreDefinition<TypedKeyValueStoreWithHeaders<K, V>, KeyValueStore, K, V>;
template <class K, class V>
using WindowWithHeaders = StoreDefinition<TypedWindowStoreWithHeaders<K, V>, WindowStore, K, V>;
template <class K, class V>
using SessionWithHeaders = StoreDefinition<TypedSessionStoreWithHeaders<K, V>, SessionStore, K, V>;
template <class K, class V>
using Versioned = StoreDefinition<TypedVersionedStore<K, V>, VersionedStore, K, V>;

template <class K, class V>
KeyValue<K, V> key_value(std::string name, Serde<K> key = default_serde<K>(),
                         Serde<V> value = default_serde<V>()) {
  StoreSpec spec;
  spec.name = std::move(name);
  return {std::move(spec), std::move(key), std::move(value)};
}

template <class K, class V>
TimestampedKeyValue<K, V> timestamped_key_value(std::string name, Serde<K> key = default_serde<K>(),
                                                Serde<V> value = default_serde<V>()) {
  StoreSpec spec;
  spec.name = std::move(name);
  spec.timestamped = true;
  return {std::move(spec), std::move(key), std::move(value)};
}

// `retention`: how far back from the latest window rows stay; `size`: the length of a window.
template <class K, class V>
Window<K, V> window(std::string name, std::chrono::milliseconds retention,
                    std::chrono::milliseconds size, Serde<K> key = default_serde<K>(),
                    Serde<V> value = default_serde<V>()) {
  StoreSpec spec;
  spec.name = std::move(name);
  spec.kind = StoreKind::window;
  spec.retention = retention;
  spec.window_size = size;
  return {std::move(spec), std::move(key), std::move(value)};
}

template <class K, class V>
TimestampedWindow<K, V> timestamped_window(std::string name, std::chrono::milliseconds retention,
                                           std::chrono::milliseconds size,
                                           Serde<K> key = default_serde<K>(),
                                           Serde<V> value = default_serde<V>()) {
  StoreSpec spec;
  spec.name = std::move(name);
  spec.kind = StoreKind::window;
  spec.timestamped = true;
  spec.retention = retention;
  spec.window_size = size;
  return {std::move(spec), std::move(key), std::move(value)};
}

// `retention`: how far back from the latest end sessions stay.
template <class K, class V>
Session<K, V> session(std::string name, std::chrono::milliseconds retention,
                      Serde<K> key = default_serde<K>(), Serde<V> value = default_serde<V>()) {
  StoreSpec spec;
  spec.name = std::move(name);
  spec.kind = StoreKind::session;
  spec.retention = retention;
  return {std::move(spec), std::move(key), std::move(value)};
}

// In memory, with at most `entries_max` keys, 1 or more: the one that was not used for longest goes
// first.
template <class K, class V>
KeyValue<K, V> lru_map(std::string name, std::size_t entries_max, Serde<K> key = default_serde<K>(),
                       Serde<V> value = default_serde<V>()) {
  StoreSpec spec;
  spec.name = std::move(name);
  spec.persistence = Persistence::in_memory;
  spec.entries_max = entries_max;
  return {std::move(spec), std::move(key), std::move(value)};
}

// Values with the timestamp and the headers of the records that made them.
template <class K, class V>
KeyValueWithHeaders<K, V> key_value_with_headers(std::string name,
                                                 Serde<K> key = default_serde<K>(),
                                                 Serde<V> value = default_serde<V>()) {
  StoreSpec spec;
  spec.name = std::move(name);
  spec.timestamped = true;
  spec.headers = true;
  return {std::move(spec), std::move(key), std::move(value)};
}

template <class K, class V>
WindowWithHeaders<K, V> window_with_headers(std::string name, std::chrono::milliseconds retention,
                                            std::chrono::milliseconds size,
                                            Serde<K> key = default_serde<K>(),
                                            Serde<V> value = default_serde<V>()) {
  StoreSpec spec;
  spec.name = std::move(name);
  spec.kind = StoreKind::window;
  spec.timestamped = true;
  spec.headers = true;
  spec.retention = retention;
  spec.window_size = size;
  return {std::move(spec), std::move(key), std::move(value)};
}

template <class K, class V>
SessionWithHeaders<K, V> session_with_headers(std::string name, std::chrono::milliseconds retention,
                                              Serde<K> key = default_serde<K>(),
                                              Serde<V> value = default_serde<V>()) {
  StoreSpec spec;
  spec.name = std::move(name);
  spec.kind = StoreKind::session;
  spec.headers = true;
  spec.retention = retention;
  return {std::move(spec), std::move(key), std::move(value)};
}

// `history_retention`: how far back from the latest put earlier versions can be read, and how late
// a version may come.
template <class K, class V>
Versioned<K, V> versioned(std::string name, std::chrono::milliseconds history_retention,
                          Serde<K> key = default_serde<K>(), Serde<V> value = default_serde<V>()) {
  StoreSpec spec;
  spec.name = std::move(name);
  spec.kind = StoreKind::versioned_key_value;
  spec.timestamped = true;
  spec.retention = history_retention;
  return {std::move(spec), std::move(key), std::move(value)};
}

}  // namespace stores
}  // namespace pawl

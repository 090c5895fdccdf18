// Typed access to stores that keep headers: those of key_value.h, window.h and session.h, whose
// get() shows the headers too; put() takes them, cursors show values and timestamps. Without
// headers a put() keeps none. The tombstone of an erased row has the timestamp of the record in
// hand, and under kafka_streams_4_3 its headers. Source: TimestampedKeyValueStoreWithHeaders,
// TimestampedWindowStoreWithHeaders, SessionStoreWithHeaders (KIP-1271). Thread rule, lifetime and
// errors: as key_value.h.
#pragma once

#include <pawl/statestore/typed/key_value.h>
#include <pawl/statestore/typed/session.h>
#include <pawl/statestore/typed/window.h>

#include <optional>

namespace pawl {

template <class K, class V>
class TypedKeyValueStoreWithHeaders : public TypedTimestampedKeyValueStore<K, V> {
 public:
  using TypedTimestampedKeyValueStore<K, V>::TypedTimestampedKeyValueStore;

  std::optional<ValueWithHeaders<V>> get(const K& key) {
    return this->codec_->decode_headed(this->store_->get(this->codec_->key_bytes(key)));
  }
  // Writes nothing when the key has a value. Returns: that value.
  std::optional<ValueWithHeaders<V>> put_if_absent(const K& key, const V& value,
                                                   Timestamp timestamp, const Headers& headers) {
    std::optional<ValueWithHeaders<V>> present = get(key);
    if (!present.has_value()) {
      this->put(key, value, timestamp, headers);
    }
    return present;
  }
};

template <class K, class V>
class TypedWindowStoreWithHeaders : public TypedTimestampedWindowStore<K, V> {
 public:
  using TypedTimestampedWindowStore<K, V>::TypedTimestampedWindowStore;

  std::optional<ValueWithHeaders<V>> get(const K& key, Timestamp start) {
    return this->codec_->decode_headed(this->store_->get(this->codec_->key_bytes(key), start));
  }
  void put(const K& key, const V& value, Timestamp timestamp, const Headers& headers,
           Timestamp start) {
    TypedTimestampedWindowStore<K, V>::put(key, &value, timestamp, start, headers);
  }
  void erase(const K& key, Timestamp start) {
    TypedTimestampedWindowStore<K, V>::put(key, nullptr, Timestamp::unknown(), start);
  }
};

template <class K, class V>
class TypedSessionStoreWithHeaders : public TypedSessionStore<K, V> {
 public:
  using TypedSessionStore<K, V>::TypedSessionStore;

  std::optional<ValueWithHeaders<V>> get(const K& key, Window session) {
    return this->codec_->decode_headed(this->store_->get(this->codec_->key_bytes(key), session));
  }
};

}  // namespace pawl

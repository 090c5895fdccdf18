// Typed access to key-value stores that keep headers. An object of this class is a view with a
// little scratch memory over the store of one task: make one in init() and keep it.
// Source: TimestampedKeyValueStoreWithHeaders (KIP-1271). Thread rule: owner thread only.
// Lifetime: as long as the task's store is open. Errors: as key_value.h.
#pragma once

#include <pawl/model/headers.h>
#include <pawl/statestore/typed/key_value.h>

#include <optional>
#include <utility>

namespace pawl {

// A value with the timestamp and the headers of the record that made it.
template <class V>
struct ValueWithHeaders {
  V value;
  Timestamp timestamp;
  Headers headers;
  friend bool operator==(const ValueWithHeaders&, const ValueWithHeaders&) = default;
};

// Cursors show values and timestamps; get() shows the headers too.
template <class K, class V>
class TypedKeyValueStoreWithHeaders : public TypedKeyValueReader<K, V> {
 public:
  TypedKeyValueStoreWithHeaders(KeyValueStore& store, Serde<K> key, Serde<V> value)
      : TypedKeyValueReader<K, V>(store, std::move(key), std::move(value)) {}

  std::optional<ValueWithHeaders<V>> get(const K& key) {
    const BytesView key_bytes = this->codec_->key_bytes(key);
    const NullableBytesView found = this->store_->get(key_bytes);
    if (!found.has_value()) {
      return std::nullopt;
    }
    ValueWithHeaders<V> result{};
    result.timestamp = this->codec_->decode_row(*found, result.value, this->timestamped_);
    result.headers = this->store_->headers_of(key_bytes);
    return result;
  }
  void put(const K& key, const V& value, Timestamp timestamp, const Headers& headers) {
    this->store_->put_with_headers(this->codec_->key_bytes(key),
                                   this->codec_->row_bytes(value, timestamp, this->timestamped_),
                                   timestamp, headers);
  }
  // Writes nothing when the key has a value. Returns: that value.
  std::optional<ValueWithHeaders<V>> put_if_absent(const K& key, const V& value,
                                                   Timestamp timestamp, const Headers& headers) {
    std::optional<ValueWithHeaders<V>> present = get(key);
    if (!present.has_value()) {
      put(key, value, timestamp, headers);
    }
    return present;
  }
  // The tombstone has the timestamp of the record in hand, and under kafka_streams_4_3 its headers.
  void erase(const K& key) {
    this->store_->put(this->codec_->key_bytes(key), std::nullopt,
                      this->store_->context().timestamp);
  }
};

}  // namespace pawl

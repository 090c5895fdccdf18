// Typed access to window stores that keep headers. An object of this class is a view with a little
// scratch memory over the store of one task: make one in init() and keep it.
// Source: TimestampedWindowStoreWithHeaders (KIP-1271). Thread rule: owner thread only. Lifetime:
// as long as the task's store is open. Errors: as window.h.
#pragma once

#include <pawl/statestore/typed/key_value_with_headers.h>
#include <pawl/statestore/typed/window.h>

#include <optional>
#include <utility>

namespace pawl {

// Cursors show values and timestamps; get() shows the headers too.
template <class K, class V>
class TypedWindowStoreWithHeaders : public TypedWindowReader<K, V> {
 public:
  TypedWindowStoreWithHeaders(WindowStore& store, Serde<K> key, Serde<V> value)
      : TypedWindowReader<K, V>(store, std::move(key), std::move(value)) {}

  std::optional<ValueWithHeaders<V>> get(const K& key, Timestamp start) {
    const BytesView key_bytes = this->codec_->key_bytes(key);
    const NullableBytesView found = this->store_->get(key_bytes, start);
    if (!found.has_value()) {
      return std::nullopt;
    }
    ValueWithHeaders<V> result{};
    result.timestamp = this->codec_->decode_row(*found, result.value, this->timestamped_);
    result.headers = this->store_->headers_of(key_bytes, start);
    return result;
  }
  void put(const K& key, const V& value, Timestamp timestamp, const Headers& headers,
           Timestamp start) {
    this->store_->put_with_headers(this->codec_->key_bytes(key),
                                   this->codec_->row_bytes(value, timestamp, this->timestamped_),
                                   start, timestamp, headers);
  }
  // The tombstone has the timestamp of the record in hand, and under kafka_streams_4_3 its headers.
  void erase(const K& key, Timestamp start) {
    this->store_->put(this->codec_->key_bytes(key), std::nullopt, start,
                      this->store_->context().timestamp);
  }
};

}  // namespace pawl

// What typed stores share: turning keys and values into row bytes with reused memory, and back.
// What stands in front of a value (RowFormat) is written and read here, for stores of every kind.
// Thread rule: owner thread only.
#pragma once

#include <pawl/model/headers.h>
#include <pawl/serde/serde.h>
#include <pawl/statestore/header_block.h>
#include <pawl/statestore/state_store.h>
#include <pawl/statestore/store_spec.h>

#include <optional>
#include <string>
#include <utility>

namespace pawl {

// A value and the timestamp of the record that made it.
template <class V>
struct ValueAndTimestamp {
  V value;
  Timestamp timestamp;
  friend bool operator==(const ValueAndTimestamp&, const ValueAndTimestamp&) = default;
};

// The same with the headers of that record.
template <class V>
struct ValueWithHeaders {
  V value;
  Timestamp timestamp;  // unknown() in session stores
  Headers headers;
  friend bool operator==(const ValueWithHeaders&, const ValueWithHeaders&) = default;
};

namespace internal {

template <class K, class V>
class StoreCodec {
 public:
  StoreCodec(std::string store, Serde<K> key, Serde<V> value, RowFormat format = {})
      : store_(std::move(store)), key_(std::move(key)), value_(std::move(value)), format_(format) {}

  // Returns: the bytes. Lifetime: until the next call of the same function.
  BytesView key_bytes(const K& key) {
    key_scratch_.clear();
    key_.encode(key, key_scratch_);
    return key_scratch_;
  }
  BytesView value_bytes(const V& value) {
    value_scratch_.clear();
    value_.encode(value, value_scratch_);
    return value_scratch_;
  }
  // What the rows have no room for is dropped here (Source:
  // PlainToTimestampedKeyValueStoreAdapter).
  BytesView row_bytes(const V& value, Timestamp timestamp,
                      const Headers& headers = Headers::none()) {
    value_scratch_.clear();
    if (format_.headers) {
      append_row_headers(headers, value_scratch_);
    }
    if (format_.timestamped) {
      big_endian::append_i64(timestamp.value(), value_scratch_);
    }
    value_.encode(value, value_scratch_);
    return value_scratch_;
  }

  void decode_key(BytesView bytes, K& key) const { check(key_.decode(bytes, key), "key"); }
  void decode_value(BytesView bytes, V& value) const {
    check(value_.decode(bytes, value), "value");
  }
  // Returns: the value's timestamp; unknown() where rows have none.
  Timestamp decode_row(BytesView bytes, V& value) const {
    if (format_.headers) {
      bytes = behind_headers(bytes);
    }
    if (!format_.timestamped) {
      decode_value(bytes, value);
      return Timestamp::unknown();
    }
    if (bytes.size() < 8) {
      check(Error{ErrorKind::corrupted_state, "no timestamp before it"}, "value");
    }
    decode_value(bytes.substr(8), value);
    return Timestamp(big_endian::load_i64(bytes.data()));
  }
  // Returns: the row with its headers, or nothing. Requires: rows have headers.
  std::optional<ValueWithHeaders<V>> decode_headed(NullableBytesView row) const {
    if (!row.has_value()) {
      return std::nullopt;
    }
    ValueWithHeaders<V> result{};
    result.timestamp = decode_row(*row, result.value);
    result.headers = headers_in(*row);
    return result;
  }

 private:
  void check(const Result<void>& decoded, const char* part) const {
    if (!decoded.has_value()) {
      throw StoreFailure({ErrorKind::fatal, "store " + store_ + ": a stored " + part +
                                                " cannot be decoded with the store's serde (was it "
                                                "changed?): " +
                                                decoded.error().message});
    }
  }

  std::string store_;
  Serde<K> key_;
  Serde<V> value_;
  RowFormat format_;
  Bytes key_scratch_;
  Bytes value_scratch_;
};

}  // namespace internal
}  // namespace pawl

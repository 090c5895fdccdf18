// Typed access to key-value stores. An object of these classes is a view with a little scratch
// memory over the store of one task: make one in init() and keep it. Thread rule: owner thread
// only. Lifetime: as long as the task's store is open. Errors: a failing disk or an undecodable row
// is thrown as StoreFailure; processors let it pass.
#pragma once

#include <pawl/statestore/key_value_store.h>
#include <pawl/statestore/typed/store_codec.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace pawl {

// Visits typed rows: `for (auto row = store.all(); row.valid(); row.next())`. Lifetime: within one
// call of process().
template <class K, class V>
class TypedKeyValueCursor {
 public:
  TypedKeyValueCursor(std::unique_ptr<KeyValueCursor> rows, const internal::StoreCodec<K, V>& codec)
      : rows_(std::move(rows)), codec_(&codec) {
    decode();
  }
  [[nodiscard]] bool valid() const { return rows_->valid(); }
  void next() {
    rows_->next();
    decode();
  }
  // The current row. Requires: valid(). Lifetime: until next().
  [[nodiscard]] const K& key() const { return key_; }
  [[nodiscard]] const V& value() const { return value_; }
  // The value's timestamp; unknown() in plain stores.
  [[nodiscard]] Timestamp timestamp() const { return timestamp_; }

 private:
  void decode() {
    if (!rows_->valid()) {
      return;
    }
    codec_->decode_key(rows_->key(), key_);
    timestamp_ = codec_->decode_row(rows_->value(), value_);
  }
  std::unique_ptr<KeyValueCursor> rows_;
  const internal::StoreCodec<K, V>* codec_;
  K key_{};
  V value_{};
  Timestamp timestamp_ = Timestamp::unknown();
};

// What plain and timestamped stores share: reading in key order.
template <class K, class V>
class TypedKeyValueReader {
 public:
  using Cursor = TypedKeyValueCursor<K, V>;

  // Visits keys in [from, to], both inclusive; null = open. The order is that of the keys' bytes.
  Cursor range(const K* from, const K* to, Direction direction = Direction::forward) {
    const std::optional<Bytes> lower = bytes_of(from);
    const std::optional<Bytes> upper = bytes_of(to);
    return cursor(store_->range(view(lower), view(upper), direction));
  }
  Cursor all(Direction direction = Direction::forward) {
    return range(nullptr, nullptr, direction);
  }
  // Visits keys whose bytes start with `prefix`.
  Cursor prefix(BytesView prefix) { return cursor(store_->prefix(prefix)); }
  std::uint64_t approximate_entries() { return store_->approximate_entries(); }

 protected:
  TypedKeyValueReader(KeyValueStore& store, Serde<K> key, Serde<V> value)
      : store_(&store),
        codec_(std::make_unique<internal::StoreCodec<K, V>>(
            store.name(), std::move(key), std::move(value), store.row_format())) {}

  KeyValueStore* store_;
  std::unique_ptr<internal::StoreCodec<K, V>> codec_;  // at a fixed place: cursors refer to it

 private:
  Cursor cursor(std::unique_ptr<KeyValueCursor> rows) { return Cursor(std::move(rows), *codec_); }
  std::optional<Bytes> bytes_of(const K* key) {
    return key == nullptr ? std::nullopt : std::optional<Bytes>(codec_->key_bytes(*key));
  }
  static NullableBytesView view(const std::optional<Bytes>& bytes) {
    return bytes.has_value() ? NullableBytesView(*bytes) : std::nullopt;
  }
};

template <class K, class V>
class TypedKeyValueStore : public TypedKeyValueReader<K, V> {
 public:
  TypedKeyValueStore(KeyValueStore& store, Serde<K> key, Serde<V> value)
      : TypedKeyValueReader<K, V>(store, std::move(key), std::move(value)) {}

  std::optional<V> get(const K& key) {
    V value{};
    return get(key, value) ? std::optional<V>(std::move(value)) : std::nullopt;
  }
  // Overwrites `value` and returns true, or returns false: get() without an allocation.
  bool get(const K& key, V& value) {
    const NullableBytesView found = this->store_->get(this->codec_->key_bytes(key));
    if (found.has_value()) {
      this->codec_->decode_value(*found, value);
    }
    return found.has_value();
  }
  void put(const K& key, const V& value) {
    this->store_->put(this->codec_->key_bytes(key), this->codec_->value_bytes(value),
                      this->store_->context().timestamp);
  }
  // Writes nothing when the key has a value. Returns: that value.
  std::optional<V> put_if_absent(const K& key, const V& value) {
    std::optional<V> present = get(key);
    if (!present.has_value()) {
      put(key, value);
    }
    return present;
  }
  void erase(const K& key) {
    this->store_->put(this->codec_->key_bytes(key), std::nullopt,
                      this->store_->context().timestamp);
  }
};

// A store whose values carry the timestamp of the record that made them: what all tables and
// aggregations use.
template <class K, class V>
class TypedTimestampedKeyValueStore : public TypedKeyValueReader<K, V> {
 public:
  TypedTimestampedKeyValueStore(KeyValueStore& store, Serde<K> key, Serde<V> value)
      : TypedKeyValueReader<K, V>(store, std::move(key), std::move(value)) {}

  std::optional<ValueAndTimestamp<V>> get(const K& key) {
    ValueAndTimestamp<V> found{};
    return get(key, found) ? std::optional(std::move(found)) : std::nullopt;
  }
  bool get(const K& key, ValueAndTimestamp<V>& value) {
    return decode(this->store_->get(this->codec_->key_bytes(key)), value);
  }
  // The value as it was at a time; in a store that keeps no versions, as it is.
  bool get_as_of(const K& key, Timestamp time, ValueAndTimestamp<V>& value) {
    return decode(this->store_->get_as_of(this->codec_->key_bytes(key), time), value);
  }
  // Returns: what became of it; other than `latest` only in versioned stores. `headers`: kept by
  // stores that have room for them.
  PutOutcome put(const K& key, const V& value, Timestamp timestamp,
                 const Headers& headers = Headers::none()) {
    return this->store_->put(this->codec_->key_bytes(key),
                             this->codec_->row_bytes(value, timestamp, headers), timestamp);
  }
  // Writes nothing when the key has a value. Returns: that value.
  std::optional<ValueAndTimestamp<V>> put_if_absent(const K& key, const V& value,
                                                    Timestamp timestamp) {
    std::optional<ValueAndTimestamp<V>> present = get(key);
    if (!present.has_value()) {
      put(key, value, timestamp);
    }
    return present;
  }
  // The tombstone is logged with the timestamp of the record in hand, as Kafka Streams does.
  void erase(const K& key) { erase(key, this->store_->context().timestamp); }
  // The same, logged with `timestamp`, from which on a versioned store has the key deleted.
  PutOutcome erase(const K& key, Timestamp timestamp) {
    return this->store_->put(this->codec_->key_bytes(key), std::nullopt, timestamp);
  }
  [[nodiscard]] bool versioned() const { return this->store_->versioned(); }

 private:
  bool decode(NullableBytesView row, ValueAndTimestamp<V>& value) {
    if (row.has_value()) {
      value.timestamp = this->codec_->decode_row(*row, value.value);
    }
    return row.has_value();
  }
};

}  // namespace pawl

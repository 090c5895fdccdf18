// Typed access to window stores. An object of these classes is a view with a little scratch memory
// over the store of one task: make one in init() and keep it. Thread rule: owner thread only.
// Lifetime: as long as the task's store is open. Errors: a failing disk or an undecodable row is
// thrown as StoreFailure; processors let it pass.
#pragma once

#include <pawl/statestore/typed/store_codec.h>
#include <pawl/statestore/window_store.h>

#include <memory>
#include <optional>
#include <utility>

namespace pawl {

// Visits typed rows. Lifetime: within one call of process().
template <class K, class V>
class TypedWindowCursor {
 public:
  TypedWindowCursor(std::unique_ptr<WindowCursor> rows, const internal::StoreCodec<K, V>& codec)
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
  [[nodiscard]] Timestamp start() const { return rows_->start(); }
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
  std::unique_ptr<WindowCursor> rows_;
  const internal::StoreCodec<K, V>* codec_;
  K key_{};
  V value_{};
  Timestamp timestamp_ = Timestamp::unknown();
};

// What plain and timestamped window stores share.
template <class K, class V>
class TypedWindowReader {
 public:
  using Cursor = TypedWindowCursor<K, V>;

  // Visits the windows of one key with start in [from, to], in time order.
  Cursor fetch(const K& key, Timestamp from, Timestamp to,
               Direction direction = Direction::forward) {
    return cursor(store_->fetch(codec_->key_bytes(key), from, to, direction));
  }
  // Visits the windows of keys in [key_from, key_to] (null = open); order:
  // WindowStore::fetch_range.
  Cursor fetch_range(const K* key_from, const K* key_to, Timestamp from, Timestamp to,
                     Direction direction = Direction::forward) {
    const std::optional<Bytes> lower = bytes_of(key_from);
    const std::optional<Bytes> upper = bytes_of(key_to);
    return cursor(store_->fetch_range(view(lower), view(upper), from, to, direction));
  }
  Cursor all(Direction direction = Direction::forward) {
    return fetch_range(nullptr, nullptr, Timestamp(0), Timestamp::max(), direction);
  }
  // Visits the windows of all keys with start in [from, to], in the order of (start, key).
  Cursor fetch_by_time(Timestamp from, Timestamp to) {
    return cursor(store_->fetch_by_time(from, to));
  }
  // Whether any window of the key starts in [from, to].
  bool contains(const K& key, Timestamp from, Timestamp to) {
    return store_->contains(codec_->key_bytes(key), from, to);
  }
  // The untyped store: retention, observed time, expired puts.
  [[nodiscard]] const WindowStore& store() const { return *store_; }

 protected:
  TypedWindowReader(WindowStore& store, Serde<K> key, Serde<V> value)
      : store_(&store),
        codec_(std::make_unique<internal::StoreCodec<K, V>>(
            store.name(), std::move(key), std::move(value), store.row_format())) {}

  WindowStore* store_;
  std::unique_ptr<internal::StoreCodec<K, V>> codec_;  // at a fixed place: cursors refer to it

 private:
  Cursor cursor(std::unique_ptr<WindowCursor> rows) { return Cursor(std::move(rows), *codec_); }
  std::optional<Bytes> bytes_of(const K* key) {
    return key == nullptr ? std::nullopt : std::optional<Bytes>(codec_->key_bytes(*key));
  }
  static NullableBytesView view(const std::optional<Bytes>& bytes) {
    return bytes.has_value() ? NullableBytesView(*bytes) : std::nullopt;
  }
};

template <class K, class V>
class TypedWindowStore : public TypedWindowReader<K, V> {
 public:
  TypedWindowStore(WindowStore& store, Serde<K> key, Serde<V> value)
      : TypedWindowReader<K, V>(store, std::move(key), std::move(value)) {}

  std::optional<V> get(const K& key, Timestamp start) {
    const NullableBytesView found = this->store_->get(this->codec_->key_bytes(key), start);
    if (!found.has_value()) {
      return std::nullopt;
    }
    V value{};
    this->codec_->decode_value(*found, value);
    return value;
  }
  // Null deletes the window; in a store that keeps duplicates it does nothing.
  void put(const K& key, const V* value, Timestamp start) {
    const Timestamp logged_at = this->store_->context().timestamp;
    if (value == nullptr) {
      this->store_->put(this->codec_->key_bytes(key), std::nullopt, start, logged_at);
    } else {
      this->store_->put(this->codec_->key_bytes(key), this->codec_->value_bytes(*value), start,
                        logged_at);
    }
  }
};

// A window store whose values carry the timestamp of the record that made them: what windowed
// aggregations use.
template <class K, class V>
class TypedTimestampedWindowStore : public TypedWindowReader<K, V> {
 public:
  TypedTimestampedWindowStore(WindowStore& store, Serde<K> key, Serde<V> value)
      : TypedWindowReader<K, V>(store, std::move(key), std::move(value)) {}

  std::optional<ValueAndTimestamp<V>> get(const K& key, Timestamp start) {
    ValueAndTimestamp<V> found{};
    return get(key, start, found) ? std::optional(std::move(found)) : std::nullopt;
  }
  // Overwrites `value` and returns true, or returns false: get() without an allocation.
  bool get(const K& key, Timestamp start, ValueAndTimestamp<V>& value) {
    const NullableBytesView found = this->store_->get(this->codec_->key_bytes(key), start);
    if (found.has_value()) {
      value.timestamp = this->codec_->decode_row(*found, value.value);
    }
    return found.has_value();
  }
  // Null deletes the window; the tombstone is logged with the timestamp of the record in hand.
  // `headers`: kept by stores that have room for them.
  void put(const K& key, const V* value, Timestamp timestamp, Timestamp start,
           const Headers& headers = Headers::none()) {
    if (value == nullptr) {
      this->store_->put(this->codec_->key_bytes(key), std::nullopt, start,
                        this->store_->context().timestamp);
    } else {
      this->store_->put(this->codec_->key_bytes(key),
                        this->codec_->row_bytes(*value, timestamp, headers), start, timestamp);
    }
  }
};

}  // namespace pawl

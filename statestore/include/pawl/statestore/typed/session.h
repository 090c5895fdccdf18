// Typed access to session stores. An object of this class is a view with a little scratch memory
// over the store of one task: make one in init() and keep it. Thread rule: owner thread only.
// Lifetime: as long as the task's store is open. Errors: a failing disk or an undecodable row is
// thrown as StoreFailure; processors let it pass. Source: SessionStore.
#pragma once

#include <pawl/statestore/session_store.h>
#include <pawl/statestore/typed/store_codec.h>

#include <memory>
#include <optional>
#include <utility>

namespace pawl {

// Visits typed sessions. Lifetime: within one call of process().
template <class K, class V>
class TypedSessionCursor {
 public:
  TypedSessionCursor(std::unique_ptr<SessionCursor> rows, const internal::StoreCodec<K, V>& codec)
      : rows_(std::move(rows)), codec_(&codec) {
    decode();
  }
  [[nodiscard]] bool valid() const { return rows_->valid(); }
  void next() {
    rows_->next();
    decode();
  }
  // The current session. Requires: valid(). Lifetime: until next().
  [[nodiscard]] const K& key() const { return key_; }
  [[nodiscard]] Window window() const { return rows_->window(); }
  [[nodiscard]] const V& value() const { return value_; }

 private:
  void decode() {
    if (!rows_->valid()) {
      return;
    }
    codec_->decode_key(rows_->key(), key_);
    codec_->decode_row(rows_->value(), value_);
  }
  std::unique_ptr<SessionCursor> rows_;
  const internal::StoreCodec<K, V>* codec_;
  K key_{};
  V value_{};
};

template <class K, class V>
class TypedSessionStore {
 public:
  using Cursor = TypedSessionCursor<K, V>;

  TypedSessionStore(SessionStore& store, Serde<K> key, Serde<V> value)
      : store_(&store),
        codec_(std::make_unique<internal::StoreCodec<K, V>>(
            store.name(), std::move(key), std::move(value), store.row_format())) {}

  // Returns: the value of one session.
  std::optional<V> get(const K& key, Window session) {
    const NullableBytesView found = store_->get(codec_->key_bytes(key), session);
    if (!found.has_value()) {
      return std::nullopt;
    }
    V value{};
    codec_->decode_row(*found, value);
    return value;
  }
  // Null deletes the session. Both are logged with the timestamp of the record in hand. `headers`:
  // kept by stores that have room for them.
  void put(const K& key, Window session, const V* value, const Headers& headers = Headers::none()) {
    const Timestamp now = store_->context().timestamp;
    store_->put(codec_->key_bytes(key), session,
                value == nullptr ? std::nullopt
                                 : NullableBytesView(codec_->row_bytes(*value, now, headers)),
                now);
  }
  void remove(const K& key, Window session) { put(key, session, nullptr); }

  // Visits all sessions of a key.
  Cursor fetch(const K& key, Direction direction = Direction::forward) {
    return find_sessions(key, Timestamp(0), Timestamp::max(), direction);
  }
  // Visits the sessions of a key that end at `earliest_end` or later and start at `latest_start` or
  // earlier, by their end.
  Cursor find_sessions(const K& key, Timestamp earliest_end, Timestamp latest_start,
                       Direction direction = Direction::forward) {
    return cursor(
        store_->find_sessions(codec_->key_bytes(key), earliest_end, latest_start, direction));
  }
  // The same for keys in [key_from, key_to] (null = open); order: SessionStore::find_sessions.
  Cursor fetch_range(const K* key_from, const K* key_to, Direction direction = Direction::forward) {
    return find_sessions_range(key_from, key_to, Timestamp(0), Timestamp::max(), direction);
  }
  Cursor find_sessions_range(const K* key_from, const K* key_to, Timestamp earliest_end,
                             Timestamp latest_start, Direction direction = Direction::forward) {
    const std::optional<Bytes> lower = bytes_of(key_from);
    const std::optional<Bytes> upper = bytes_of(key_to);
    return cursor(
        store_->find_sessions(view(lower), view(upper), earliest_end, latest_start, direction));
  }
  // Visits the sessions of all keys with end in [earliest_end, latest_end], by their end.
  Cursor ended_between(Timestamp earliest_end, Timestamp latest_end) {
    return cursor(store_->ended_between(earliest_end, latest_end));
  }
  // The untyped store: retention, observed time, expired puts.
  [[nodiscard]] const SessionStore& store() const { return *store_; }

 protected:
  SessionStore* store_;
  std::unique_ptr<internal::StoreCodec<K, V>> codec_;  // at a fixed place: cursors refer to it

 private:
  Cursor cursor(std::unique_ptr<SessionCursor> rows) { return Cursor(std::move(rows), *codec_); }
  std::optional<Bytes> bytes_of(const K* key) {
    return key == nullptr ? std::nullopt : std::optional<Bytes>(codec_->key_bytes(*key));
  }
  static NullableBytesView view(const std::optional<Bytes>& bytes) {
    return bytes.has_value() ? NullableBytesView(*bytes) : std::nullopt;
  }
};

}  // namespace pawl

// SessionQueries: a typed read-only view of a session store for interactive queries:
// Application::session_store returns it. Source: ReadOnlySessionStore.
// Order: task after task, in the same order backward too; within a task segment by segment, within
// a segment by the bytes of key, end and start, and backward exactly the reverse
// (read_only_session_store.h). So the sessions of one key come by their end.
// Thread rule: each object on one thread; make one per thread. Errors: retriable (no part of the
// store is open on this instance now), fatal (a row does not fit the serde), corrupted_state.
#pragma once

#include <pawl/serde/serde.h>
#include <pawl/statestore/read_only_session_store.h>
#include <pawl/statestore/typed/read_only.h>

#include <functional>
#include <optional>
#include <utility>

namespace pawl {

template <class K, class V>
class SessionQueries {
 public:
  using Visit = std::function<bool(const K& key, Window session, const V& value)>;

  SessionQueries(ReadOnlySessionStore store, Serde<K> key, Serde<V> value)
      : store_(std::move(store)), key_(std::move(key)), value_(std::move(value)) {}

  [[nodiscard]] Result<std::optional<V>> get(const K& key, Window session) const {
    const std::optional<Bytes> row = PAWL_TRY(store_.get(key_.encode(key), session));
    if (!row.has_value()) {
      return std::optional<V>();
    }
    return std::optional<V>(
        PAWL_TRY(internal::decode_row(value_, *row, store_.row_format())).value);
  }
  // Visits the sessions of a key, until `visit` returns false.
  Result<void> fetch(const K& key, const Visit& visit,
                     Direction direction = Direction::forward) const {
    return fetch(&key, &key, visit, direction);
  }
  // The same for keys in [key_from, key_to] by their bytes, null = open.
  Result<void> fetch(const K* key_from, const K* key_to, const Visit& visit,
                     Direction direction = Direction::forward) const {
    return find_sessions(key_from, key_to, Timestamp(0), Timestamp::max(), visit, direction);
  }
  // The same for those that end at `earliest_end` or later and start at `latest_start` or earlier.
  Result<void> find_sessions(const K& key, Timestamp earliest_end, Timestamp latest_start,
                             const Visit& visit, Direction direction = Direction::forward) const {
    return find_sessions(&key, &key, earliest_end, latest_start, visit, direction);
  }
  Result<void> find_sessions(const K* key_from, const K* key_to, Timestamp earliest_end,
                             Timestamp latest_start, const Visit& visit,
                             Direction direction = Direction::forward) const {
    const std::optional<Bytes> lower = internal::bound_of(key_, key_from);
    const std::optional<Bytes> upper = internal::bound_of(key_, key_to);
    Result<void> decoded;
    PAWL_TRY(store_.find_sessions(
        internal::view_of(lower), internal::view_of(upper), earliest_end, latest_start,
        [&](BytesView key, Window session, BytesView row) {
          auto typed_key = key_.decode(key);
          auto typed_row = internal::decode_row(value_, row, store_.row_format());
          if (!typed_key.has_value() || !typed_row.has_value()) {
            decoded = typed_key.has_value() ? typed_row.error() : typed_key.error();
            return false;
          }
          return visit(*typed_key, session, typed_row->value);
        },
        direction));
    return decoded;
  }
  // The same for all keys.
  Result<void> all(const Visit& visit, Direction direction = Direction::forward) const {
    return fetch(nullptr, nullptr, visit, direction);
  }

 private:
  ReadOnlySessionStore store_;
  Serde<K> key_;
  Serde<V> value_;
};

}  // namespace pawl

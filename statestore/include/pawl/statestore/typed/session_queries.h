// SessionQueries: a typed read-only view of a session store for interactive queries:
// Application::session_store returns it. Thread rule: each object on one thread; make one per
// thread. Errors: retriable (no part of the store is open on this instance now), fatal (a row does
// not fit the serde), corrupted_state.
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
  // Visits the sessions of a key, in no promised order, until `visit` returns false.
  Result<void> fetch(const K& key, const Visit& visit) const {
    return find_sessions(key, Timestamp(0), Timestamp::max(), visit);
  }
  // The same for those that end at `earliest_end` or later and start at `latest_start` or earlier.
  Result<void> find_sessions(const K& key, Timestamp earliest_end, Timestamp latest_start,
                             const Visit& visit) const {
    const Bytes bytes = key_.encode(key);
    return find(NullableBytesView(bytes), earliest_end, latest_start, visit);
  }
  // The same for all keys.
  Result<void> all(const Visit& visit) const {
    return find(std::nullopt, Timestamp(0), Timestamp::max(), visit);
  }

 private:
  Result<void> find(NullableBytesView key, Timestamp earliest_end, Timestamp latest_start,
                    const Visit& visit) const {
    Result<void> decoded;
    PAWL_TRY(store_.find_sessions(key, key, earliest_end, latest_start,
                                  [&](BytesView key_bytes, Window session, BytesView row) {
                                    auto typed_key = key_.decode(key_bytes);
                                    auto typed_row =
                                        internal::decode_row(value_, row, store_.row_format());
                                    if (!typed_key.has_value() || !typed_row.has_value()) {
                                      decoded = typed_key.has_value() ? typed_row.error()
                                                                      : typed_key.error();
                                      return false;
                                    }
                                    return visit(*typed_key, session, typed_row->value);
                                  }));
    return decoded;
  }

  ReadOnlySessionStore store_;
  Serde<K> key_;
  Serde<V> value_;
};

}  // namespace pawl

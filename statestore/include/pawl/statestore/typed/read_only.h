// Typed read-only views for interactive queries: Application::key_value_store and window_store
// return them. Source: ReadOnlyKeyValueStore, ReadOnlyWindowStore. Thread rule: each object on one
// thread; make one per thread. Errors: retriable (no part of the store is open on this instance
// now), fatal (a row does not fit the serde), corrupted_state.
#pragma once

#include <pawl/model/sticky_stop.h>
#include <pawl/model/window.h>
#include <pawl/serde/serde.h>
#include <pawl/statestore/read_only_store.h>
#include <pawl/statestore/typed/store_codec.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pawl {

namespace internal {

// Decodes a row value; the timestamp is unknown() in plain stores.
template <class V>
Result<ValueAndTimestamp<V>> decode_row(const Serde<V>& serde, BytesView row, RowFormat format) {
  ValueAndTimestamp<V> result{{}, Timestamp::unknown()};
  if (format.headers) {
    const StickyStop of_the_query;
    try {
      row = behind_headers(row);
    } catch (const StoreFailure& failure) {
      return failure.error();
    }
  }
  if (format.timestamped) {
    if (row.size() < 8) {
      return Error{ErrorKind::corrupted_state, "a stored value has no timestamp"};
    }
    result.timestamp = Timestamp(big_endian::load_i64(row.data()));
    row.remove_prefix(8);
  }
  const Result<void> decoded = serde.decode(row, result.value);
  if (!decoded.has_value()) {
    return Error{ErrorKind::fatal,
                 "a stored value does not fit the serde: " + decoded.error().message};
  }
  return result;
}

// Bounds of keys, null = open.
template <class K>
std::optional<Bytes> bound_of(const Serde<K>& serde, const K* key) {
  return key == nullptr ? std::nullopt : std::optional<Bytes>(serde.encode(*key));
}
inline NullableBytesView view_of(const std::optional<Bytes>& bound) {
  return bound.has_value() ? NullableBytesView(*bound) : std::nullopt;
}

}  // namespace internal

template <class K, class V>
class KeyValueQueries {
 public:
  KeyValueQueries(ReadOnlyKeyValueStore store, Serde<K> key, Serde<V> value)
      : store_(std::move(store)), key_(std::move(key)), value_(std::move(value)) {}

  [[nodiscard]] Result<std::optional<ValueAndTimestamp<V>>> get(const K& key) const {
    const std::optional<Bytes> row = PAWL_TRY(store_.get(key_.encode(key)));
    if (!row.has_value()) {
      return std::optional<ValueAndTimestamp<V>>();
    }
    return std::optional(PAWL_TRY(internal::decode_row(value_, *row, store_.row_format())));
  }
  // About how many keys the store has here, all tasks together; on disk an estimate.
  [[nodiscard]] Result<std::uint64_t> approximate_entries() const {
    return store_.approximate_entries();
  }

  // Calls `visit(key, value)` for keys in [from, to] by their bytes, null = open, until it returns
  // false. Order: task after task, in the same order backward too; within a task by those bytes.
  Result<void> range(const K* from, const K* to,
                     const std::function<bool(const K&, const ValueAndTimestamp<V>&)>& visit,
                     Direction direction = Direction::forward) const {
    const std::optional<Bytes> lower = internal::bound_of(key_, from);
    const std::optional<Bytes> upper = internal::bound_of(key_, to);
    Result<void> decoded;
    PAWL_TRY(store_.range(internal::view_of(lower), internal::view_of(upper), direction,
                          [&](BytesView key, BytesView row) {
                            auto typed_key = key_.decode(key);
                            auto typed_row = internal::decode_row(value_, row, store_.row_format());
                            if (!typed_key.has_value() || !typed_row.has_value()) {
                              decoded =
                                  typed_key.has_value() ? typed_row.error() : typed_key.error();
                              return false;
                            }
                            return visit(*typed_key, *typed_row);
                          }));
    return decoded;
  }
  // The same for keys whose bytes start with `prefix`, forward.
  Result<void> prefix(
      BytesView prefix,
      const std::function<bool(const K&, const ValueAndTimestamp<V>&)>& visit) const {
    Result<void> decoded;
    PAWL_TRY(store_.prefix(prefix, [&](BytesView key, BytesView row) {
      auto typed_key = key_.decode(key);
      auto typed_row = internal::decode_row(value_, row, store_.row_format());
      if (!typed_key.has_value() || !typed_row.has_value()) {
        decoded = typed_key.has_value() ? typed_row.error() : typed_key.error();
        return false;
      }
      return visit(*typed_key, *typed_row);
    }));
    return decoded;
  }

 private:
  ReadOnlyKeyValueStore store_;
  Serde<K> key_;
  Serde<V> value_;
};

template <class K, class V>
class WindowQueries {
 public:
  using Visit =
      std::function<bool(const K& key, Timestamp start, const ValueAndTimestamp<V>& value)>;

  WindowQueries(ReadOnlyWindowStore store, Serde<K> key, Serde<V> value)
      : store_(std::move(store)), key_(std::move(key)), value_(std::move(value)) {}

  [[nodiscard]] Result<std::optional<ValueAndTimestamp<V>>> get(const K& key,
                                                                Timestamp start) const {
    const std::optional<Bytes> row = PAWL_TRY(store_.get(key_.encode(key), start));
    if (!row.has_value()) {
      return std::optional<ValueAndTimestamp<V>>();
    }
    return std::optional(PAWL_TRY(internal::decode_row(value_, *row, store_.row_format())));
  }
  // Visits the windows of a key with start in [from, to], in time order, until `visit` returns
  // false.
  Result<void> fetch(const K& key, Timestamp from, Timestamp to, const Visit& visit,
                     Direction direction = Direction::forward) const {
    Result<void> decoded;
    PAWL_TRY(store_.fetch(key_.encode(key), from, to, decoder(visit, decoded), direction));
    return decoded;
  }
  // The same for keys in [key_from, key_to] by their bytes, null = open. Order: task after task, in
  // the same order backward too; within a task segment by segment, within a segment by the bytes of
  // key and start, and backward exactly the reverse (ReadOnlyWindowStore).
  Result<void> fetch(const K* key_from, const K* key_to, Timestamp from, Timestamp to,
                     const Visit& visit, Direction direction = Direction::forward) const {
    const std::optional<Bytes> lower = internal::bound_of(key_, key_from);
    const std::optional<Bytes> upper = internal::bound_of(key_, key_to);
    Result<void> decoded;
    PAWL_TRY(store_.fetch(internal::view_of(lower), internal::view_of(upper), from, to,
                          decoder(visit, decoded), direction));
    return decoded;
  }
  // The same for all keys.
  Result<void> fetch_all(Timestamp from, Timestamp to, const Visit& visit,
                         Direction direction = Direction::forward) const {
    return fetch(nullptr, nullptr, from, to, visit, direction);
  }
  // The same for all windows.
  Result<void> all(const Visit& visit, Direction direction = Direction::forward) const {
    return fetch_all(Timestamp(0), Timestamp::max(), visit, direction);
  }

 private:
  ReadOnlyWindowStore::Visit decoder(const Visit& visit, Result<void>& decoded) const {
    return [this, &visit, &decoded](BytesView key, Timestamp start, BytesView row) {
      auto typed_key = key_.decode(key);
      auto typed_row = internal::decode_row(value_, row, store_.row_format());
      if (!typed_key.has_value() || !typed_row.has_value()) {
        decoded = typed_key.has_value() ? typed_row.error() : typed_key.error();
        return false;
      }
      return visit(*typed_key, start, *typed_row);
    };
  }
  ReadOnlyWindowStore store_;
  Serde<K> key_;
  Serde<V> value_;
};

}  // namespace pawl

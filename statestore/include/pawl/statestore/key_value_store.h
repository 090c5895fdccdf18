// KeyValueStore: keys to values, in bytes, ordered by unsigned key bytes. Typed access:
// statestore/typed. Thread rule: owner thread only.
#pragma once

#include <pawl/statestore/state_store.h>
#include <pawl/statestore/store_iterator.h>

#include <memory>

namespace pawl {

class KeyValueStore : public StateStore {
 public:
  // Returns: the value, or nothing. Lifetime: until the next call on this store.
  virtual NullableBytesView get(BytesView key) = 0;

  // Writes a value; null deletes the key. An empty value is a value.
  // `logged_at`: the timestamp of the changelog record; plain stores pass the timestamp of the
  // record in hand.
  virtual void put(BytesView key, NullableBytesView value, Timestamp logged_at) = 0;
  // The same; where each write is logged at once, the changelog record has these headers.
  virtual void put_with_headers(BytesView key, NullableBytesView value, Timestamp logged_at,
                                const Headers& headers) = 0;

  // Visits keys in [from, to], both inclusive; an absent bound is open. `from` above `to`: nothing.
  virtual std::unique_ptr<KeyValueCursor> range(NullableBytesView from, NullableBytesView to,
                                                Direction direction) = 0;
  // Visits keys that start with `prefix`.
  virtual std::unique_ptr<KeyValueCursor> prefix(BytesView prefix) = 0;

  // Returns: about how many keys there are; exact for in-memory stores without open writes.
  virtual std::uint64_t approximate_entries() = 0;

  // Whether row values begin with the timestamp of the record that made them
  // (StoreSpec::timestamped).
  [[nodiscard]] virtual bool timestamped_rows() const = 0;
  // The record in hand.
  [[nodiscard]] virtual const WriteContext& context() const = 0;
};

}  // namespace pawl

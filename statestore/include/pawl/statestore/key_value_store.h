// KeyValueStore: keys to values, in bytes, ordered by unsigned key bytes. Typed access:
// statestore/typed. Thread rule: owner thread only.
#pragma once

#include <pawl/statestore/state_store.h>
#include <pawl/statestore/store_iterator.h>
#include <pawl/statestore/store_spec.h>

#include <memory>

namespace pawl {

// What became of a write. Other than `latest`: only in versioned stores.
enum class PutOutcome {
  latest,      // reads see it
  historical,  // a later version of the key is there; reads as of an earlier time see it
  expired,     // older than the history that is kept: not stored
};

class KeyValueStore : public StateStore {
 public:
  // Returns: the value, or nothing. Lifetime: until the next call on this store.
  virtual NullableBytesView get(BytesView key) = 0;
  // Returns: the value as it was at a time; in a store that keeps no versions, get(key).
  virtual NullableBytesView get_as_of(BytesView key, Timestamp /*time*/) { return get(key); }
  [[nodiscard]] virtual bool versioned() const { return false; }

  // Writes a value; null deletes the key. An empty value is a value.
  // `logged_at`: the timestamp of the changelog record; plain stores pass the timestamp of the
  // record in hand. In a versioned store it is the version's time.
  virtual PutOutcome put(BytesView key, NullableBytesView value, Timestamp logged_at) = 0;

  // Visits keys in [from, to], both inclusive; an absent bound is open. `from` above `to`: nothing.
  virtual std::unique_ptr<KeyValueCursor> range(NullableBytesView from, NullableBytesView to,
                                                Direction direction) = 0;
  // Visits keys that start with `prefix`.
  virtual std::unique_ptr<KeyValueCursor> prefix(BytesView prefix) = 0;

  // Returns: about how many keys there are; exact for in-memory stores without open writes.
  virtual std::uint64_t approximate_entries() = 0;

  // What stands in front of the values.
  [[nodiscard]] virtual RowFormat row_format() const = 0;
  // The record in hand.
  [[nodiscard]] virtual const WriteContext& context() const = 0;
};

}  // namespace pawl

// WindowStore: (key, window start) to value, in bytes. Rows older than the retention period,
// counted back from the latest start ever put ("observed time"), are hidden, and their space is
// freed a segment at a time. Source: WindowStore, AbstractRocksDBSegmentedBytesStore (KIP-328
// retention rule: visible is start > observed - retention). Thread rule: owner thread only.
#pragma once

#include <pawl/statestore/state_store.h>
#include <pawl/statestore/store_iterator.h>

#include <chrono>
#include <memory>

namespace pawl {

class WindowStore : public StateStore {
 public:
  // Writes the value of a window; null deletes it. In a store that keeps duplicates every put adds
  // a row and null does nothing. A put older than the retention period is not stored;
  // `expired_puts()` counts it. Requires: `start` is not negative (std::invalid_argument).
  virtual void put(BytesView key, NullableBytesView value, Timestamp start,
                   Timestamp logged_at) = 0;
  // The headers kept with a value (StoreSpec::headers). Stores without them drop and return none.
  virtual void put_with_headers(BytesView key, NullableBytesView value, Timestamp start,
                                Timestamp logged_at, const Headers& /*headers*/) {
    put(key, value, start, logged_at);
  }
  virtual Headers headers_of(BytesView /*key*/, Timestamp /*start*/) { return {}; }

  // Returns: the value of one window, or nothing; always nothing in a store that keeps duplicates,
  // whose windows have no single value: fetch() them. Lifetime: until the next call on this store.
  virtual NullableBytesView get(BytesView key, Timestamp start) = 0;

  // Visits the windows of one key with start in [from, to], in time order.
  virtual std::unique_ptr<WindowCursor> fetch(BytesView key, Timestamp from, Timestamp to,
                                              Direction direction) = 0;
  // Visits the windows of keys in [key_from, key_to] (absent = open) with start in [from, to].
  // Order: as Kafka Streams: on disk segment by segment, within it by key, then time; in memory by
  // time, then key.
  virtual std::unique_ptr<WindowCursor> fetch_range(NullableBytesView key_from,
                                                    NullableBytesView key_to, Timestamp from,
                                                    Timestamp to, Direction direction) = 0;

  // Visits the windows of all keys with start in [from, to], in the order of (start, key).
  virtual std::unique_ptr<WindowCursor> fetch_by_time(Timestamp from, Timestamp to) = 0;

  // Returns: whether any window of `key` starts in [from, to]. Cheaper than fetch: no cursor,
  // filters first.
  virtual bool contains(BytesView key, Timestamp from, Timestamp to) = 0;

  // The latest start ever put; unknown() when nothing was.
  [[nodiscard]] virtual Timestamp observed_time() const = 0;
  [[nodiscard]] virtual std::chrono::milliseconds retention() const = 0;
  // How many puts were older than the retention period since the store was opened.
  [[nodiscard]] virtual std::uint64_t expired_puts() const = 0;

  // Whether row values begin with the timestamp of the record that made them
  // (StoreSpec::timestamped).
  [[nodiscard]] virtual bool timestamped_rows() const = 0;
  // The record in hand.
  [[nodiscard]] virtual const WriteContext& context() const = 0;
};

}  // namespace pawl

// SessionStore: (key, session) to value, in bytes. A session is a closed span of time [start, end].
// Sessions whose end is older than the retention period, counted back from the latest end ever put
// ("observed time"), are hidden, and their space is freed a segment at a time. Source:
// SessionStore, RocksDBSessionStore, InMemorySessionStore. Thread rule: owner thread only.
#pragma once

#include <pawl/model/window.h>
#include <pawl/statestore/state_store.h>
#include <pawl/statestore/store_iterator.h>

#include <cstdint>
#include <memory>

namespace pawl {

class SessionStore : public StateStore {
 public:
  // Writes the value of a session; null deletes it. A put older than the retention period is not
  // stored; `expired_puts()` counts it. Requires: 0 <= start <= end (std::invalid_argument).
  virtual void put(BytesView key, Window session, NullableBytesView value, Timestamp logged_at) = 0;

  // Returns: the value of one session, or nothing. Lifetime: until the next call on this store.
  virtual NullableBytesView get(BytesView key, Window session) = 0;

  // Visits the sessions of one key that end at `earliest_end` or later and start at `latest_start`
  // or earlier, by their end.
  virtual std::unique_ptr<SessionCursor> find_sessions(BytesView key, Timestamp earliest_end,
                                                       Timestamp latest_start,
                                                       Direction direction) = 0;
  // The same for keys in [key_from, key_to] (absent = open). Order: as Kafka Streams: on disk
  // segment by segment, within it by key, then end; in memory by end, then key.
  virtual std::unique_ptr<SessionCursor> find_sessions(NullableBytesView key_from,
                                                       NullableBytesView key_to,
                                                       Timestamp earliest_end,
                                                       Timestamp latest_start,
                                                       Direction direction) = 0;
  // Visits the sessions of all keys with end in [earliest_end, latest_end], by their end, those
  // behind the retention too as long as their segment is there.
  virtual std::unique_ptr<SessionCursor> ended_between(Timestamp earliest_end,
                                                       Timestamp latest_end) = 0;

  // The latest end ever put; unknown() when nothing was.
  [[nodiscard]] virtual Timestamp observed_time() const = 0;
  [[nodiscard]] virtual std::chrono::milliseconds retention() const = 0;
  // How many puts were older than the retention period since the store was opened.
  [[nodiscard]] virtual std::uint64_t expired_puts() const = 0;
  // The record in hand.
  [[nodiscard]] virtual const WriteContext& context() const = 0;
};

}  // namespace pawl

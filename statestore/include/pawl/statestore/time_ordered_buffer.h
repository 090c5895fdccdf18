// TimeOrderedBuffer: changes that wait for their time, ordered by (buffer time, key bytes); at most
// one per key. The store behind suppress. In memory, restored completely from its changelog.
//
// Invariants
//   1. A key that is buffered again keeps its buffer time and its prior value; everything else is
//   replaced.
//   2. An abort leaves exactly the committed content: every change of the transaction is undone
//   from a log of the
//      previous states, so nothing has to be restored.
// Source: KIP-328, InMemoryTimeOrderedKeyValueChangeBuffer; changelog bytes:
// docs/formats/suppress_buffer.md. Thread rule: owner thread only.
#pragma once

#include <pawl/model/headers.h>
#include <pawl/model/ids.h>
#include <pawl/statestore/state_store.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace pawl {

// Where the record came from whose result is buffered; it is emitted with this again.
// Lifetime: `topic` as the buffer, see TimeOrderedBuffer::intern.
struct BufferedContext {
  Timestamp timestamp;
  Offset offset{-1};
  std::string_view topic;
  PartitionId partition{-1};
  Headers headers;
};

// A change of a table's value, in bytes.
struct BufferedChange {
  std::optional<Bytes> prior;      // the table's value when the key was first buffered
  std::optional<Bytes> old_value;  // before the last update
  std::optional<Bytes> new_value;
  BufferedContext context;
};

class TimeOrderedBuffer : public StateStore {
 public:
  // Returns: a copy of the topic name that lives as long as the buffer; the same one for equal
  // names.
  virtual std::string_view intern(std::string_view topic) = 0;

  // Buffers a change; `change.prior` is ignored: the buffer knows it.
  virtual void put(Timestamp buffer_time, BytesView key, BufferedChange change) = 0;

  // Removes the entries with buffer time <= `bound` in order, handing each to `emit` first.
  virtual void evict_until(
      Timestamp bound, const std::function<void(BytesView key, const BufferedChange&)>& emit) = 0;

  // Removes the first entry in order, handing it to `emit` first. Requires: there is one.
  virtual void evict_first(
      const std::function<void(BytesView key, const BufferedChange&)>& emit) = 0;

  // Returns: the buffered change of a key, or null. Lifetime: until the next call.
  virtual const BufferedChange* find(BytesView key) = 0;

  [[nodiscard]] virtual std::size_t records() const = 0;
  // As Kafka Streams counts bytes for BufferConfig.maxBytes.
  [[nodiscard]] virtual std::size_t bytes() const = 0;
  // Returns: the earliest buffer time; Timestamp::max() when empty.
  [[nodiscard]] virtual Timestamp earliest() const = 0;
};

}  // namespace pawl

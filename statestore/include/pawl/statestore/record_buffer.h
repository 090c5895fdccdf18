// RecordBuffer: records that wait for their time, in a plain key-value store: the store of a
// stream-table join with grace. Any number of records per key; they leave in the order (timestamp,
// key bytes, order of arrival).
//   key   := 00 ‖ i64 timestamp ‖ key ‖ i32 sequence
//   value := as in the changelog of a suppress buffer, without prior and old value, buffer time 0
// (docs/formats/record_buffer.md). The changelog records have these bytes and no timestamp.
// Source: RocksDBTimeOrderedKeyValueBuffer (KIP-923). Thread rule: owner thread only. Lifetime: as
// its store.
#pragma once

#include <pawl/statestore/key_value_store.h>
#include <pawl/statestore/time_ordered_buffer.h>

#include <cstdint>
#include <functional>

namespace pawl {

class RecordBuffer {
 public:
  // Reads the whole store once: a sequence number must not be given twice.
  explicit RecordBuffer(KeyValueStore& store);

  // Buffers a record at its own time, `context.timestamp`.
  void put(BytesView key, BytesView value, BufferedContext context);

  // Removes the records with timestamp <= `bound` in order, handing each to `emit`. `from`: there
  // is none of an earlier time; so those that have left already are not passed by again. One for
  // which `emit` throws stays.
  // Lifetime: what `emit` gets is valid until it returns.
  using Emit = std::function<void(BytesView key, BytesView value, const BufferedContext& context)>;
  void evict(Timestamp from, Timestamp bound, const Emit& emit);

 private:
  KeyValueStore& store_;
  std::int32_t sequence_ = 0;
  Bytes key_;
  Bytes value_;
};

}  // namespace pawl

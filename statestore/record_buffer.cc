#include "codec/buffered_change.h"

#include <pawl/statestore/record_buffer.h>

#include <algorithm>
#include <string>
#include <utility>

namespace pawl {
namespace {

constexpr char kTimeFirst = '\0';
constexpr std::size_t kPrefixSize = 9;
constexpr std::size_t kSequenceSize = 4;

std::int32_t sequence_in(BytesView row_key, const std::string& store) {
  if (row_key.size() < kPrefixSize + kSequenceSize) {
    throw StoreFailure({ErrorKind::corrupted_state, "store " + store + ": a key of " +
                                                        std::to_string(row_key.size()) +
                                                        " bytes is none of a buffered record"});
  }
  return big_endian::load_i32(row_key.data() + row_key.size() - kSequenceSize);
}

}  // namespace

RecordBuffer::RecordBuffer(KeyValueStore& store) : store_(store) {
  for (auto row = store_.range(std::nullopt, std::nullopt, Direction::forward); row->valid();
       row->next()) {
    sequence_ = std::max(sequence_, sequence_in(row->key(), store_.name()));
  }
}

void RecordBuffer::put(BytesView key, BytesView value, BufferedContext context) {
  sequence_ = static_cast<std::int32_t>((static_cast<std::uint32_t>(sequence_) + 1U) & 0x7fffffffU);
  key_.assign(1, kTimeFirst);
  big_endian::append_i64(context.timestamp.value(), key_);
  key_ += key;
  big_endian::append_i32(sequence_, key_);
  internal::TimedChange timed;
  timed.buffer_time = Timestamp(0);
  timed.change.new_value.emplace(value);
  timed.change.context = std::move(context);
  internal::encode_buffered_change(timed, value_);
  store_.put(key_, NullableBytesView(value_), Timestamp::unknown());
}

void RecordBuffer::evict(Timestamp from, Timestamp bound, const Emit& emit) {
  Bytes first(1, kTimeFirst);
  big_endian::append_i64(std::max(from, Timestamp(0)).value(), first);
  for (auto row = store_.range(NullableBytesView(first), std::nullopt, Direction::forward);
       row->valid(); row->next()) {
    const Bytes row_key(row->key());
    if (Timestamp(big_endian::load_i64(row_key.data() + 1)) > bound) {
      return;
    }
    const Bytes row_value(row->value());
    const Result<internal::TimedChange> timed = internal::decode_buffered_change(
        {row_key, NullableBytesView(row_value), Timestamp::unknown(),
         &internal::buffered_change_headers()});
    if (!timed.has_value() || !timed->change.new_value.has_value()) {
      throw StoreFailure({ErrorKind::corrupted_state,
                          "store " + store_.name() + ": a buffered record cannot be read"});
    }
    const BytesView key =
        BytesView(row_key).substr(kPrefixSize, row_key.size() - kPrefixSize - kSequenceSize);
    emit(key, *timed->change.new_value, timed->change.context);
    store_.put(row_key, std::nullopt, Timestamp::unknown());
  }
}

}  // namespace pawl

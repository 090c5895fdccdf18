// A row value with the timestamp of the record that made it: timestamped := i64 timestamp ‖ value.
// The changelog carries `value` alone, and the timestamp as the record's own (Source:
// ValueAndTimestampSerializer). Thread rule: values.
#pragma once

#include <pawl/model/assert.h>
#include <pawl/model/bytes.h>
#include <pawl/model/timestamp.h>

namespace pawl::internal {

inline constexpr std::size_t kTimestampSize = 8;

inline Timestamp timestamp_of(BytesView row_value) {
  PAWL_ASSERT(row_value.size() >= kTimestampSize, row_value.size());
  return Timestamp(big_endian::load_i64(row_value.data()));
}
inline BytesView plain_value_of(BytesView row_value) {
  PAWL_ASSERT(row_value.size() >= kTimestampSize, row_value.size());
  return row_value.substr(kTimestampSize);
}
// Overwrites `out`.
inline void encode_timestamped(Timestamp timestamp, BytesView value, Bytes& out) {
  out.resize(kTimestampSize);
  big_endian::store_i64(timestamp.value(), out.data());
  out += value;
}

}  // namespace pawl::internal

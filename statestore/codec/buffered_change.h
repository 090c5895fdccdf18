// The changelog value of a suppress buffer, version 3 (Source: BufferValue.serialize,
// ProcessorRecordContext.serialize):
//   value   := context ‖ prior ‖ old ‖ new ‖ i64 buffer time          header "v" = 03
//   context := i64 timestamp ‖ i64 offset ‖ i32 len ‖ topic ‖ i32 partition ‖ i32 headers ‖ header*
//   header  := i32 len ‖ name ‖ i32 len (-1 = null) ‖ value
//   prior, new := i32 len (-1 = null) ‖ bytes ;  old := the same, or i32 -2 = equal to prior
// Older versions are read as well: 0 (no header "v"), 1, 2, and version 3 mislabelled as 2
// (Kafka 2.4.0, 2.4.1, 2.5.0). Thread rule: values.
#pragma once

#include <pawl/model/result.h>
#include <pawl/statestore/changelog.h>
#include <pawl/statestore/time_ordered_buffer.h>

namespace pawl::internal {

struct TimedChange {
  Timestamp buffer_time;
  BufferedChange change;
};

// Overwrites `out` with the version 3 bytes.
void encode_buffered_change(const TimedChange& timed, Bytes& out);

// Errors: corrupted_state when the bytes are none of the known versions.
// Lifetime: the context's topic views the record's value.
Result<TimedChange> decode_buffered_change(const ChangelogRecord& record);

// Returns: the header list that marks version 3.
const Headers& buffered_change_headers();

}  // namespace pawl::internal

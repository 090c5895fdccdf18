// Keys of session rows. Three forms:
//   changelog   := key ‖ i64 end ‖ i64 start              (Source: SessionKeySchema)
//   key_first   := the same bytes
//   time_first  := 00 ‖ i64 end ‖ i64 start ‖ key          and, with an index by key,
//   index       := 01 ‖ key ‖ i64 end ‖ i64 start          (Source: PrefixedSessionKeySchemas)
// Integers are big-endian; times are never negative. Thread rule: values.
#pragma once

#include <pawl/model/bytes.h>
#include <pawl/model/window.h>
#include <pawl/statestore/store_spec.h>

#include <cstddef>
#include <optional>

namespace pawl::internal {

struct SessionRow {
  BytesView key;
  Window session;
};

inline constexpr std::size_t kSessionSuffixSize = 16;

// Overwrites `out` with the changelog form.
void encode_session_key(const SessionRow& row, Bytes& out);
// Returns: the parts, viewing `bytes`, or nothing when there are fewer than 16 bytes.
std::optional<SessionRow> decode_session_key(BytesView bytes);

// The bounds of all sessions of keys in [from, to] that start at `latest_start` or earlier, in
// key_first form. `shortest_key`: no key is shorter. Overwrites `out`. Source: OrderedBytes, where
// it is 1.
void session_lower_bound(BytesView key_from, Bytes& out);
void session_upper_bound(BytesView key_to, Timestamp latest_start, std::size_t shortest_key,
                         Bytes& out);

void encode_time_first_session(const SessionRow& row, Bytes& out);
SessionRow decode_time_first_session(BytesView bytes);
void encode_session_index(const SessionRow& row, Bytes& out);
SessionRow decode_session_index(BytesView bytes);
[[nodiscard]] inline bool is_session_index(BytesView row) {
  return !row.empty() && row.front() == '\x01';
}

}  // namespace pawl::internal

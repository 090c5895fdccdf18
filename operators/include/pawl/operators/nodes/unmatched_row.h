// Rows of the store in which a left or outer join keeps what has met none yet; the same bytes in
// its changelog:
//   key   := i64 timestamp | side (1 left, 0 right) | key bytes
//   value := 1 | i32 count | (i32 size | element)*      element := side | value bytes
// Integers are big-endian, so rows are visited by time, right before left, then key. Source:
// TimestampedKeyAndJoinSideSerializer, LeftOrRightValueSerializer, ListSerializer; format:
// docs/formats/unmatched_row.md. Thread rule: functions of their arguments.
#pragma once

#include <pawl/model/bytes.h>
#include <pawl/model/timestamp.h>

#include <optional>
#include <vector>

namespace pawl::internal {

enum class JoinSide : unsigned char { right = 0, left = 1 };

struct UnmatchedKey {
  Timestamp timestamp;
  JoinSide side;
  BytesView key;
};

// Overwrites `out`.
void encode_unmatched_key(const UnmatchedKey& key, Bytes& out);
// Returns: the parts, viewing `bytes`, or nothing when they are no such key.
std::optional<UnmatchedKey> decode_unmatched_key(BytesView bytes);

// Adds an element to a row: `row` is empty for a row that is not there yet. Returns: false, and
// leaves it as it is, when it is no such row.
[[nodiscard]] bool append_unmatched_value(JoinSide side, BytesView value, Bytes& row);
// Returns: the values without their sides, viewing `row`, or nothing when it is no such row.
std::optional<std::vector<BytesView>> decode_unmatched_values(BytesView row);

}  // namespace pawl::internal

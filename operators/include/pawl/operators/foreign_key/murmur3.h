// murmur3_128: the hash of left values in foreign-key joins: Murmur3 with 128 bits for x64, seed
// 104729, as Java computes it.
// Source: org.apache.kafka.streams.state.internals.Murmur3.hash128. Thread rule: any thread.
#pragma once

#include <pawl/model/bytes.h>

#include <cstdint>

namespace pawl::internal {

struct Hash128 {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend bool operator==(const Hash128&, const Hash128&) = default;
};

Hash128 murmur3_128(BytesView data);

}  // namespace pawl::internal

// BytesHash: hash of keys in memory tables (XXH3, seeded per process start so that keys chosen by
// an outsider cannot be made to collide on purpose). Never written anywhere: partitions are chosen
// by murmur2 in the engine.
#pragma once

#include <pawl/model/bytes.h>

#include <cstdint>

namespace pawl::internal {

std::uint64_t hash_bytes(BytesView bytes);

struct BytesHash {
  using is_avalanching = void;  // tells boost's flat map not to mix the bits again
  std::size_t operator()(BytesView bytes) const noexcept { return hash_bytes(bytes); }
};

}  // namespace pawl::internal

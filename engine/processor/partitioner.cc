#include <pawl/engine/partitioner.h>
#include <pawl/model/assert.h>

namespace pawl {

std::int32_t murmur2(BytesView key) {
  constexpr std::uint32_t kSeed = 0x9747b28c;
  constexpr std::uint32_t kMultiplier = 0x5bd1e995;
  const auto byte = [&](std::size_t at) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(key[at]));
  };
  const std::size_t blocks = key.size() / 4;
  std::uint32_t hash = kSeed ^ static_cast<std::uint32_t>(key.size());
  for (std::size_t block = 0; block < blocks; ++block) {
    const std::size_t at = block * 4;
    std::uint32_t k = byte(at) | byte(at + 1) << 8U | byte(at + 2) << 16U | byte(at + 3) << 24U;
    k *= kMultiplier;
    k ^= k >> 24U;
    k *= kMultiplier;
    hash *= kMultiplier;
    hash ^= k;
  }
  const std::size_t rest = blocks * 4;
  switch (key.size() % 4) {
    case 3:
      hash ^= byte(rest + 2) << 16U;
      [[fallthrough]];
    case 2:
      hash ^= byte(rest + 1) << 8U;
      [[fallthrough]];
    case 1:
      hash ^= byte(rest);
      hash *= kMultiplier;
      break;
    default:
      break;
  }
  hash ^= hash >> 13U;
  hash *= kMultiplier;
  hash ^= hash >> 15U;
  return static_cast<std::int32_t>(hash);
}

PartitionId partition_of_key(BytesView key, std::int32_t partitions) {
  PAWL_ASSERT(partitions > 0, partitions);
  return PartitionId((murmur2(key) & 0x7fffffff) % partitions);
}

}  // namespace pawl

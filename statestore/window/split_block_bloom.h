// SplitBlockBloom: a Bloom filter whose probes stay within one 32-byte block, so that a lookup
// costs one cache line. Never forgets a key; says "maybe" for about one absent key in 200 at 12
// bits per key. Source: Putze, Sanders, Singler, "Cache-, Hash- and Space-Efficient Bloom Filters"
// (2007); the block form of Parquet. Thread rule: owner thread only.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace pawl::internal {

class SplitBlockBloom {
 public:
  // Sized for `keys` keys at 12 bits each.
  explicit SplitBlockBloom(std::size_t keys) : blocks_(keys * 12 / 256 + 1) {}

  void add(std::uint64_t hash) {
    Block& block = blocks_[block_of(hash)];
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      block[lane] |= bit(hash, lane);
    }
  }
  [[nodiscard]] bool may_contain(std::uint64_t hash) const {
    const Block& block = blocks_[block_of(hash)];
    std::uint32_t missing = 0;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      missing |= bit(hash, lane) & ~block[lane];
    }
    return missing == 0;
  }
  [[nodiscard]] std::size_t used_bytes() const { return blocks_.size() * sizeof(Block); }

 private:
  static constexpr std::size_t kLanes = 8;
  using Block = std::array<std::uint32_t, kLanes>;
  static constexpr std::array<std::uint32_t, kLanes> kSalts = {
      0x47b6137bU, 0x44974d91U, 0x8824ad5bU, 0xa2b7289dU,
      0x705495c7U, 0x2df1424bU, 0x9efc4947U, 0x5c6bfb31U};

  [[nodiscard]] std::size_t block_of(std::uint64_t hash) const {
    return static_cast<std::size_t>(((hash >> 32U) * blocks_.size()) >> 32U);
  }
  static std::uint32_t bit(std::uint64_t hash, std::size_t lane) {
    return 1U << ((static_cast<std::uint32_t>(hash) * kSalts[lane]) >> 27U);
  }

  std::vector<Block> blocks_;
};

}  // namespace pawl::internal

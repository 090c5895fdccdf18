#include <pawl/operators/foreign_key/murmur3.h>

#include <bit>
#include <cstring>

namespace pawl::internal {
namespace {

constexpr std::uint64_t kSeed = 104'729;
constexpr std::uint64_t kFactor1 = 0x87c37b91114253d5ULL;
constexpr std::uint64_t kFactor2 = 0x4cf5ad432745937fULL;
constexpr std::size_t kBlockSize = 16;
constexpr std::size_t kHalfSize = 8;

static_assert(std::endian::native == std::endian::little);

// Little-endian; bytes that are missing count as 0.
std::uint64_t load(BytesView bytes) {
  std::uint64_t value = 0;
  std::memcpy(&value, bytes.data(), bytes.size());
  return value;
}

std::uint64_t mix1(std::uint64_t half) {
  return std::rotl(half * kFactor1, 31) * kFactor2;
}
std::uint64_t mix2(std::uint64_t half) {
  return std::rotl(half * kFactor2, 33) * kFactor1;
}

std::uint64_t finished(std::uint64_t hash) {
  hash = (hash ^ (hash >> 33U)) * 0xff51afd7ed558ccdULL;
  hash = (hash ^ (hash >> 33U)) * 0xc4ceb9fe1a85ec53ULL;
  return hash ^ (hash >> 33U);
}

}  // namespace

Hash128 murmur3_128(BytesView data) {
  const std::size_t size = data.size();
  Hash128 hash{kSeed, kSeed};
  for (; data.size() >= kBlockSize; data.remove_prefix(kBlockSize)) {
    hash.high ^= mix1(load(data.substr(0, kHalfSize)));
    hash.high = (std::rotl(hash.high, 27) + hash.low) * 5 + 0x52dce729U;
    hash.low ^= mix2(load(data.substr(kHalfSize, kHalfSize)));
    hash.low = (std::rotl(hash.low, 31) + hash.high) * 5 + 0x38495ab5U;
  }
  if (data.size() > kHalfSize) {
    hash.low ^= mix2(load(data.substr(kHalfSize)));
  }
  if (!data.empty()) {
    hash.high ^= mix1(load(data.substr(0, kHalfSize)));
  }
  hash.high ^= size;
  hash.low ^= size;
  hash.high += hash.low;
  hash.low += hash.high;
  hash.high = finished(hash.high);
  hash.low = finished(hash.low);
  hash.high += hash.low;
  hash.low += hash.high;
  return hash;
}

}  // namespace pawl::internal

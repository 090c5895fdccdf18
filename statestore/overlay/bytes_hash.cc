#include "overlay/bytes_hash.h"

#include <random>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace pawl::internal {
namespace {

const std::uint64_t kSeed =
    std::random_device{}();  // NOLINT(cert-err58-cpp): hashing only, never visible

}  // namespace

std::uint64_t hash_bytes(BytesView bytes) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), kSeed);
}

}  // namespace pawl::internal

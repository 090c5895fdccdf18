// Kafka's variable-length signed integers: zigzag, seven bits per byte, the lowest first.
// Source: org.apache.kafka.common.utils.ByteUtils.writeVarint, readVarint. Thread rule: any thread.
#pragma once

#include <pawl/model/bytes.h>

#include <cstdint>
#include <optional>

namespace pawl::internal {

inline void append_zigzag(std::int32_t value, Bytes& out) {
  auto rest = (static_cast<std::uint32_t>(value) << 1U) ^ static_cast<std::uint32_t>(value >> 31);
  while (rest >= 0x80U) {
    out += static_cast<char>((rest & 0x7fU) | 0x80U);
    rest >>= 7U;
  }
  out += static_cast<char>(rest);
}

// Takes an integer from the front of `bytes`. Returns: nothing when there is none.
inline std::optional<std::int32_t> take_zigzag(BytesView& bytes) {
  constexpr unsigned kBitsMax = 35;
  std::uint32_t read = 0;
  for (unsigned bits = 0; bits < kBitsMax && !bytes.empty(); bits += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    read |= static_cast<std::uint32_t>(byte & 0x7fU) << bits;
    if ((byte & 0x80U) == 0) {
      return static_cast<std::int32_t>((read >> 1U) ^ (~(read & 1U) + 1U));
    }
  }
  return std::nullopt;
}

}  // namespace pawl::internal

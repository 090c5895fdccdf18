// Bytes and BytesView: owned and borrowed raw bytes (keys, values, store rows), and big-endian
// integers in them. Comparison is by unsigned bytes, as Kafka, RocksDB and Kafka Streams compare
// keys. Thread rule: values. Lifetime: a BytesView is valid as long as the function that returned
// it says.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace pawl {

using Bytes = std::string;
using BytesView = std::string_view;

// Bytes that may be Kafka's null (a tombstone, a record without a key).
using NullableBytesView = std::optional<BytesView>;

namespace big_endian {

template <class Unsigned>
constexpr Unsigned swapped(Unsigned value) {
  if constexpr (sizeof(Unsigned) == 8) {
    return __builtin_bswap64(value);
  } else if constexpr (sizeof(Unsigned) == 4) {
    return __builtin_bswap32(value);
  } else {
    return __builtin_bswap16(value);
  }
}

// Writes `value` to `out`, 8 bytes, most significant first.
inline void store_i64(std::int64_t value, char* out) {
  const std::uint64_t bits = swapped(static_cast<std::uint64_t>(value));
  std::memcpy(out, &bits, sizeof bits);
}
inline void store_i32(std::int32_t value, char* out) {
  const std::uint32_t bits = swapped(static_cast<std::uint32_t>(value));
  std::memcpy(out, &bits, sizeof bits);
}

inline std::int64_t load_i64(const char* from) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, from, sizeof bits);
  return static_cast<std::int64_t>(swapped(bits));
}
inline std::int32_t load_i32(const char* from) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, from, sizeof bits);
  return static_cast<std::int32_t>(swapped(bits));
}

inline void append_i64(std::int64_t value, Bytes& out) {
  char buffer[8];  // NOLINT(modernize-avoid-c-arrays): written through a pointer
  store_i64(value, buffer);
  out.append(buffer, sizeof buffer);
}
inline void append_i32(std::int32_t value, Bytes& out) {
  char buffer[4];  // NOLINT(modernize-avoid-c-arrays): written through a pointer
  store_i32(value, buffer);
  out.append(buffer, sizeof buffer);
}

}  // namespace big_endian
}  // namespace pawl

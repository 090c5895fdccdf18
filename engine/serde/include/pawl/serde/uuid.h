// Uuid: 128 bits that name something. Its serde writes the text of 36 characters, in lower case, as
// Kafka's does, and reads either case. Ordered as its bytes, which is the order of its text.
// Source: UUIDSerializer, UUIDDeserializer. Thread rule: a value.
#pragma once

#include <pawl/serde/serde.h>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>

namespace pawl {

struct Uuid {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  // Returns: the UUID of a text such as 123e4567-e89b-12d3-a456-426614174000, or nothing.
  static std::optional<Uuid> parse(std::string_view text);

  friend auto operator<=>(const Uuid&, const Uuid&) = default;
};

std::string to_string(const Uuid& uuid);
std::ostream& operator<<(std::ostream& out, const Uuid& uuid);

namespace serde {

Serde<Uuid> uuid();

}  // namespace serde

template <>
struct DefaultSerde<Uuid> {
  static Serde<Uuid> make() { return serde::uuid(); }
};

}  // namespace pawl

template <>
struct std::hash<pawl::Uuid> {
  std::size_t operator()(const pawl::Uuid& uuid) const noexcept {
    return static_cast<std::size_t>(uuid.high * 0x9e3779b97f4a7c15ULL ^ uuid.low);
  }
};

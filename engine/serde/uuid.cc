#include <pawl/serde/fixed_size.h>
#include <pawl/serde/uuid.h>

#include <memory>
#include <ostream>

namespace pawl {
namespace {

constexpr std::size_t kTextSize = 36;
constexpr std::string_view kDigits = "0123456789abcdef";

constexpr bool is_dash(std::size_t at) {
  return at == 8 || at == 13 || at == 18 || at == 23;
}

std::optional<std::uint64_t> digit_of(char character) {
  if (character >= '0' && character <= '9') {
    return static_cast<std::uint64_t>(character - '0');
  }
  const char lower = static_cast<char>(character | 0x20);
  if (lower >= 'a' && lower <= 'f') {
    return static_cast<std::uint64_t>(lower - 'a') + 10;
  }
  return std::nullopt;
}

void append_text(const Uuid& uuid, std::string& out) {
  unsigned digit = 0;
  for (std::size_t at = 0; at < kTextSize; ++at) {
    if (is_dash(at)) {
      out += '-';
      continue;
    }
    const std::uint64_t half = digit < 16 ? uuid.high : uuid.low;
    out += kDigits[(half >> (60 - 4 * (digit % 16))) & 15U];
    ++digit;
  }
}

class UuidCodec final : public Codec<Uuid>, public FixedSize {
 public:
  UuidCodec() : FixedSize(kTextSize) {}
  void encode(const Uuid& value, Bytes& out) const override { append_text(value, out); }
  Result<void> decode(BytesView bytes, Uuid& value) const override {
    const std::optional<Uuid> parsed = Uuid::parse(bytes);
    if (!parsed.has_value()) {
      return Error{ErrorKind::invalid_record,
                   "a UUID is a text of 36 characters such as "
                   "123e4567-e89b-12d3-a456-426614174000; these are " +
                       std::to_string(bytes.size()) + " bytes of something else"};
    }
    value = *parsed;
    return {};
  }
};

}  // namespace

std::optional<Uuid> Uuid::parse(std::string_view text) {
  if (text.size() != kTextSize) {
    return std::nullopt;
  }
  Uuid uuid;
  unsigned digits = 0;
  for (std::size_t at = 0; at < kTextSize; ++at) {
    if (is_dash(at)) {
      if (text[at] != '-') {
        return std::nullopt;
      }
      continue;
    }
    const std::optional<std::uint64_t> digit = digit_of(text[at]);
    if (!digit.has_value()) {
      return std::nullopt;
    }
    std::uint64_t& half = digits < 16 ? uuid.high : uuid.low;
    half = half << 4U | *digit;
    ++digits;
  }
  return uuid;
}

std::string to_string(const Uuid& uuid) {
  std::string text;
  append_text(uuid, text);
  return text;
}

std::ostream& operator<<(std::ostream& out, const Uuid& uuid) {
  return out << to_string(uuid);
}

namespace serde {

Serde<Uuid> uuid() {
  static const auto kCodec = std::make_shared<const UuidCodec>();
  return Serde<Uuid>(kCodec);
}

}  // namespace serde
}  // namespace pawl

#include <pawl/serde/fixed_size.h>
#include <pawl/serde/primitives.h>

#include <array>
#include <bit>
#include <cmath>
#include <concepts>
#include <limits>
#include <memory>
#include <string>

namespace pawl {
namespace {

Error wrong_size(std::string_view type, std::size_t expected, std::size_t actual) {
  return {ErrorKind::invalid_record, std::string(type) + " needs " + std::to_string(expected) +
                                         " bytes, got " + std::to_string(actual)};
}

template <class Bits>
void append_bits(Bits bits, Bytes& out) {
  const auto bytes = std::bit_cast<std::array<char, sizeof(Bits)>>(bits);
  out.append(bytes.data(), bytes.size());
}
// Requires: as many bytes as Bits has.
template <class Bits>
Bits load_bits(BytesView bytes) {
  std::array<char, sizeof(Bits)> raw{};
  bytes.copy(raw.data(), raw.size());
  return std::bit_cast<Bits>(raw);
}

class StringCodec final : public Codec<std::string> {
 public:
  void encode(const std::string& value, Bytes& out) const override { out += value; }
  Result<void> decode(BytesView bytes, std::string& value) const override {
    value.assign(bytes);
    return {};
  }
};

class BytesViewCodec final : public Codec<BytesView> {
 public:
  void encode(const BytesView& value, Bytes& out) const override { out += value; }
  Result<void> decode(BytesView bytes, BytesView& value) const override {
    value = bytes;
    return {};
  }
};

template <std::signed_integral T>
class IntegerCodec final : public Codec<T>, public FixedSize {
 public:
  IntegerCodec() : FixedSize(sizeof(T)) {}
  void encode(const T& value, Bytes& out) const override {
    append_bits(big_endian::swapped(static_cast<std::make_unsigned_t<T>>(value)), out);
  }
  Result<void> decode(BytesView bytes, T& value) const override {
    if (bytes.size() != sizeof(T)) {
      return wrong_size("an integer", sizeof(T), bytes.size());
    }
    value = static_cast<T>(big_endian::swapped(load_bits<std::make_unsigned_t<T>>(bytes)));
    return {};
  }
};

template <std::floating_point T, class Bits>
class FloatingCodec final : public Codec<T>, public FixedSize {
 public:
  FloatingCodec() : FixedSize(sizeof(T)) {}
  void encode(const T& value, Bytes& out) const override {
    // Java writes every NaN as the one positive quiet NaN.
    const T canonical = std::isnan(value) ? std::numeric_limits<T>::quiet_NaN() : value;
    append_bits(big_endian::swapped(std::bit_cast<Bits>(canonical)), out);
  }
  Result<void> decode(BytesView bytes, T& value) const override {
    if (bytes.size() != sizeof(T)) {
      return wrong_size("a floating-point number", sizeof(T), bytes.size());
    }
    value = std::bit_cast<T>(big_endian::swapped(load_bits<Bits>(bytes)));
    return {};
  }
};

class BooleanCodec final : public Codec<bool> {
 public:
  void encode(const bool& value, Bytes& out) const override { out += value ? '\1' : '\0'; }
  Result<void> decode(BytesView bytes, bool& value) const override {
    if (bytes.size() != 1) {
      return wrong_size("a boolean", 1, bytes.size());
    }
    if (bytes.front() != '\0' && bytes.front() != '\1') {
      return Error{ErrorKind::invalid_record, "a boolean is the byte 00 or 01"};
    }
    value = bytes.front() == '\1';
    return {};
  }
};

template <class T, class C>
Serde<T> shared() {
  static const auto kCodec = std::make_shared<const C>();
  return Serde<T>(kCodec);
}

}  // namespace

namespace serde {

Serde<std::string> string() {
  return shared<std::string, StringCodec>();
}
Serde<BytesView> bytes_view() {
  return shared<BytesView, BytesViewCodec>();
}
Serde<std::int64_t> int64() {
  return shared<std::int64_t, IntegerCodec<std::int64_t>>();
}
Serde<std::int32_t> int32() {
  return shared<std::int32_t, IntegerCodec<std::int32_t>>();
}
Serde<std::int16_t> int16() {
  return shared<std::int16_t, IntegerCodec<std::int16_t>>();
}
Serde<double> float64() {
  return shared<double, FloatingCodec<double, std::uint64_t>>();
}
Serde<float> float32() {
  return shared<float, FloatingCodec<float, std::uint32_t>>();
}
Serde<bool> boolean() {
  return shared<bool, BooleanCodec>();
}

}  // namespace serde
}  // namespace pawl

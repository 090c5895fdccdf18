// The bytes are those of org.apache.kafka.common.serialization.*.
#include <pawl/serde/primitives.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace pawl {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

template <class T>
using Examples = std::vector<std::pair<T, std::string>>;

std::string hex(BytesView bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    text += {kDigits[value >> 4U], kDigits[value & 15U]};
  }
  return text;
}

template <class T>
void expect_bytes(const Serde<T>& serde, const Examples<T>& examples) {
  for (const auto& [value, expected] : examples) {
    Bytes behind = "x";
    serde.encode(value, behind);
    EXPECT_EQ(hex(BytesView(behind).substr(1)), expected) << "encoding appends";

    const Result<T> decoded = serde.decode(serde.encode(value));
    ASSERT_TRUE(decoded.has_value()) << decoded.error();
    EXPECT_EQ(hex(serde.encode(*decoded)), expected);
    if (value == value) {  // NaN does not
      EXPECT_EQ(*decoded, value);
    }
  }
}

TEST(PrimitiveSerdes, WriteIntegersAsJavaDoes) {
  using Limits64 = std::numeric_limits<std::int64_t>;
  using Limits32 = std::numeric_limits<std::int32_t>;
  expect_bytes(serde::int64(), Examples<std::int64_t>{{0, "0000000000000000"},
                                                      {1, "0000000000000001"},
                                                      {-1, "ffffffffffffffff"},
                                                      {0x0102030405060708, "0102030405060708"},
                                                      {Limits64::max(), "7fffffffffffffff"},
                                                      {Limits64::min(), "8000000000000000"}});
  expect_bytes(serde::int32(), Examples<std::int32_t>{{1, "00000001"},
                                                      {-2, "fffffffe"},
                                                      {Limits32::max(), "7fffffff"},
                                                      {Limits32::min(), "80000000"}});
  expect_bytes(serde::int16(),
               Examples<std::int16_t>{{1, "0001"}, {-1, "ffff"}, {256, "0100"}, {-32768, "8000"}});
}

TEST(PrimitiveSerdes, WriteFloatingPointNumbersAsJavaDoes) {
  using Limits = std::numeric_limits<double>;
  expect_bytes(serde::float64(), Examples<double>{{0.0, "0000000000000000"},
                                                  {-0.0, "8000000000000000"},
                                                  {1.0, "3ff0000000000000"},
                                                  {-1.5, "bff8000000000000"},
                                                  {Limits::infinity(), "7ff0000000000000"},
                                                  {-Limits::infinity(), "fff0000000000000"},
                                                  {Limits::denorm_min(), "0000000000000001"},
                                                  {Limits::max(), "7fefffffffffffff"}});
  expect_bytes(serde::float32(), Examples<float>{{-0.0F, "80000000"},
                                                 {1.0F, "3f800000"},
                                                 {std::numeric_limits<float>::max(), "7f7fffff"}});
}

// Double.doubleToLongBits: one NaN for all of them, so that equal keys have equal bytes.
TEST(PrimitiveSerdes, WriteEveryNotANumberAlike) {
  for (const std::uint64_t bits :
       {0x7ff8000000000000U, 0xfff8000000000000U, 0x7ff0000000000001U, 0xffffffffffffffffU}) {
    expect_bytes(serde::float64(),
                 Examples<double>{{std::bit_cast<double>(bits), "7ff8000000000000"}});
  }
  expect_bytes(serde::float32(), Examples<float>{{std::bit_cast<float>(0xffc00001U), "7fc00000"}});
  EXPECT_TRUE(std::isnan(serde::float64().decode(Bytes(8, '\xff')).value())) << "not Java's own";
}

TEST(PrimitiveSerdes, PassBytesThroughAsTheyAre) {
  const Bytes not_text("\0\xff\xc3(", 4);
  expect_bytes(serde::string(), Examples<std::string>{{"", ""}, {not_text, "00ffc328"}});
  expect_bytes(serde::boolean(), Examples<bool>{{true, "01"}, {false, "00"}});
  EXPECT_EQ(serde::bytes_view().decode(not_text).value().data(), not_text.data()) << "borrowed";
}

template <class T>
void expect_refused(const Serde<T>& serde, std::size_t right_size) {
  for (const std::size_t size :
       {std::size_t{0}, right_size - 1, right_size + 1, 1000 * right_size}) {
    if (size == right_size) {
      continue;
    }
    const Result<T> decoded = serde.decode(Bytes(size, '\1'));
    ASSERT_FALSE(decoded.has_value());
    EXPECT_EQ(decoded.error().kind, ErrorKind::invalid_record);
    EXPECT_THAT(decoded.error().message,
                AllOf(HasSubstr("needs " + std::to_string(right_size) + " bytes"),
                      HasSubstr("got " + std::to_string(size))));
  }
}

TEST(PrimitiveSerdes, RefuseEveryOtherSizeAndNameBoth) {
  expect_refused(serde::int64(), 8);
  expect_refused(serde::int32(), 4);
  expect_refused(serde::int16(), 2);
  expect_refused(serde::float64(), 8);
  expect_refused(serde::float32(), 4);
  expect_refused(serde::boolean(), 1);
  EXPECT_FALSE(serde::boolean().decode("\2").has_value()) << "as Kafka's BooleanDeserializer";
}

TEST(PrimitiveSerdes, ReuseTheMemoryOfTheValueTheyOverwrite) {
  std::string value(1000, 'x');
  const char* const memory = value.data();
  ASSERT_TRUE(serde::string().decode("short", value).has_value());

  EXPECT_EQ(value, "short");
  EXPECT_EQ(value.data(), memory);
}

}  // namespace
}  // namespace pawl

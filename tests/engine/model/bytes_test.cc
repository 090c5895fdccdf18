#include <pawl/model/bytes.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

namespace pawl {
namespace {

TEST(BigEndian, HasTheMostSignificantByteFirst) {
  Bytes out = "x";
  big_endian::append_i64(0x0102030405060708, out);
  big_endian::append_i32(-2, out);

  EXPECT_EQ(out, "x\x01\x02\x03\x04\x05\x06\x07\x08\xff\xff\xff\xfe");
  EXPECT_EQ(big_endian::load_i64(out.data() + 1), 0x0102030405060708);
  EXPECT_EQ(big_endian::load_i32(out.data() + 9), -2);
}

// Keys of stores and topics rest on it: the order of bytes is that of numbers from 0 on, and
// negative ones come behind.
TEST(BigEndian, OrdersNumbersFromZeroOnAsBytes) {
  const std::vector<std::int64_t> ascending{0,
                                            1,
                                            255,
                                            256,
                                            std::numeric_limits<std::int64_t>::max(),
                                            std::numeric_limits<std::int64_t>::min(),
                                            -1};
  std::vector<Bytes> encoded;
  for (const std::int64_t number : ascending) {
    big_endian::append_i64(number, encoded.emplace_back());
  }
  EXPECT_TRUE(std::is_sorted(encoded.begin(), encoded.end()));
}

}  // namespace
}  // namespace pawl

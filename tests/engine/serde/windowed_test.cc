#include <pawl/serde/primitives.h>
#include <pawl/serde/windowed.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace pawl {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

TEST(WindowedSerde, WritesKeyThenStart) {
  const auto serde = serde::time_windowed(serde::string(), milliseconds(500));
  const Windowed<std::string> windowed{"key", {Timestamp(0x0102), Timestamp(0x0102 + 500)}};

  EXPECT_EQ(serde.encode(windowed), Bytes("key\0\0\0\0\0\0\1\2", 11));
  EXPECT_EQ(serde.decode(serde.encode(windowed)).value(), windowed);
}

TEST(WindowedSerde, EndsTheLastWindowWhereTimeEnds) {
  const auto serde = serde::time_windowed(serde::string(), milliseconds(500));
  const Windowed<std::string> last{"", {Timestamp::max() - milliseconds(1), Timestamp::max()}};

  EXPECT_EQ(serde.decode(serde.encode(last)).value(), last);
}

// Equal keys of different windows must meet in one partition, also when windowed twice.
TEST(WindowedSerde, ChoosesThePartitionByTheKeyAlone) {
  const auto serde = serde::time_windowed(serde::int32(), milliseconds(500));
  const Bytes bytes = serde.encode({7, {Timestamp(1000), Timestamp(1500)}});

  EXPECT_TRUE(serde.codec().chooses_partition());
  EXPECT_EQ(serde.codec().partition_key(bytes), serde::int32().encode(7));
}

TEST(WindowedSerde, RefusesWhatIsTooShortAndWhatItsKeyRefuses) {
  const auto serde = serde::time_windowed(serde::int32(), milliseconds(500));
  const auto refusal = [&](std::size_t size) {
    const Error error = serde.decode(Bytes(size, '\0')).error();
    EXPECT_EQ(error.kind, ErrorKind::invalid_record);
    return error.message;
  };

  EXPECT_THAT(refusal(7), HasSubstr("at least 8 bytes, got 7"));
  EXPECT_THAT(refusal(11), HasSubstr("an integer needs 4 bytes, got 3"));
  EXPECT_THAT(refusal(13), HasSubstr("an integer needs 4 bytes, got 5"));
}

TEST(SessionWindowedSerde, WritesKeyThenEndThenStart) {
  const auto serde = serde::session_windowed(serde::string());
  const Windowed<std::string> windowed{"key", {Timestamp(1), Timestamp(0x0102)}};
  const Bytes bytes("key\0\0\0\0\0\0\1\2\0\0\0\0\0\0\0\1", 19);

  EXPECT_EQ(serde.encode(windowed), bytes);
  EXPECT_EQ(serde.decode(bytes).value(), windowed);
  EXPECT_TRUE(serde.codec().chooses_partition());
  EXPECT_EQ(serde.codec().partition_key(bytes), "key");
}

TEST(SessionWindowedSerde, RefusesWhatIsTooShort) {
  const auto serde = serde::session_windowed(serde::string());

  EXPECT_THAT(serde.decode(Bytes(15, '\0')).error().message,
              HasSubstr("at least 16 bytes, got 15"));
}

}  // namespace
}  // namespace pawl

#include <pawl/model/timestamp.h>

#include <gtest/gtest.h>

namespace pawl {
namespace {

using std::chrono::milliseconds;

TEST(Timestamp, ArithmeticStopsAtTheEndsOfTheRange) {
  EXPECT_EQ(Timestamp::max() + milliseconds(1), Timestamp::max());
  EXPECT_EQ(Timestamp::max() - milliseconds(-1), Timestamp::max());
  EXPECT_EQ(Timestamp::min() - milliseconds(1), Timestamp::min());
  EXPECT_EQ(Timestamp::min() + milliseconds(-1), Timestamp::min());
  EXPECT_EQ(Timestamp(0) - milliseconds::min(), Timestamp::max());
  EXPECT_EQ(Timestamp::max() - Timestamp::min(), milliseconds::max());
  EXPECT_EQ(Timestamp::min() - Timestamp::max(), milliseconds::min());
  EXPECT_EQ(Timestamp::max() + milliseconds::min(), Timestamp(-1));
}

TEST(Timestamp, UnknownIsEarlierThanEveryRecord) {
  EXPECT_LT(Timestamp::unknown(), Timestamp(0));
  EXPECT_EQ(Timestamp::unknown().value(), -1) << "as Kafka writes it";
}

}  // namespace
}  // namespace pawl

#include <pawl/model/random.h>

#include <gtest/gtest.h>

namespace pawl {
namespace {

// The values that the reference implementation gives for this seed. A seed in an old report must
// replay the same run.
TEST(SeededRandom, IsSplitMix64) {
  SeededRandom random(1234567);
  EXPECT_EQ(random.next(), 6457827717110365317U);
  EXPECT_EQ(random.next(), 3203168211198807973U);
  EXPECT_EQ(random.next(), 9817491932198370423U);
  EXPECT_EQ(random.next(), 4593380528125082431U);
}

}  // namespace
}  // namespace pawl

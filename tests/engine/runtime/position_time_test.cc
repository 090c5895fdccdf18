// When a stored position is too old to be rolled forward from, and how old it is.
#include "runtime/changelog_bounds.h"
#include "runtime/source_ends.h"

#include <gtest/gtest.h>

namespace pawl::internal {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

ChangelogBounds read_at(Timestamp time) {
  return {Offset(0), Offset(9), time, hours(24)};
}

TEST(ChangelogBounds, TrustAPositionForHalfOfTheTimeThatDeletionsAreKept) {
  const Timestamp now(1'000'000'000);

  EXPECT_FALSE(may_miss_deletions(read_at(now), now));
  EXPECT_FALSE(may_miss_deletions(read_at(now), now - hours(12)));
  EXPECT_TRUE(may_miss_deletions(read_at(now), now - hours(12) - milliseconds(1)));
}

TEST(ChangelogBounds, TrustNoPositionOfAnUnknownTimeOrOfTheFuture) {
  const Timestamp now(1'000'000'000);

  EXPECT_TRUE(may_miss_deletions(read_at(now), Timestamp::unknown()));
  EXPECT_FALSE(may_miss_deletions(read_at(now), now + hours(12))) << "clocks differ";
  EXPECT_TRUE(may_miss_deletions(read_at(now), now + hours(13)));
}

TEST(ChangelogBounds, MissNothingInALogThatIsNotCompacted) {
  const ChangelogBounds bounds{Offset(0), Offset(9), Timestamp(1'000'000'000), std::nullopt};

  EXPECT_FALSE(may_miss_deletions(bounds, Timestamp(0)));
}

class SourceEndsTest : public ::testing::Test {
 protected:
  std::optional<Timestamp> reached(std::int64_t end, std::int64_t committed, std::int64_t time) {
    return ends_.reached({"in", PartitionId(0)}, Offset(end), Offset(committed), Timestamp(time));
  }
  SourceEnds ends_;
};

TEST_F(SourceEndsTest, ATaskThatIsAtTheEndHasTheTimeOfTheReading) {
  EXPECT_EQ(reached(10, 10, 5), Timestamp(5));
}

TEST_F(SourceEndsTest, ATaskThatLagsHasTheTimeOfTheLastEndThatItReached) {
  EXPECT_EQ(reached(10, 3, 5), std::nullopt);
  EXPECT_EQ(reached(20, 9, 6), std::nullopt);
  EXPECT_EQ(reached(30, 12, 7), Timestamp(5)) << "the end of then is behind it";
  EXPECT_EQ(reached(40, 29, 8), std::nullopt);
  EXPECT_EQ(reached(50, 30, 9), Timestamp(7));
}

}  // namespace
}  // namespace pawl::internal

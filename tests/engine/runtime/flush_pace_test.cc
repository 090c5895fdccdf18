#include "runtime/flush_pace.h"

#include <gtest/gtest.h>

namespace pawl::internal {
namespace {

using std::chrono::milliseconds;

TEST(FlushPace, IsCarefulAsLongAsNothingIsKnown) {
  const FlushPace pace(milliseconds(1'000));

  EXPECT_EQ(pace.rows_max(), 100U);
}

TEST(FlushPace, GetsSlowerAtOnceAndQuickerByAndBy) {
  FlushPace pace(milliseconds(1'000));

  pace.flushed(10, milliseconds(1'000));
  EXPECT_EQ(pace.rows_max(), 10U);
  pace.flushed(10, milliseconds(0));
  EXPECT_EQ(pace.rows_max(), 20U);
  pace.flushed(0, milliseconds(0));
  EXPECT_EQ(pace.rows_max(), 20U) << "nothing was flushed";
}

TEST(FlushPace, AllowsOneRowHoweverSlow) {
  FlushPace pace(milliseconds(1'000));

  pace.flushed(1, milliseconds(60'000));

  EXPECT_EQ(pace.rows_max(), 1U);
}

TEST(FlushPace, ReachesNoEnd) {
  FlushPace pace(milliseconds(1'000));

  for (int flush = 0; flush < 100; ++flush) {
    pace.flushed(100, MonotonicTime(0));
  }

  EXPECT_GT(pace.rows_max(), 1'000'000U);
}

}  // namespace
}  // namespace pawl::internal

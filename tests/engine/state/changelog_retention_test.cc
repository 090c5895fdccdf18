#include "state/changelog_retention.h"

#include <gtest/gtest.h>

#include <vector>

namespace pawl::internal {
namespace {

std::vector<RowChange> rows_of(std::initializer_list<std::int64_t> segments) {
  std::vector<RowChange> rows;
  for (const std::int64_t segment : segments) {
    rows.push_back({SegmentId(segment), "k", "v"});
  }
  return rows;
}

TEST(ChangelogRetention, KeepsWhatTheOldestLiveSegmentNeeds) {
  ChangelogRetention retention;
  retention.observe(rows_of({1, 1, 2}), Offset(10));
  retention.observe(rows_of({2, 3}), Offset(50));

  EXPECT_EQ(retention.purge_below(Offset(99)), Offset(10));
  retention.forget_below(SegmentId(2));
  EXPECT_EQ(retention.purge_below(Offset(99)), Offset(10)) << "segment 2 began with the first rows";
  retention.forget_below(SegmentId(3));
  EXPECT_EQ(retention.purge_below(Offset(99)), Offset(50));
}

TEST(ChangelogRetention, AllowsEverythingWhenNoSegmentIsLeft) {
  ChangelogRetention retention;
  retention.observe(rows_of({1}), Offset(10));
  retention.forget_below(SegmentId(2));

  EXPECT_EQ(retention.purge_below(Offset(99)), Offset(99));
}

TEST(ChangelogRetention, SurvivesItsBytes) {
  ChangelogRetention retention;
  retention.observe(rows_of({1, 7}), Offset(10));
  retention.observe(rows_of({9}), Offset(12));

  const auto decoded = ChangelogRetention::decode(retention.encode());

  ASSERT_TRUE(decoded.has_value());
  EXPECT_EQ(*decoded, retention);
  EXPECT_FALSE(ChangelogRetention::decode("seven b").has_value());
}

}  // namespace
}  // namespace pawl::internal

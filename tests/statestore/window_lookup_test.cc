// What keeps window lookups from reaching the backend. That their answers are right is checked by
// the randomized test of the stores; here is when they know an answer at all.
#include "window/hot_windows.h"
#include "window/key_filter.h"
#include "window/recent_keys.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace pawl::internal {
namespace {

using Answer = HotWindows::Answer;

TEST(HotWindows, KnowAllKeysOfAWindowThatBeganBeforeTheirEyes) {
  HotWindows hot(1U << 20U);
  hot.begin_after(Timestamp(100));
  hot.commit(Timestamp(110), "a", "1");
  hot.commit(Timestamp(110), "gone", std::nullopt);
  hot.commit(Timestamp(90), "a", "1");

  EXPECT_EQ(hot.find(Timestamp(110), "a").value, "1");
  EXPECT_EQ(hot.find(Timestamp(110), "b").answer, Answer::absent);
  EXPECT_EQ(hot.find(Timestamp(110), "gone").answer, Answer::absent);
  EXPECT_EQ(hot.find(Timestamp(120), "a").answer, Answer::absent) << "has not begun";
  EXPECT_EQ(hot.find(Timestamp(90), "a").answer, Answer::present);
  EXPECT_EQ(hot.find(Timestamp(90), "b").answer, Answer::unknown) << "began before we looked";
}

TEST(HotWindows, RememberWhatTheBackendSaid) {
  HotWindows hot(1U << 20U);
  hot.begin_after(Timestamp(100));
  hot.remember(Timestamp(90), "a", "");
  hot.remember(Timestamp(90), "b", std::nullopt);

  EXPECT_EQ(hot.find(Timestamp(90), "a").answer, Answer::present);
  EXPECT_EQ(hot.find(Timestamp(90), "b").answer, Answer::absent);
  EXPECT_EQ(hot.find(Timestamp(90), "c").answer, Answer::unknown);
}

TEST(HotWindows, GiveUpTheOldestWindowsFirst) {
  HotWindows hot(10'000);
  const std::string value(1'000, 'v');
  for (std::int64_t start = 1; start <= 30; ++start) {
    hot.commit(Timestamp(start), "a", value);
    EXPECT_LE(hot.used_bytes(), 10'000U);
  }

  EXPECT_EQ(hot.find(Timestamp(1), "a").answer, Answer::unknown);
  EXPECT_EQ(hot.find(Timestamp(1), "b").answer, Answer::unknown);
  EXPECT_EQ(hot.find(Timestamp(30), "a").answer, Answer::present);
  EXPECT_EQ(hot.find(Timestamp(30), "b").answer, Answer::absent);
}

TEST(HotWindows, ALateReadDoesNotPushOutAnOpenWindow) {
  HotWindows hot(5'000);
  hot.begin_after(Timestamp(100));
  hot.commit(Timestamp(101), "a", std::string(4'500, 'v'));
  hot.commit(Timestamp(102), "a", "v");
  for (std::int64_t start = 1; start <= 100; ++start) {
    hot.remember(Timestamp(start), "late", std::string(100, 'v'));
  }

  EXPECT_EQ(hot.find(Timestamp(101), "a").answer, Answer::present);
  EXPECT_EQ(hot.find(Timestamp(102), "a").answer, Answer::present);
}

TEST(HotWindows, DoNotLeakTheRoomOfForgottenWindows) {
  HotWindows hot(1U << 20U);
  for (std::int64_t start = 0; start < 100; ++start) {
    hot.commit(Timestamp(start), "a", std::string(100, 'v'));
    hot.forget_below(Timestamp(start));
  }

  const std::size_t one_window = hot.used_bytes();
  hot.forget_below(Timestamp(100));
  EXPECT_EQ(hot.used_bytes(), 0U);
  EXPECT_LT(one_window, 1'000U);
  EXPECT_EQ(hot.find(Timestamp(99), "a").answer, Answer::unknown) << "a late row may be there";
}

TEST(KeyFilter, HasEveryKeyAndFewOthersHoweverManyThereAre) {
  KeyFilter filter;
  constexpr int kKeys = 300'000;  // fills the first filter of the segment and begins a third one
  for (int key = 0; key < kKeys; ++key) {
    filter.add(SegmentId(7), hash_bytes("in" + std::to_string(key)));
  }

  int missing = 0;
  int mistaken = 0;
  for (int key = 0; key < kKeys; ++key) {
    missing += filter.may_contain(SegmentId(7), hash_bytes("in" + std::to_string(key))) ? 0 : 1;
    mistaken += filter.may_contain(SegmentId(7), hash_bytes("out" + std::to_string(key))) ? 1 : 0;
  }
  EXPECT_EQ(missing, 0);
  EXPECT_LT(mistaken, kKeys / 50);
}

TEST(KeyFilter, KeepsSegmentsApartAndForgetsThem) {
  KeyFilter filter;
  filter.add(SegmentId(1), 42);
  filter.add(SegmentId(2), 43);
  EXPECT_FALSE(filter.may_contain(SegmentId(2), 42));

  const std::size_t both = filter.used_bytes();
  filter.forget_below(SegmentId(2));

  EXPECT_FALSE(filter.may_contain(SegmentId(1), 42));
  EXPECT_TRUE(filter.may_contain(SegmentId(2), 43));
  EXPECT_EQ(filter.used_bytes(), both / 2);
}

TEST(RecentKeys, KnowTheLatestStartOfTheLatestKeys) {
  RecentKeys recent(100'000);
  recent.add("often", Timestamp(5));
  recent.add("often", Timestamp(3));
  EXPECT_EQ(recent.start_of("often"), Timestamp(5));

  constexpr int kKeys = 20'000;
  for (int key = 0; key < kKeys; ++key) {
    recent.add("key " + std::to_string(key), Timestamp(key));
  }

  EXPECT_EQ(recent.start_of("often"), std::nullopt);
  EXPECT_EQ(recent.start_of("key 0"), std::nullopt);
  for (int key = kKeys - 1'000; key < kKeys; ++key) {
    EXPECT_EQ(recent.start_of("key " + std::to_string(key)), Timestamp(key));
  }
}

}  // namespace
}  // namespace pawl::internal

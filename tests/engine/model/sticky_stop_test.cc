#include <pawl/model/sticky_stop.h>

#include <gtest/gtest.h>

#include <thread>

namespace pawl {
namespace {

void note(const char* message) {
  StickyStop::note({ErrorKind::fatal, message});
}

TEST(StickyStop, KeepsTheFirstError) {
  const StickyStop scope;
  EXPECT_EQ(StickyStop::noted(), nullptr);
  note("first");
  note("second");

  ASSERT_NE(StickyStop::noted(), nullptr);
  EXPECT_EQ(StickyStop::noted()->message, "first");
}

TEST(StickyStop, KeepsNothingOutsideOfAllScopes) {
  {
    const StickyStop scope;
  }
  note("nobody asked");

  EXPECT_EQ(StickyStop::noted(), nullptr);
  const StickyStop scope;
  EXPECT_EQ(StickyStop::noted(), nullptr);
}

TEST(StickyStop, KeepsErrorsOfInnerScopesFromOuterOnes) {
  const StickyStop outer;
  {
    const StickyStop inner;
    note("inner");
    ASSERT_NE(StickyStop::noted(), nullptr);
  }

  EXPECT_EQ(StickyStop::noted(), nullptr);
}

TEST(StickyStop, KeepsNothingOfOtherThreads) {
  const StickyStop scope;

  std::thread([] { note("elsewhere"); }).join();

  EXPECT_EQ(StickyStop::noted(), nullptr);
}

}  // namespace
}  // namespace pawl

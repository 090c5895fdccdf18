#include <pawl/model/assert.h>
#include <pawl/model/thread_checker.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <thread>

namespace pawl {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(Assert, SaysWhatWasExpectedWhereAndOfWhatValues) {
  const AssertionHandler before =
      set_assertion_handler([](const std::string& message) { throw std::logic_error(message); });
  std::string message;
  try {
    const int offset = 7;
    PAWL_ASSERT(offset < 5, offset, "of the last one");
  } catch (const std::logic_error& failure) {
    message = failure.what();
  }
  set_assertion_handler(before);

  EXPECT_THAT(message, AllOf(HasSubstr("offset < 5"), HasSubstr("assert_test.cc"),
                             HasSubstr("TestBody"), HasSubstr("values: 7 of the last one")));
}

TEST(Assert, DoesNotLookAtValuesWhileAllIsWell) {
  int looked = 0;
  PAWL_ASSERT(true, ++looked);
  EXPECT_EQ(looked, 0);
}

TEST(AssertDeathTest, EndsTheProcessEvenIfTheHandlerReturns) {
  EXPECT_DEATH(
      {
        set_assertion_handler([](const std::string&) {});
        PAWL_ASSERT(1 + 1 == 3);
      },
      "broken invariant: 1 \\+ 1 == 3");
}

TEST(ThreadCheckerDeathTest, LetsOneThreadInUntilItLetsGo) {
  ThreadChecker checker;
  checker.check();
  checker.check();
  EXPECT_DEATH(std::thread([&] { checker.check(); }).join(), "broken invariant");

  checker.release();
  std::thread([&] { checker.check(); }).join();
  EXPECT_DEATH(checker.check(), "broken invariant");
}

}  // namespace
}  // namespace pawl

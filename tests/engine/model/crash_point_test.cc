#include <pawl/model/crash_point.h>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pawl {
namespace {

// The handler is a plain function, so what it saw is global.
std::vector<std::string>& seen() {
  static std::vector<std::string> names;
  return names;
}

TEST(CrashPoint, TellsItsNameToTheHandler) {
  seen().clear();
  set_crash_point_handler([](const char* name) { seen().emplace_back(name); });

  const CrashPoint first("before");
  const CrashPoint second("after");
  set_crash_point_handler(nullptr);

  EXPECT_EQ(seen(), (std::vector<std::string>{"before", "after"}));
}

TEST(CrashPoint, DoesNothingWithoutAHandler) {
  seen().clear();

  const CrashPoint point("before");

  EXPECT_TRUE(seen().empty());
}

}  // namespace
}  // namespace pawl

#include <pawl/model/result.h>

#include <gtest/gtest.h>

#include <memory>
#include <sstream>
#include <string>
#include <utility>

namespace pawl {
namespace {

Error disk_full() {
  return {ErrorKind::fatal, "disk full"};
}

Result<int> parsed(const std::string& text) {
  if (text.empty()) {
    return Error{ErrorKind::invalid_record, "nothing to parse"};
  }
  return std::stoi(text);
}

Result<std::string> sum(const std::string& left, const std::string& right) {
  // One within another one, and two in an expression.
  return std::to_string(PAWL_TRY(parsed(std::to_string(PAWL_TRY(parsed(left))))) +
                        PAWL_TRY(parsed(right)));
}

Result<void> check(const std::string& text, int& checked) {
  PAWL_TRY(parsed(text));
  ++checked;
  return {};
}

TEST(Result, TryGivesTheValueOrReturnsTheError) {
  EXPECT_EQ(sum("1", "2").value(), "3");
  EXPECT_EQ(sum("", "2").error().kind, ErrorKind::invalid_record);
  EXPECT_EQ(sum("1", "").error().message, "nothing to parse");

  int checked = 0;
  EXPECT_TRUE(check("1", checked).has_value());
  EXPECT_FALSE(check("", checked).has_value());
  EXPECT_EQ(checked, 1);
}

TEST(Result, CarriesWhatCanOnlyBeMoved) {
  const auto make = [](bool well) -> Result<std::unique_ptr<int>> {
    if (!well) {
      return disk_full();
    }
    return std::make_unique<int>(5);
  };
  const auto use = [&](bool well) -> Result<int> {
    const std::unique_ptr<int> made = PAWL_TRY(make(well));
    return *made;
  };

  EXPECT_EQ(*make(true).value(), 5);
  EXPECT_EQ(use(true).value(), 5);
  EXPECT_EQ(use(false).error().message, "disk full");
}

TEST(Result, OfNothingIsOnePointerWide) {
  EXPECT_EQ(sizeof(Result<void>), sizeof(void*));
  EXPECT_TRUE(Result<void>().has_value());
}

TEST(Result, ErrorsTakeContextInFront) {
  const Error error = with_context("task 0_1", with_context("store counts", disk_full()));
  std::ostringstream text;
  text << error;
  EXPECT_EQ(text.str(), "task 0_1: store counts: disk full [fatal]");
}

TEST(ResultDeathTest, TheWrongHalfIsNotLookedAt) {
  const Result<int> failed = disk_full();
  EXPECT_DEATH(static_cast<void>(*failed), "broken invariant.*disk full");
  const Result<void> done;
  EXPECT_DEATH(static_cast<void>(done.error()), "broken invariant");
  EXPECT_DEATH(Result<void>(disk_full()).value(), "broken invariant.*disk full");
}

}  // namespace
}  // namespace pawl

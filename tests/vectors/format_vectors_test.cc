// Every row of unit/formats.jsonl is compared, or left out for a reason that is given here: a
// format that is in neither list fails.
#include "vectors/format_checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>

namespace pawl::test {
namespace {

using Json = nlohmann::json;
using ::testing::Contains;
using ::testing::Key;
using ::testing::Not;

constexpr const char* kLocalFile = "a local file of Java; pawl has its own";
constexpr const char* kAssignment = "userdata of Java's assignment protocol; pawl has its own";

// The formats that are not compared, and why. docs/conformance.md lists them.
const std::map<std::string, std::string>& left_out() {
  static const std::map<std::string, std::string> kFormats{
      {"checkpoint-file", kLocalFile},        {"process-file", kLocalFile},
      {"offsets-column-family", kLocalFile},  {"position", kLocalFile},
      {"subscription-userdata", kAssignment}, {"assignment-userdata", kAssignment},
  };
  return kFormats;
}

FormatChecks all_checks() {
  FormatChecks checks;
  for (FormatChecks part : {value_format_checks(), window_format_checks(), store_format_checks(),
                            table_format_checks()}) {
    checks.merge(part);
  }
  return checks;
}

std::vector<std::string> all_formats() {
  std::vector<std::string> names;
  for (const auto& [format, rows] : all_format_rows()) {
    names.push_back(format);
  }
  return names;
}

class Format : public ::testing::TestWithParam<std::string> {};

TEST_P(Format, EqualsThatOfKafkaStreamsOrIsLeftOutForAReason) {
  const FormatChecks checks = all_checks();
  const auto check = checks.find(GetParam());
  if (check == checks.end()) {
    EXPECT_THAT(left_out(), Contains(Key(GetParam()))) << "neither compared nor left out";
    return;
  }
  EXPECT_THAT(left_out(), Not(Contains(Key(GetParam())))) << "compared, but said to be left out";
  check->second(format_rows(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(, Format, ::testing::ValuesIn(all_formats()), [](const auto& test) {
  std::string name = test.param;
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
});

TEST(Formats, AreAllThere) {
  const FormatChecks checks = all_checks();
  std::size_t compared = 0;
  std::size_t left = 0;
  for (const auto& [format, rows] : all_format_rows()) {
    (checks.contains(format) ? compared : left) += rows.size();
  }
  EXPECT_EQ(compared, 549U);
  EXPECT_EQ(left, 9U);
  for (const auto& [format, check] : checks) {
    EXPECT_THAT(all_format_rows(), Contains(Key(format))) << "a check without rows";
  }
  for (const auto& [format, reason] : left_out()) {
    EXPECT_THAT(all_format_rows(), Contains(Key(format))) << "left out, but there is none";
  }
}

}  // namespace

const std::map<std::string, std::vector<Json>>& all_format_rows() {
  static const std::map<std::string, std::vector<Json>> kRows = [] {
    std::map<std::string, std::vector<Json>> rows;
    for (Json& row : read_json_lines("unit/formats.jsonl")) {
      const auto format = row.at("format").get<std::string>();
      rows[format].push_back(std::move(row));
    }
    return rows;
  }();
  return kRows;
}

}  // namespace pawl::test

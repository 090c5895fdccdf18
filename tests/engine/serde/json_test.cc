#include <pawl/serde/json.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace pawl {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

struct Point {
  int x = 0;
  int y = 0;
  NLOHMANN_DEFINE_TYPE_INTRUSIVE(Point, x, y)
};

TEST(JsonSerde, WritesCompactTextAndReadsItBack) {
  const auto serde = default_serde<Json>();
  const Json value{{"b", {1, 2.5, nullptr}}, {"a", "\u00e9\n"}};

  EXPECT_EQ(serde.encode(value), "{\"a\":\"\u00e9\\n\",\"b\":[1,2.5,null]}");
  EXPECT_EQ(serde.decode(serde.encode(value)).value(), value);
}

TEST(JsonSerde, MapsOwnTypes) {
  const auto serde = serde::json<Point>();
  const Point point = serde.decode(R"({"y":2,"x":1,"more":true})").value();

  EXPECT_EQ(serde.encode(point), R"({"x":1,"y":2})");
}

TEST(JsonSerde, EncodesTextThatIsNotUtf8) {
  EXPECT_EQ(default_serde<Json>().encode(Json("a\xff")), "\"a\xef\xbf\xbd\"");
}

TEST(JsonSerde, RefusesWhatIsNotTheExpectedJsonAndSaysWhere) {
  const auto message = [](const auto& decoded) {
    EXPECT_FALSE(decoded.has_value());
    EXPECT_EQ(decoded.error().kind, ErrorKind::invalid_record);
    return decoded.error().message;
  };
  const auto point = serde::json<Point>();

  EXPECT_THAT(message(point.decode("")), HasSubstr("column 1"));
  EXPECT_THAT(message(point.decode(R"({"x":1,"y":)")), HasSubstr("column 12"));
  EXPECT_THAT(message(point.decode(R"({"x":1,"y":2} more)")), HasSubstr("column 15"));
  EXPECT_THAT(message(point.decode(R"({"x":1})")), HasSubstr("'y' not found"));
  EXPECT_THAT(message(point.decode(R"({"x":1,"y":"two"})")), HasSubstr("must be number"));
  EXPECT_THAT(message(point.decode("\"\xff\"")), HasSubstr("UTF-8"));
}

// A record of brackets must not be able to end the process: copying and writing values recurse.
TEST(JsonSerde, RefusesTextThatNestsTooDeep) {
  const auto serde = default_serde<Json>();
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };

  EXPECT_EQ(serde.encode(serde.decode(nested(kJsonDepthMax)).value()), nested(kJsonDepthMax));
  for (const std::size_t depth : {kJsonDepthMax + 1, std::size_t{1'000'000}}) {
    const auto decoded = serde.decode(nested(depth));
    ASSERT_FALSE(decoded.has_value());
    EXPECT_EQ(decoded.error().kind, ErrorKind::invalid_record);
    EXPECT_THAT(decoded.error().message, HasSubstr("nested"));
  }
  EXPECT_TRUE(serde.decode("\"" + std::string(2'000, '[') + "\\\"[\"").has_value())
      << "brackets in a text are not nesting";
}

}  // namespace
}  // namespace pawl

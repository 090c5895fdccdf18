#include <pawl/model/headers.h>

#include <gtest/gtest.h>

#include <string>

namespace pawl {
namespace {

TEST(Headers, KeepOrderRepetitionsAndNulls) {
  Headers headers{{"a", "1"}, {"b", std::nullopt}};
  headers.add("a", "2");
  headers.add("a", "");

  std::string text;
  for (const Header& header : headers) {
    text += header.name + "=" + header.value.value_or("null") + ";";
  }
  EXPECT_EQ(text, "a=1;b=null;a=2;a=;");
  EXPECT_NE(headers, (Headers{{"b", std::nullopt}, {"a", "1"}, {"a", "2"}, {"a", ""}}));
}

TEST(Headers, FindTheLastOfANameAndRemoveAllOfIt) {
  Headers headers{{"a", "1"}, {"b", "2"}, {"a", "3"}};
  EXPECT_EQ(headers.last("a")->value, "3");
  EXPECT_EQ(headers.last("A"), nullptr);

  headers.remove("a");

  EXPECT_EQ(headers, (Headers{{"b", "2"}}));
}

}  // namespace
}  // namespace pawl

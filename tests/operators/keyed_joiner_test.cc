// Joiners that take the key: of joins of streams with tables and global tables.
#include "operators/driver_reading.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::TopologyDriver;

using Strings = Stream<std::string, std::string>;

std::string with_key(const std::string& key, const std::string& left, const std::string& right) {
  return key + ":" + left + "+" + right;
}
std::string with_any_key(const std::string* key, const std::string& left,
                         const std::string* right) {
  return with_key(key == nullptr ? "null" : *key, left, right == nullptr ? "nobody" : *right);
}
std::string with_sure_key(const std::string& key, const std::string& left,
                          const std::string* right) {
  return with_any_key(&key, left, right);
}
std::string initial_of(const std::string& value) {
  return value.substr(0, 1);
}

struct Driven {
  explicit Driven(const StreamBuilder& builder) : driver(builder.build()) {
    driver.input<std::string, std::string>("table").pipe("a", "Ada", Timestamp(1));
  }
  void pipe(const std::string& key, const std::string& value, std::int64_t time) {
    driver.input<std::string, std::string>("in").pipe(key, value, Timestamp(time));
  }
  std::vector<std::string> read() {
    auto out = driver.output<std::string, std::string>("out");
    return lines(out);
  }
  TopologyDriver driver;
};

TEST(KeyedJoiner, OfATable) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .join(builder.table<std::string, std::string>("table"), &with_key)
      .to("out");
  Driven test(builder);

  test.pipe("a", "order", 2);

  EXPECT_THAT(test.read(), ElementsAre("a=a:order+Ada@2"));
}

TEST(KeyedJoiner, OfALeftJoinSeesWhatHasNoKey) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .left_join(builder.table<std::string, std::string>("table"), &with_any_key)
      .to("out");
  Driven test(builder);

  test.pipe("b", "order", 2);
  test.driver.input<std::string, std::string>("in").pipe({std::nullopt, "lost", Timestamp(3), {}});

  EXPECT_THAT(test.read(), ElementsAre("b=b:order+nobody@2", "null=null:lost+nobody@3"));
}

TEST(KeyedJoiner, ThatNeedsAKeyFailsWithoutOne) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .left_join(builder.table<std::string, std::string>("table"), &with_sure_key)
      .to("out");
  Driven test(builder);

  EXPECT_THAT(reason_of_stop([&] {
                test.driver.input<std::string, std::string>("in").pipe(
                    {std::nullopt, "lost", Timestamp(3), {}});
              }),
              HasSubstr("the record's key is null"));
}

TEST(KeyedJoiner, OfAJoinWithGraceGetsTheKeyThatWaited) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .join(builder.table<std::string, std::string>(
                "table", Materialized::as_versioned("rows", milliseconds(100))),
            &with_key, Joined::grace(milliseconds(10)))
      .to("out");
  Driven test(builder);

  test.pipe("a", "order", 2);
  test.pipe("b", "later", 20);

  EXPECT_THAT(test.read(), ElementsAre("a=a:order+Ada@2"));
}

// The key is the stream's, not the one that the selector makes. Source:
// KStreamKTableJoinProcessor.doJoin.
TEST(KeyedJoiner, OfAGlobalTableGetsTheKeyOfTheStream) {
  StreamBuilder builder;
  const auto table = builder.global_table<std::string, std::string>("table");
  const auto stream = builder.stream<std::string, std::string>("in");
  stream.join(table, &initial_of, &with_key).to("out");
  stream.left_join(table, &initial_of, &with_any_key).to("out");
  Driven test(builder);

  test.pipe("o1", "a lamp", 2);
  test.driver.input<std::string, std::string>("in").pipe({std::nullopt, "b", Timestamp(3), {}});

  EXPECT_THAT(test.read(),
              ElementsAre("o1=o1:a lamp+Ada@2", "o1=o1:a lamp+Ada@2", "null=null:b+nobody@3"));
}

}  // namespace
}  // namespace pawl::test

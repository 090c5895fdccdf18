// Topologies that mix streams and tables of two builders are refused, whatever the verb.
#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <string>

namespace pawl::test {
namespace {

using ::testing::HasSubstr;

std::string both(const std::string& left, const std::string& right) {
  return left + right;
}

// Returns: why a topology with something of another builder is refused.
std::string refusal_of(const std::function<void(StreamBuilder& one, StreamBuilder& other)>& mix) {
  StreamBuilder one;
  StreamBuilder other;
  try {
    mix(one, other);
    (void)one.build();
  } catch (const TopologyError& error) {
    return error.what();
  }
  return "it is not refused";
}

TEST(TwoBuilders, CannotShareATableJoin) {
  EXPECT_THAT(refusal_of([](StreamBuilder& one, StreamBuilder& other) {
                one.table<std::string, std::string>("left")
                    .join(other.table<std::string, std::string>("right"), both)
                    .to_stream()
                    .to("out");
              }),
              HasSubstr("of another StreamBuilder: make both with one"));
}

TEST(TwoBuilders, CannotShareAForeignKeyJoin) {
  EXPECT_THAT(refusal_of([](StreamBuilder& one, StreamBuilder& other) {
                one.table<std::string, std::string>("left")
                    .join(
                        other.table<std::string, std::string>("right"),
                        [](const std::string& value) { return value; }, both)
                    .to_stream()
                    .to("out");
              }),
              HasSubstr("of another StreamBuilder: make both with one"));
}

TEST(TwoBuilders, CannotShareAMerge) {
  EXPECT_THAT(refusal_of([](StreamBuilder& one, StreamBuilder& other) {
                one.stream<std::string, std::string>("left")
                    .merge(other.stream<std::string, std::string>("right"))
                    .to("out");
              }),
              HasSubstr("of another StreamBuilder: make both with one"));
}

TEST(TwoBuilders, CannotShareAJoinOfAStreamWithATable) {
  EXPECT_THAT(refusal_of([](StreamBuilder& one, StreamBuilder& other) {
                one.stream<std::string, std::string>("left")
                    .join(other.table<std::string, std::string>("right"), both)
                    .to("out");
              }),
              HasSubstr("of another StreamBuilder: make both with one"));
}

TEST(TwoBuilders, CannotShareAJoinOfStreams) {
  EXPECT_THAT(refusal_of([](StreamBuilder& one, StreamBuilder& other) {
                one.stream<std::string, std::string>("left")
                    .join(other.stream<std::string, std::string>("right"), both,
                          JoinWindows::of(std::chrono::seconds(1)).no_grace())
                    .to("out");
              }),
              HasSubstr("make both with one"));
}

TEST(TwoBuilders, CannotShareAGlobalTable) {
  EXPECT_THAT(refusal_of([](StreamBuilder& one, StreamBuilder& other) {
                one.stream<std::string, std::string>("left")
                    .join(
                        other.global_table<std::string, std::string>("right"),
                        [](const std::string& key, const std::string& /*value*/) { return key; },
                        both)
                    .to("out");
              }),
              HasSubstr("is of another StreamBuilder: make both with one"));
}

}  // namespace
}  // namespace pawl::test

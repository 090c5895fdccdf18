// Records that wait in a join or in suppress, and make user code throw when their time has come:
// they are lost alone, and it is they that go to the dead-letter topic.
#include "operators/driver_reading.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;
using testing::DriverOptions;
using ::testing::ElementsAre;
using testing::ProducedRecord;
using testing::TopologyDriver;

DriverOptions dead_letters(Compatibility compatibility = Compatibility::native) {
  DriverOptions options;
  options.errors.processing = OnBadRecord::dead_letter;
  options.errors.dead_letter_topic = "dead-letters";
  options.compatibility = compatibility;
  return options;
}

std::string unless_bad(const std::string& value) {
  if (value == "bad") {
    throw std::runtime_error("bad value");
  }
  return value;
}

std::string header(const ProducedRecord& record, const char* name) {
  const Header* const found = record.headers.last(name);
  return found == nullptr || !found->value.has_value() ? "-" : std::string(*found->value);
}

// Returns: what was sent to topics of the application itself, `topic: key=value@time`, and of dead
// letters where they say to come from.
std::vector<std::string> sent(TopologyDriver& driver) {
  std::vector<std::string> lines;
  for (const ProducedRecord& record : driver.take_produced()) {
    if (record.topic != "out" && record.topic != "dead-letters") {
      continue;
    }
    std::string line = record.topic + ": " + std::string(record.key.value_or("-")) + "=" +
                       std::string(record.value.value_or("-")) + "@" +
                       std::to_string(record.timestamp.value());
    if (record.topic == "dead-letters") {
      line += " of " + header(record, "__streams.errors.topic") + "@" +
              header(record, "__streams.errors.offset") + ", trace " + header(record, "trace");
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

Topology grace_join() {
  StreamBuilder builder;
  const auto table = builder.table<std::string, std::string>(
      "table", Materialized::as_versioned("rows", milliseconds(100)));
  builder.stream<std::string, std::string>("in")
      .left_join(
          table,
          [](const std::string& value, const std::string* /*row*/) { return unless_bad(value); },
          Joined::as("join").grace(milliseconds(10)))
      .to("out");
  return builder.build();
}

TEST(StreamTableGraceJoin, DeadLettersTheWaitingRecordForWhichTheJoinerThrows) {
  TopologyDriver driver(grace_join(), dead_letters());
  auto in = driver.input<std::string, std::string>("in");
  in.pipe("a", "bad", Timestamp(0), {{"trace", "1"}});
  in.pipe("b", "good", Timestamp(1), {{"trace", "2"}});

  in.pipe("c", "later", Timestamp(50), {{"trace", "3"}});
  in.pipe("d", "last", Timestamp(100));

  EXPECT_THAT(sent(driver), ElementsAre("dead-letters: a=bad@0 of in@0, trace 1", "out: b=good@1",
                                        "out: c=later@50"));
}

// As in Kafka Streams, nothing behind it leaves any more. What made it due is said to be bad, but
// waits all the same; its bytes are let go of when the changelog is written.
TEST(StreamTableGraceJoin, MeetsThatRecordAgainUnderKafkaStreams) {
  TopologyDriver driver(grace_join(), dead_letters(Compatibility::kafka_streams_4_3));
  auto in = driver.input<std::string, std::string>("in");
  in.pipe("a", "bad", Timestamp(0));
  in.pipe("b", "good", Timestamp(1));

  in.pipe("c", "later", Timestamp(50));
  in.pipe("d", "last", Timestamp(100));

  EXPECT_THAT(sent(driver), ElementsAre("dead-letters: -=-@50 of in@2, trace -",
                                        "dead-letters: -=-@100 of in@3, trace -"));
}

TEST(StreamTableGraceJoin, DeadLettersTheWaitingRecordForWhichANodeBehindItThrows) {
  StreamBuilder builder;
  const auto table = builder.table<std::string, std::string>(
      "table", Materialized::as_versioned("rows", milliseconds(100)));
  builder.stream<std::string, std::string>("in")
      .left_join(
          table, [](const std::string& value, const std::string* /*row*/) { return value; },
          Joined::as("join").grace(milliseconds(10)))
      .map_values(unless_bad)
      .to("out");
  for (const auto compatibility : {Compatibility::native, Compatibility::kafka_streams_4_3}) {
    TopologyDriver driver(builder.build(), dead_letters(compatibility));
    auto in = driver.input<std::string, std::string>("in");
    in.pipe("a", "bad", Timestamp(0));

    in.pipe("b", "good", Timestamp(20));

    EXPECT_THAT(sent(driver), ElementsAre(compatibility == Compatibility::native
                                              ? "dead-letters: a=bad@0 of in@0, trace -"
                                              : "dead-letters: -=-@0 of in@0, trace -"));
  }
}

TEST(Suppress, DeadLettersTheChangeThatItHeldBack) {
  StreamBuilder builder;
  builder.table<std::string, std::string>("in", Materialized::as("rows"))
      .suppress(Suppressed::until_time_limit(milliseconds(10), Buffer::unbounded()))
      .map_values(unless_bad)
      .to_stream()
      .to("out");
  TopologyDriver driver(builder.build(), dead_letters());
  auto in = driver.input<std::string, std::string>("in");
  in.pipe("a", "bad", Timestamp(0), {{"trace", "1"}});

  in.pipe("b", "good", Timestamp(20), {{"trace", "2"}});
  in.pipe("c", "later", Timestamp(40));

  EXPECT_THAT(sent(driver),
              ElementsAre("dead-letters: a=bad@0 of in@0, trace 1", "out: b=good@20"));
}

std::string joined_unless_bad(const std::string* left, const std::string* right) {
  return (left == nullptr ? "" : unless_bad(*left)) + "|" +
         (right == nullptr ? "" : unless_bad(*right));
}

Topology outer_join() {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("left")
      .outer_join(builder.stream<std::string, std::string>("right"), joined_unless_bad,
                  JoinWindows::of(milliseconds(10)).grace(milliseconds(5)))
      .to("out");
  return builder.build();
}

// It was met again by every later record, which was lost in its place. Where it came from is not
// kept.
TEST(StreamOuterJoin, DeadLettersTheKeptRecordForWhichTheJoinerThrows) {
  TopologyDriver driver(outer_join(), dead_letters());
  auto left = driver.input<std::string, std::string>("left");
  auto right = driver.input<std::string, std::string>("right");
  left.pipe("a", "bad", Timestamp(0), {{"trace", "1"}});
  left.pipe("a", "beside it", Timestamp(0));
  right.pipe("z", "bad", Timestamp(0));

  right.pipe("b", "good", Timestamp(100), {{"trace", "2"}});
  left.pipe("b", "met", Timestamp(101));

  EXPECT_THAT(sent(driver), ElementsAre("dead-letters: z=bad@0 of right@1, trace -",
                                        "dead-letters: a=bad@0 of right@1, trace -",
                                        "out: a=beside it|@0", "out: b=met|good@101"));
}

TEST(StreamOuterJoin, MeetsThatRecordAgainUnderKafkaStreams) {
  TopologyDriver driver(outer_join(), dead_letters(Compatibility::kafka_streams_4_3));
  auto left = driver.input<std::string, std::string>("left");
  auto right = driver.input<std::string, std::string>("right");
  left.pipe("a", "bad", Timestamp(0));

  right.pipe("b", "good", Timestamp(100));
  driver.advance_wall_clock(milliseconds(1000));
  right.pipe("b", "good", Timestamp(101));

  EXPECT_THAT(sent(driver), ElementsAre("dead-letters: b=good@100 of right@0, trace -",
                                        "dead-letters: b=good@101 of right@1, trace -"));
}

// Refuses to be looked up.
class Refusing final : public TableValueProcessor<std::string, std::string> {
 public:
  std::optional<std::string> transform(const std::string& /*key*/,
                                       const std::string* value) override {
    return value == nullptr ? std::nullopt : std::optional(unless_bad(*value));
  }
};

// The looked up value is in hand while its processor runs.
TEST(TableTransformValues, PutsTheRecordBackInHandWhenALookUpThrows) {
  StreamBuilder builder;
  const auto refusing = builder.table<std::string, std::string>("table").transform_values(
      [] { return std::make_unique<Refusing>(); });
  builder.stream<std::string, std::string>("in")
      .join(refusing,
            [](const std::string& left, const std::string& right) { return left + right; })
      .to("out");
  TopologyDriver driver(builder.build(), dead_letters());
  auto table = driver.input<std::string, std::string>("table");
  auto in = driver.input<std::string, std::string>("in");
  in.pipe("a", "first", Timestamp(0));
  table.pipe("a", "bad", Timestamp(1), {{"trace", "row"}});
  (void)sent(driver);

  in.pipe("a", "second", Timestamp(2), {{"trace", "1"}});

  EXPECT_THAT(sent(driver), ElementsAre("dead-letters: a=second@2 of in@1, trace 1"));
}

}  // namespace
}  // namespace pawl::test

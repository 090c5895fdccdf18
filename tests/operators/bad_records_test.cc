// Records that cannot be decoded, have no valid time, or make user code throw.
#include "operators/driver_reading.h"
#include "support/marks.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <utility>

namespace pawl::test {
namespace {

using ::testing::AllOf;
using testing::DriverCommit;
using testing::DriverOptions;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::ProducedRecord;
using ::testing::SizeIs;
using testing::TestRecordBytes;
using testing::TopologyDriver;

constexpr const char* kDeadLetters = "dead-letters";

Topology increments() {
  StreamBuilder builder;
  builder.stream<std::string, std::int64_t>("in")
      .map_values([](const std::int64_t& value) { return value + 1; })
      .to("out");
  return builder.build();
}

DriverOptions undecodable(OnBadRecord policy) {
  DriverOptions options;
  options.errors.undecodable = policy;
  options.errors.dead_letter_topic = kDeadLetters;
  return options;
}

DriverOptions processing(OnBadRecord policy) {
  DriverOptions options;
  options.errors.processing = policy;
  options.errors.dead_letter_topic = kDeadLetters;
  return options;
}

TestRecordBytes no_number(const char* key) {
  return {key, "three", Timestamp(7), {{"trace", "1"}}};
}

std::vector<std::string> numbers_in(TopologyDriver& driver) {
  auto out = driver.output<std::string, std::int64_t>("out");
  return lines(out);
}

std::vector<ProducedRecord> dead_letters(TopologyDriver& driver) {
  std::vector<ProducedRecord> records;
  for (ProducedRecord& record : driver.take_produced()) {
    if (record.topic == kDeadLetters) {
      records.push_back(std::move(record));
    }
  }
  return records;
}

std::string header(const ProducedRecord& record, const char* name) {
  const Header* const found = record.headers.last(name);
  return found == nullptr || !found->value.has_value() ? "none" : std::string(*found->value);
}

TEST(UndecodableRecord, StopsWithItsPlaceUnlessAPolicySaysOtherwise) {
  TopologyDriver driver(increments());
  driver.input<std::string, std::int64_t>("in").pipe("a", 1, Timestamp(1));

  const std::string reason = reason_of_stop([&] { driver.pipe("in", no_number("b")); });

  EXPECT_THAT(reason, AllOf(HasSubstr("in-0@1"), HasSubstr("value cannot be decoded"),
                            HasSubstr("set the policy to skip or dead_letter")));
  EXPECT_THAT(numbers_in(driver), ElementsAre("a=2@1"));
}

TEST(UndecodableRecord, IsSkippedAndCounted) {
  TopologyDriver driver(increments(), undecodable(OnBadRecord::skip));
  auto in = driver.input<std::string, std::int64_t>("in");
  in.pipe("a", 1, Timestamp(1));

  driver.pipe("in", no_number("b"));
  in.pipe("c", 3, Timestamp(3));

  EXPECT_THAT(numbers_in(driver), ElementsAre("a=2@1", "c=4@3"));
  EXPECT_EQ(dropped(driver, "undecodable"), 1U);
  EXPECT_THAT(dead_letters(driver), IsEmpty());
}

TEST(UndecodableRecord, GoesToTheDeadLetterTopicAsItCame) {
  TopologyDriver driver(increments(), undecodable(OnBadRecord::dead_letter));
  driver.input<std::string, std::int64_t>("in").pipe("a", 1, Timestamp(1));

  driver.pipe("in", no_number("b"));

  const std::vector<ProducedRecord> letters = dead_letters(driver);
  ASSERT_THAT(letters, SizeIs(1));
  EXPECT_EQ(letters[0].key, "b");
  EXPECT_EQ(letters[0].value, "three");
  EXPECT_EQ(letters[0].timestamp, Timestamp(7));
  EXPECT_EQ(header(letters[0], "trace"), "1");
  EXPECT_EQ(header(letters[0], "__streams.errors.topic"), "in");
  EXPECT_EQ(header(letters[0], "__streams.errors.partition"), "0");
  EXPECT_EQ(header(letters[0], "__streams.errors.offset"), "1");
  EXPECT_THAT(header(letters[0], "__streams.errors.message"), HasSubstr("value"));
  EXPECT_EQ(driver.metrics().total("records.dead_lettered"), 1U);
}

TEST(UndecodableRecord, SharesTheTransactionWithItsDeadLetter) {
  DriverOptions options = undecodable(OnBadRecord::dead_letter);
  options.commit = DriverCommit::by_hand;
  TopologyDriver driver(increments(), options);
  // A record that is only dropped makes no task dirty by itself; a good one follows.
  driver.pipe("in", no_number("b"));
  driver.input<std::string, std::int64_t>("in").pipe("c", 3, Timestamp(3));

  driver.abort();
  EXPECT_THAT(dead_letters(driver), IsEmpty());
  driver.advance_wall_clock(std::chrono::milliseconds(0));
  driver.commit();

  EXPECT_THAT(dead_letters(driver), SizeIs(1));
  driver.restart(TopologyDriver::State::lost);
  EXPECT_THAT(dead_letters(driver), IsEmpty());
}

TEST(UndecodableRecord, SaysWhenItIsTheKey) {
  StreamBuilder builder;
  builder.stream<std::int64_t, std::string>("in").to("out");
  TopologyDriver driver(builder.build());

  EXPECT_THAT(reason_of_stop([&] { driver.pipe("in", {"one", "v", Timestamp(1), {}}); }),
              AllOf(HasSubstr("in-0@0"), HasSubstr("key cannot be decoded")));
}

Topology pass_on(const Consumed<std::string, std::string>& consumed = {}) {
  StreamBuilder builder;
  builder.stream("in", serde::string(), serde::string(), consumed).to("out");
  return builder.build();
}

struct Strings {
  explicit Strings(const Topology& topology, DriverOptions options = {})
      : driver(topology, std::move(options)),
        in(driver.input<std::string, std::string>("in")),
        out(driver.output<std::string, std::string>("out")) {}
  std::vector<std::string> read() { return lines(out); }
  TopologyDriver driver;
  testing::InputTopic<std::string, std::string> in;
  testing::OutputTopic<std::string, std::string> out;
};

TEST(NegativeTimestamp, StopsWithItsPlaceAndARemedyThatHelps) {
  Strings test(pass_on());
  test.in.pipe("a", "1", Timestamp(5));

  const std::string reason = reason_of_stop([&] { test.in.pipe("b", "2", Timestamp(-5)); });

  EXPECT_THAT(reason, AllOf(HasSubstr("in-0@1"), HasSubstr("-5 is negative"),
                            HasSubstr("use a timestamp extractor")));
  EXPECT_THAT(reason, ::testing::Not(HasSubstr("serde")));
}

TEST(NegativeTimestamp, IsSkippedAndCountedWhereTheSourceSaysSo) {
  Strings test(
      pass_on(Consumed<std::string, std::string>().on_invalid_timestamp(InvalidTimestamp::skip)));

  test.in.pipe("a", "1", Timestamp(-1));
  test.in.pipe("b", "2", Timestamp(0));

  EXPECT_THAT(test.read(), ElementsAre("b=2@0"));
  EXPECT_EQ(dropped(test.driver, "invalid_timestamp"), 1U);
}

TEST(NegativeTimestamp, GetsTheTimeOfThePartitionByTheSettings) {
  DriverOptions options;
  options.errors.invalid_timestamp = InvalidTimestamp::use_partition_time;
  Strings test(pass_on(), options);
  test.in.pipe("a", "1", Timestamp(50));
  test.in.pipe("b", "2", Timestamp(40));

  test.in.pipe("c", "3", Timestamp(-1));

  EXPECT_THAT(test.read(), ElementsAre("a=1@50", "b=2@40", "c=3@50"));
}

TEST(NegativeTimestamp, CannotGetTheTimeOfAPartitionThatHasNone) {
  DriverOptions options;
  options.errors.invalid_timestamp = InvalidTimestamp::use_partition_time;
  Strings test(pass_on(), options);

  EXPECT_THAT(reason_of_stop([&] { test.in.pipe("a", "1", Timestamp(-1)); }), HasSubstr("in-0@0"));
}

TEST(TimestampExtractor, DropsARecordItGivesANegativeTime) {
  Strings test(pass_on(Consumed<std::string, std::string>::timestamps(
      [](const Record<std::string, std::string>& record, const RecordCoordinates& /*where*/,
         Timestamp /*partition_time*/) { return Timestamp(std::stoll(*record.value)); })));

  test.in.pipe("a", "70", Timestamp(1));
  test.in.pipe("b", "-70", Timestamp(2));

  EXPECT_THAT(test.read(), ElementsAre("a=70@70"));
  EXPECT_EQ(dropped(test.driver, "invalid_timestamp"), 1U);
}

TEST(TimestampExtractor, ThatThrowsMakesTheRecordAnUndecodableOne) {
  Strings test(
      pass_on(Consumed<std::string, std::string>::timestamps(
          [](const Record<std::string, std::string>& record, const RecordCoordinates& /*where*/,
             Timestamp /*partition_time*/) { return Timestamp(std::stoll(*record.value)); })),
      undecodable(OnBadRecord::skip));

  test.in.pipe("a", "soon", Timestamp(1));

  EXPECT_THAT(test.read(), IsEmpty());
  EXPECT_EQ(dropped(test.driver, "undecodable"), 1U);
}

std::string refuse_bad(const std::string& value) {
  if (value == "bad") {
    throw std::runtime_error("no such value");
  }
  return value + "!";
}

Topology refusing() {
  StreamBuilder builder;
  const auto stream = builder.stream<std::string, std::string>("in");
  stream.map_values(&refuse_bad, Named::as("refuse")).to("out");
  stream.to("all");
  return builder.build();
}

TEST(UserCodeThatThrows, StopsWithNodePlaceAndMessage) {
  const Marks marks;
  Strings test(refusing());
  test.in.pipe("a", "good", Timestamp(1));

  const std::string reason = reason_of_stop([&] { test.in.pipe("b", "bad", Timestamp(2)); });

  EXPECT_THAT(reason,
              AllOf(HasSubstr("node refuse"), HasSubstr("in-0@1"), HasSubstr("no such value"),
                    HasSubstr("std::runtime_error"), HasSubstr("processing policy")));
  EXPECT_TRUE(marks.hit("user_code_threw"));
}

TEST(UserCodeThatThrows, CanThrowAnything) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in").for_each(
      [](const std::string& /*value*/) { throw 7; }, Named::as("seven"));
  Strings test(builder.build());

  EXPECT_THAT(reason_of_stop([&] { test.in.pipe("a", "v", Timestamp(1)); }),
              AllOf(HasSubstr("node seven"), HasSubstr("in-0@0"), HasSubstr("int")));
}

TEST(UserCodeThatThrows, LosesTheRecordInItsOwnBranchOnlyWhenSkipping) {
  Strings test(refusing(), processing(OnBadRecord::skip));
  auto all = test.driver.output<std::string, std::string>("all");

  test.in.pipe("a", "bad", Timestamp(1));
  test.in.pipe("b", "good", Timestamp(2));

  EXPECT_THAT(test.read(), ElementsAre("b=good!@2"));
  EXPECT_THAT(lines(all), ElementsAre("a=bad@1", "b=good@2"));
  EXPECT_EQ(dropped(test.driver, "processing"), 1U);
}

TEST(UserCodeThatThrows, DeadLettersTheInputAndSaysWhatWasThrown) {
  Strings test(refusing(), processing(OnBadRecord::dead_letter));

  test.in.pipe("a", "bad", Timestamp(1), {{"trace", "1"}});

  const std::vector<ProducedRecord> letters = dead_letters(test.driver);
  ASSERT_THAT(letters, SizeIs(1));
  EXPECT_EQ(letters[0].key, "a");
  EXPECT_EQ(letters[0].value, "bad");
  EXPECT_EQ(header(letters[0], "trace"), "1");
  EXPECT_EQ(header(letters[0], "__streams.errors.exception"), "std::runtime_error");
  EXPECT_EQ(header(letters[0], "__streams.errors.message"), "no such value");
  EXPECT_EQ(header(letters[0], "__streams.errors.offset"), "0");
}

TEST(UserCodeThatThrows, BehindARepartitionTopicIsNamedWithItsPlaceThere) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .select_key([](const std::string& value) { return value; })
      .repartition(Repartitioned::as("by-value"))
      .map_values(&refuse_bad, Named::as("refuse"))
      .to("out");
  Strings test(builder.build());
  test.in.pipe("a", "good", Timestamp(1));

  EXPECT_THAT(reason_of_stop([&] { test.in.pipe("b", "bad", Timestamp(2)); }),
              AllOf(HasSubstr("node refuse"), HasSubstr("app-by-value-repartition-0@1")));
}

TEST(UserCodeThatThrows, LeavesTheAggregateAsItWas) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .group_by_key()
      .aggregate([] { return std::string(); },
                 [](const std::string& /*key*/, const std::string& value, std::string& all) {
                   all += value;  // half done when it throws
                   refuse_bad(value);
                 })
      .to_stream()
      .to("out");
  Strings test(builder.build(), processing(OnBadRecord::skip));

  test.in.pipe("a", "1", Timestamp(1));
  test.in.pipe("a", "bad", Timestamp(2));
  test.in.pipe("a", "2", Timestamp(3));

  EXPECT_THAT(test.read(), ElementsAre("a=1@1", "a=12@3"));
}

TEST(UserCodeThatThrows, LeavesTheSessionsAsTheyWere) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .group_by_key()
      .windowed_by(SessionWindows::with_inactivity_gap(std::chrono::milliseconds(5)).no_grace())
      .aggregate([] { return std::string(); },
                 [](const std::string& /*key*/, const std::string& value, std::string& all) {
                   refuse_bad(value);
                   all += value;
                 },
                 [](const std::string& /*key*/, const std::string& earlier,
                    const std::string& later) { return earlier + later; })
      .to_stream()
      .map([](const Windowed<std::string>* key, const std::string* value) {
        return std::pair(key->key, value == nullptr ? "deleted" : *value);
      })
      .to("out");
  Strings test(builder.build(), processing(OnBadRecord::skip));

  test.in.pipe("a", "1", Timestamp(1));
  test.in.pipe("a", "bad", Timestamp(2));
  test.in.pipe({"a", std::nullopt, Timestamp(2), {}});
  EXPECT_THAT(test.read(), ElementsAre("a=1@1"));
  test.in.pipe("a", "2", Timestamp(3));

  EXPECT_THAT(test.read(), ElementsAre("a=deleted@1", "a=12@3"));
}

TEST(UserCodeThatThrows, IsToldHowToTakeANull) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in").filter(
      [](const std::string& value) { return value.empty(); }, Named::as("empty-ones"));
  Strings test(builder.build());

  EXPECT_THAT(
      reason_of_stop([&] { test.in.pipe({"a", std::nullopt, Timestamp(1), {}}); }),
      AllOf(HasSubstr("node empty-ones"), HasSubstr("value is null"), HasSubstr("take a pointer")));
}

// The letters of each window's events, with the window's start; "2" of a window that has one is
// refused.
Topology letters_per_window() {
  using std::chrono::milliseconds;
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .group_by_key()
      .windowed_by(
          HoppingWindows::of(milliseconds(10)).advance_by(milliseconds(5)).grace(milliseconds(50)))
      .aggregate([] { return std::string(); },
                 [](const std::string& /*key*/, const std::string& value, std::string& all) {
                   all += value;
                   refuse_bad(all == "12" ? "bad" : all);
                 })
      .to_stream()
      .map([](const Windowed<std::string>* key, const std::string* value) {
        return std::pair(std::to_string(key->window.start.value()), *value);
      })
      .to("out");
  return builder.build();
}

// The event lies in two windows, of which the second one cannot take it.
TEST(UserCodeThatThrows, LeavesAllWindowsAsTheyWereWhereKafkaStreamsChangesTheFirstOnes) {
  DriverOptions compatible_options = processing(OnBadRecord::skip);
  compatible_options.compatibility = Compatibility::kafka_streams_4_3;
  Strings native(letters_per_window(), processing(OnBadRecord::skip));
  Strings compatible(letters_per_window(), compatible_options);
  for (Strings* test : {&native, &compatible}) {
    test->in.pipe("a", "1", Timestamp(11));  // windows 5 and 10
    test->in.pipe("a", "3", Timestamp(6));   // windows 0 and 5
    EXPECT_THAT(test->read(), ElementsAre("5=1@11", "10=1@11", "0=3@6", "5=13@11"));
    test->in.pipe("a", "2", Timestamp(12));
    test->in.pipe("a", "4", Timestamp(7));
  }

  EXPECT_THAT(native.read(), ElementsAre("0=34@7", "5=134@11"));
  EXPECT_THAT(compatible.read(), ElementsAre("5=132@12", "0=34@7", "5=1324@12"));
}

}  // namespace
}  // namespace pawl::test

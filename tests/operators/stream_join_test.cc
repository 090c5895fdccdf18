// Joins of two streams: what meets what, what is given out without a partner and when, nulls, late
// records, restarts.
#include "operators/driver_reading.h"

#include <pawl/operators/dsl.h>
#include <pawl/operators/stream_join_names.h>
#include <pawl/serde/primitives.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <optional>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;
using testing::DriverOptions;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using testing::TopologyDriver;
using Strings = Stream<std::string, std::string>;

std::string joined(const std::string* left, const std::string* right) {
  return (left == nullptr ? "-" : *left) + "|" + (right == nullptr ? "-" : *right);
}

const JoinWindows kTenGraceFive = JoinWindows::of(milliseconds(10)).grace(milliseconds(5));

enum class Kind { inner, left, outer };

Topology join_of(Kind kind, const JoinWindows& windows, const StreamJoinOptions<>& options = {}) {
  StreamBuilder builder;
  const Strings left = builder.stream<std::string, std::string>("left");
  const Strings right = builder.stream<std::string, std::string>("right");
  const auto add = [&](const auto& stream) { stream.to("out"); };
  switch (kind) {
    case Kind::inner:
      add(left.join(right, joined, windows, options));
      break;
    case Kind::left:
      add(left.left_join(right, joined, windows, options));
      break;
    case Kind::outer:
      add(left.outer_join(right, joined, windows, options));
      break;
  }
  return builder.build();
}

struct Driven {
  explicit Driven(Topology topology, DriverOptions options = {})
      : driver(std::move(topology), std::move(options)),
        left(driver.input<std::string, std::string>("left")),
        right(driver.input<std::string, std::string>("right")),
        out(driver.output<std::string, std::string>("out")) {}
  std::vector<std::string> read() { return lines(out); }
  TopologyDriver driver;
  testing::InputTopic<std::string, std::string> left;
  testing::InputTopic<std::string, std::string> right;
  testing::OutputTopic<std::string, std::string> out;
};

DriverOptions java() {
  DriverOptions options;
  options.compatibility = Compatibility::kafka_streams_4_3;
  return options;
}

TEST(StreamJoin, MeetsEveryRecordOfTheOtherStreamInItsWindow) {
  Driven test(join_of(Kind::inner, kTenGraceFive));

  test.left.pipe("a", "l1", Timestamp(10));
  test.left.pipe("a", "l2", Timestamp(15));
  test.right.pipe("a", "r", Timestamp(20));
  test.right.pipe("b", "other", Timestamp(20));
  test.left.pipe("a", "l3", Timestamp(31));

  EXPECT_THAT(test.read(), ElementsAre("a=l1|r@20", "a=l2|r@20"));
}

TEST(StreamJoin, LooksFurtherBackThanAheadWhenToldSo) {
  Driven test(join_of(Kind::inner, JoinWindows::of(milliseconds(0))
                                       .before(milliseconds(10))
                                       .after(milliseconds(2))
                                       .grace(milliseconds(20))));

  test.left.pipe("a", "l", Timestamp(20));
  test.right.pipe("a", "r9", Timestamp(9));
  test.right.pipe("a", "r10", Timestamp(10));
  test.right.pipe("a", "r22", Timestamp(22));
  test.right.pipe("a", "r23", Timestamp(23));

  EXPECT_THAT(test.read(), ElementsAre("a=l|r10@20", "a=l|r22@22"));
}

TEST(StreamJoin, GivesTheJoinerTheKey) {
  StreamBuilder builder;
  const Strings left = builder.stream<std::string, std::string>("left");
  left.join(
          builder.stream<std::string, std::int64_t>("numbers"),
          [](const std::string& key, const std::string& value, std::int64_t number) {
            return key + ":" + value + std::to_string(number);
          },
          kTenGraceFive)
      .to("out");
  TopologyDriver driver(builder.build());
  auto out = driver.output<std::string, std::string>("out");

  driver.input<std::string, std::string>("left").pipe("a", "l", Timestamp(10));
  driver.input<std::string, std::int64_t>("numbers").pipe("a", 7, Timestamp(12));

  EXPECT_THAT(lines(out), ElementsAre("a=a:l7@12"));
}

TEST(StreamJoin, DropsNullsAndCountsThem) {
  Driven test(join_of(Kind::inner, kTenGraceFive));

  test.left.pipe({std::nullopt, "l", Timestamp(10), {}});
  test.right.pipe({"a", std::nullopt, Timestamp(10), {}});

  EXPECT_THAT(test.read(), IsEmpty());
  EXPECT_EQ(dropped(test.driver, "null_key"), 1U);
  EXPECT_EQ(dropped(test.driver, "null_value"), 1U);
}

TEST(StreamJoin, ShowsLateRecordsToTheOtherSideAndCountsThatTheyAreNotKept) {
  Driven test(join_of(Kind::inner, kTenGraceFive));
  test.right.pipe("a", "r", Timestamp(5));
  test.left.pipe("b", "later", Timestamp(100));

  test.left.pipe("a", "late", Timestamp(10));
  test.right.pipe("a", "r2", Timestamp(10));

  EXPECT_THAT(test.read(), ElementsAre("a=late|r@10"));
  EXPECT_EQ(dropped(test.driver, "late"), 1U);
}

TEST(StreamLeftJoin, GivesOutWhatMetNoneWhenWindowAndGraceAreOver) {
  Driven test(join_of(Kind::left, kTenGraceFive));

  test.left.pipe("a", "l", Timestamp(10));
  test.right.pipe("b", "r", Timestamp(25));
  EXPECT_THAT(test.read(), IsEmpty());
  test.right.pipe("b", "r", Timestamp(26));

  EXPECT_THAT(test.read(), ElementsAre("a=l|-@10"));
}

TEST(StreamLeftJoin, GivesOutNothingForWhatHasMetOne) {
  Driven test(join_of(Kind::left, kTenGraceFive));

  test.left.pipe("a", "l", Timestamp(10));
  test.right.pipe("a", "r", Timestamp(20));
  test.left.pipe("b", "later", Timestamp(100));

  EXPECT_THAT(test.read(), ElementsAre("a=l|r@20"));
}

TEST(StreamLeftJoin, PassesRecordsWithoutAKeyOnAtOnce) {
  Driven test(join_of(Kind::left, kTenGraceFive));

  test.left.pipe({std::nullopt, "l", Timestamp(10), {}});
  test.right.pipe({std::nullopt, "r", Timestamp(10), {}});

  EXPECT_THAT(test.read(), ElementsAre("null=l|-@10"));
  EXPECT_EQ(dropped(test.driver, "null_key"), 1U);
}

TEST(StreamLeftJoin, OfAJoinerThatNeedsTheKeyStopsAtARecordWithoutOne) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("left")
      .left_join(
          builder.stream<std::string, std::string>("right"),
          [](const std::string& key, const std::string& left, const std::string*) {
            return key + left;
          },
          kTenGraceFive)
      .to("out");
  Driven test(builder.build());

  EXPECT_THAT(reason_of_stop([&] { test.left.pipe({std::nullopt, "l", Timestamp(10), {}}); }),
              HasSubstr("key is null"));
}

TEST(StreamOuterJoin, GivesOutWhatMetNoneOfBothSidesRightFirst) {
  Driven test(join_of(Kind::outer, kTenGraceFive));

  test.left.pipe("a", "l", Timestamp(10));
  test.right.pipe("b", "r", Timestamp(10));
  test.left.pipe("c", "later", Timestamp(100));

  EXPECT_THAT(test.read(), ElementsAre("b=-|r@10", "a=l|-@10"));
}

// Natively as soon as a record of either side shows that its time is over; Kafka Streams waits for
// a record of the side whose windows end sooner.
TEST(StreamOuterJoin, LooksForWhatIsClosedWhicheverSideARecordComesFrom) {
  const JoinWindows windows = JoinWindows::of(milliseconds(0)).after(milliseconds(100)).no_grace();
  const auto given_out = [&](DriverOptions options) {
    Driven test(join_of(Kind::outer, windows), std::move(options));
    test.right.pipe("a", "r", Timestamp(10));
    test.left.pipe("b", "l", Timestamp(50));
    return test.read();
  };

  EXPECT_THAT(given_out({}), ElementsAre("a=-|r@10"));
  EXPECT_THAT(given_out(java()), IsEmpty());
}

TEST(StreamOuterJoin, LooksAtMostOncePerIntervalOfWallClock) {
  Driven test(join_of(Kind::outer, kTenGraceFive, StreamJoined::emit_interval(milliseconds(1000))));
  test.left.pipe("a", "l", Timestamp(10));
  test.left.pipe("b", "l", Timestamp(100));
  EXPECT_THAT(test.read(), IsEmpty());

  test.driver.advance_wall_clock(milliseconds(1000));
  test.left.pipe("c", "l", Timestamp(101));

  EXPECT_THAT(test.read(), ElementsAre("a=l|-@10"));
}

// Kafka Streams forgets the time, and waits with "a" until something else is kept.
TEST(StreamOuterJoin, GivesOutAfterARestartWhatWasKeptBefore) {
  for (const auto state : {TopologyDriver::State::kept, TopologyDriver::State::lost}) {
    Driven test(join_of(Kind::outer, kTenGraceFive));
    test.left.pipe("a", "l", Timestamp(10));

    test.driver.restart(state);
    test.right.pipe("b", "r", Timestamp(26));

    EXPECT_THAT(test.read(), ElementsAre("a=l|-@10"));
  }
}

TEST(StreamOuterJoin, KnowsAfterARestartThatAWindowHasEnded) {
  for (const auto state : {TopologyDriver::State::kept, TopologyDriver::State::lost}) {
    Driven test(join_of(Kind::outer, kTenGraceFive));
    test.left.pipe("a", "l", Timestamp(100));

    test.driver.restart(state);
    test.right.pipe("b", "old", Timestamp(50));

    EXPECT_THAT(test.read(), ElementsAre("b=-|old@50"));
  }
}

TEST(StreamOuterJoin, TakesBackWhatAnAbortTookBack) {
  DriverOptions options;
  options.commit = testing::DriverCommit::by_hand;
  Driven test(join_of(Kind::outer, kTenGraceFive), options);
  test.left.pipe("a", "l", Timestamp(10));
  test.left.pipe("b", "l", Timestamp(26));
  test.driver.commit();
  test.read();
  test.left.pipe("c", "l", Timestamp(42));  // gives "b" out
  test.driver.abort();

  test.driver.advance_wall_clock(milliseconds(0));
  test.driver.commit();

  EXPECT_THAT(test.read(), ElementsAre("b=l|-@26"));
}

// Its window closes behind end + grace: until then it must not be hidden from a partner that comes
// in time. In Kafka Streams it is, where the window does not reach back.
TEST(StreamLeftJoin, DoesNotHideARecordThatIsStillOpen) {
  const auto results = [](const JoinWindows& windows, std::int64_t last, std::int64_t partner,
                          DriverOptions options) {
    Driven test(join_of(Kind::left, windows), std::move(options));
    test.left.pipe("a", "l", Timestamp(100));
    test.left.pipe("b", "x", Timestamp(last));
    test.right.pipe("a", "r", Timestamp(partner));
    return test.read();
  };
  const auto ahead = JoinWindows::of(milliseconds(0)).after(milliseconds(10));
  EXPECT_THAT(results(ahead.grace(milliseconds(5)), 115, 110, {}), ElementsAre("a=l|r@110"));
  EXPECT_THAT(results(ahead.grace(milliseconds(5)), 115, 110, java()), IsEmpty());
  EXPECT_THAT(results(ahead.no_grace(), 110, 110, {}), ElementsAre("a=l|r@110"));

  const auto later_only = ahead.before(milliseconds(-4)).no_grace();
  EXPECT_THAT(results(later_only, 108, 110, {}), ElementsAre("a=l|r@110"));
  EXPECT_THAT(results(later_only, 108, 110, java()), IsEmpty());
}

TEST(StreamJoinOldSemantics, GivesWhatMetNoneOutAtOnceAndAgainWhenItMeetsOne) {
  Driven test(join_of(Kind::left, JoinWindows::of(milliseconds(10)).unmatched_at_once()));

  test.left.pipe("a", "l", Timestamp(10));
  test.right.pipe("a", "r", Timestamp(12));

  EXPECT_THAT(test.read(), ElementsAre("a=l|-@10", "a=l|r@12"));
}

TEST(StreamJoinNames, UseUpFiveNumbersWhateverIsNamed) {
  internal::LogicalPlan plan;
  StreamJoinChoices choices;
  choices.name = "n";
  choices.store_name = "s";

  const internal::StreamJoinNames names =
      internal::stream_join_names(plan, internal::StreamJoinKind::outer, choices);

  EXPECT_EQ(names.left_join, "n-outer-this-join");
  EXPECT_EQ(names.unmatched_store, "s-outer-shared-join-store");
  EXPECT_EQ(plan.next_name("NEXT-"), "NEXT-0000000005");
}

TEST(JoinWindows, OfTheOldSemanticsLastADayWithoutAGraceOfTheirOwn) {
  const JoinWindows windows = JoinWindows::of(milliseconds(10)).unmatched_at_once();

  EXPECT_EQ(windows.size() + windows.grace(), std::chrono::hours(24));
}

TEST(JoinWindows, AreRefusedWhenTheyReachFurtherThanThereIsTime) {
  constexpr auto kForEver = milliseconds::max();
  EXPECT_THROW((void)JoinWindows::of(kForEver).no_grace(), TopologyError);
  EXPECT_THROW((void)JoinWindows::of(milliseconds(1)).grace(kForEver), TopologyError);
  EXPECT_THROW((void)JoinWindows::of(milliseconds(1)).before(milliseconds::min()).no_grace(),
               TopologyError);
  EXPECT_THROW((void)JoinWindows::of(milliseconds::min()).unmatched_at_once(), TopologyError);

  const auto million_years = std::chrono::hours(24) * 365'000'000;
  EXPECT_EQ(JoinWindows::of(million_years).no_grace().size(), 2 * million_years);
}

TEST(JoinWindows, ThatKeepNothingSayWhatToDo) {
  try {
    (void)JoinWindows::of(milliseconds(0)).no_grace();
    FAIL() << "they are not refused";
  } catch (const TopologyError& error) {
    EXPECT_THAT(error.what(), HasSubstr("give it a grace of at least 1 ms"));
  }
}

TEST(JoinWindows, AreRefusedWhenNegative) {
  EXPECT_THROW((void)JoinWindows::of(milliseconds(-1)).no_grace(), TopologyError);
  EXPECT_THROW((void)JoinWindows::of(milliseconds(1)).grace(milliseconds(-1)), TopologyError);
}

// As Kafka Streams has it: window stores are not compacted, and those of suppliers are always
// logged.
TEST(StreamJoinStores, HaveTheChangelogsOfKafkaStreams) {
  StreamJoinChoices choices;
  choices.changelog_config = {{"cleanup.policy", "compact"}, {"segment.bytes", "1"}};
  const StoreSpec made = internal::join_window_spec("w", kTenGraceFive, choices);
  EXPECT_THAT(made.changelog_config,
              ElementsAre(Pair("cleanup.policy", "delete"), Pair("segment.bytes", "1")));

  choices.logging = Logging::disabled;
  EXPECT_EQ(internal::join_window_spec("w", kTenGraceFive, choices).logging, Logging::disabled);
  choices.left_store = "left";
  choices.right_store = "right";
  const StoreSpec given = internal::join_window_spec("left", kTenGraceFive, choices);
  EXPECT_EQ(given.logging, Logging::enabled);
  EXPECT_THAT(given.changelog_config, ElementsAre(Pair("cleanup.policy", "compact,delete")));
  const StoreSpec unmatched = internal::unmatched_store_spec("shared", choices);
  EXPECT_EQ(unmatched.logging, Logging::disabled);
  EXPECT_EQ(unmatched.changelog_config, choices.changelog_config);
}

Topology self_join(const Optimizations& optimizations) {
  StreamBuilder builder;
  const Strings stream = builder.stream<std::string, std::string>("in");
  stream.join(stream, joined, kTenGraceFive).to("out");
  return builder.build(optimizations);
}

std::vector<std::string> results_of_self_join(const Optimizations& optimizations,
                                              DriverOptions options) {
  TopologyDriver driver(self_join(optimizations), std::move(options));
  auto in = driver.input<std::string, std::string>("in");
  auto out = driver.output<std::string, std::string>("out");
  for (const std::int64_t time : {10, 15, 12, 40, 30, 100, 76}) {
    in.pipe("a", std::to_string(time), Timestamp(time));
  }
  return lines(out);
}

TEST(SelfJoin, GivesInOneStoreWhatItGivesInTwo) {
  EXPECT_EQ(results_of_self_join(Optimizations::all(), {}),
            results_of_self_join(Optimizations::none(), {}));
}

std::vector<std::string> results_of_self_join(Kind kind, const JoinWindows& windows,
                                              const Optimizations& optimizations) {
  StreamBuilder builder;
  const Strings stream = builder.stream<std::string, std::string>("in");
  switch (kind) {
    case Kind::inner:
      stream.join(stream, joined, windows).to("out");
      break;
    case Kind::left:
      stream.left_join(stream, joined, windows).to("out");
      break;
    case Kind::outer:
      stream.outer_join(stream, joined, windows).to("out");
      break;
  }
  TopologyDriver driver(builder.build(optimizations));
  auto in = driver.input<std::string, std::string>("in");
  auto out = driver.output<std::string, std::string>("out");
  for (const std::int64_t time : {10, 17, 12, 100, 10, 101, 95, 130, 200}) {
    in.pipe("a", std::to_string(time), Timestamp(time));
  }
  return lines(out);
}

// Records that are late or not in their own window meet no record, or not themselves.
TEST(SelfJoin, GivesInOneStoreWhatItGivesInTwoWhateverItsKindAndWindows) {
  const auto later = JoinWindows::of(milliseconds(10)).before(milliseconds(-5));
  const auto earlier = JoinWindows::of(milliseconds(10)).after(milliseconds(-5));
  for (const Kind kind : {Kind::inner, Kind::left, Kind::outer}) {
    for (const JoinWindows& windows :
         {kTenGraceFive, later.grace(milliseconds(5)), earlier.grace(milliseconds(5)),
          JoinWindows::of(milliseconds(0)).after(milliseconds(10)).grace(milliseconds(20)),
          JoinWindows::of(milliseconds(10)).unmatched_at_once(milliseconds(5))}) {
      EXPECT_EQ(results_of_self_join(kind, windows, Optimizations::all()),
                results_of_self_join(kind, windows, Optimizations::none()));
    }
  }
}

// The last record lies at the edge of what the store keeps.
TEST(SelfJoin, MeetsItselfAtTheEdgeUnlikeInKafkaStreams) {
  EXPECT_EQ(results_of_self_join(Optimizations::all(), {}).back(), "a=76|76@76");
  EXPECT_EQ(results_of_self_join(Optimizations::none(), java()).back(), "a=76|76@76");
  EXPECT_EQ(results_of_self_join(Optimizations::all(), java()).back(), "a=100|100@100");
}

TEST(Optimizations, CanBeChosenAnewForEveryBuild) {
  StreamBuilder builder;
  const Strings stream = builder.stream<std::string, std::string>("in");
  stream.join(stream, joined, kTenGraceFive).to("out");

  const std::string plain = builder.build().describe();
  const std::string optimized = builder.build(Optimizations::all()).describe();

  EXPECT_NE(plain, optimized);
  EXPECT_EQ(builder.build().describe(), plain);
}

// Both repartitionings go through one filter() behind the change of the key; Kafka Streams fails.
TEST(Optimizations, MergeRepartitionTopicsBehindOneFilter) {
  StreamBuilder builder;
  const auto stream = builder.stream<std::string, std::string>("in")
                          .select_key([](const std::string& value) { return value; })
                          .filter([](const std::string& value) { return !value.empty(); });
  stream.group_by_key().count(Materialized::as("one")).to_stream().to("out");
  stream.group_by_key().count(Materialized::as("two")).to_stream().to("out2");

  const Topology topology = builder.build(Optimizations::all());

  EXPECT_EQ(topology.repartition_topics().size(), 1U);
  TopologyDriver driver(topology);
  auto out = driver.output<std::string, std::int64_t>("out");
  auto out2 = driver.output<std::string, std::int64_t>("out2");
  driver.input<std::string, std::string>("in").pipe("k", "v", Timestamp(1));
  EXPECT_THAT(lines(out), ElementsAre("v=1@1"));
  EXPECT_THAT(lines(out2), ElementsAre("v=1@1"));
}

std::vector<std::string> self_join_of_null_keys(Kind kind, const Optimizations& optimizations,
                                                DriverOptions options) {
  StreamBuilder builder;
  const Strings stream = builder.stream<std::string, std::string>("in");
  (kind == Kind::left ? stream.left_join(stream, joined, kTenGraceFive)
                      : stream.outer_join(stream, joined, kTenGraceFive))
      .to("out");
  TopologyDriver driver(builder.build(optimizations), std::move(options));
  auto out = driver.output<std::string, std::string>("out");
  driver.input<std::string, std::string>("in").pipe({std::nullopt, "v", Timestamp(1), {}});
  return lines(out);
}

TEST(SelfJoin, PassesRecordsWithoutAKeyWhichKafkaStreamsLosesInOneStore) {
  for (const auto& optimizations : {Optimizations::none(), Optimizations::all()}) {
    EXPECT_THAT(self_join_of_null_keys(Kind::left, optimizations, {}), ElementsAre("null=v|-@1"));
    EXPECT_THAT(self_join_of_null_keys(Kind::outer, optimizations, {}),
                ElementsAre("null=v|-@1", "null=-|v@1"));
  }
  EXPECT_THAT(self_join_of_null_keys(Kind::left, Optimizations::none(), java()),
              ElementsAre("null=v|-@1"));
  EXPECT_THAT(self_join_of_null_keys(Kind::left, Optimizations::all(), java()), IsEmpty());
}

// A window that lies before 0 as a whole; Kafka Streams takes its end for 0.
TEST(JoinWindows, ThatEndBeforeTheFirstTimeHoldNothing) {
  const auto later = JoinWindows::of(milliseconds(10)).before(milliseconds(-5)).no_grace();
  Driven native(join_of(Kind::inner, later));
  Driven compatible(join_of(Kind::inner, later), java());
  for (Driven* test : {&native, &compatible}) {
    test->left.pipe("a", "l", Timestamp(0));
    test->right.pipe("a", "near", Timestamp(2));
    test->right.pipe("a", "far", Timestamp(5));
  }

  EXPECT_THAT(native.read(), ElementsAre("a=l|far@5"));
  EXPECT_THAT(compatible.read(), ElementsAre("a=l|near@2", "a=l|far@5"));
}

}  // namespace
}  // namespace pawl::test

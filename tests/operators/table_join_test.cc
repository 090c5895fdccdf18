// Joins of two tables by key.
#include "operators/driver_reading.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace pawl::test {
namespace {

using testing::DriverCommit;
using testing::DriverOptions;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::TopologyDriver;

using StringTable = Table<std::string, std::string>;

std::string both(const std::string& left, const std::string& right) {
  return left + "+" + right;
}
std::string either(const std::string* left, const std::string* right) {
  return (left == nullptr ? "-" : *left) + "+" + (right == nullptr ? "-" : *right);
}
std::string left_and_maybe(const std::string& left, const std::string* right) {
  return either(&left, right);
}

struct Driven {
  template <class Join>
  explicit Driven(Join join, DriverOptions options = {})
      : driver(topology(join), std::move(options)),
        left(driver.input<std::string, std::string>("left")),
        right(driver.input<std::string, std::string>("right")),
        out(driver.output<std::string, std::string>("out")) {}

  template <class Join>
  static Topology topology(Join join) {
    StreamBuilder builder;
    const StringTable left_table = builder.table<std::string, std::string>("left");
    const StringTable right_table = builder.table<std::string, std::string>("right");
    join(left_table, right_table).to_stream().to("out");
    return builder.build();
  }
  static void remove(testing::InputTopic<std::string, std::string>& from, const char* key,
                     std::int64_t time) {
    from.pipe({key, std::nullopt, Timestamp(time), {}});
  }
  std::vector<std::string> read() { return lines(out); }

  TopologyDriver driver;
  testing::InputTopic<std::string, std::string> left;
  testing::InputTopic<std::string, std::string> right;
  testing::OutputTopic<std::string, std::string> out;
};

StringTable inner(const StringTable& left, const StringTable& right) {
  return left.join(right, both);
}
StringTable kept_inner(const StringTable& left, const StringTable& right) {
  return left.join(right, both, Materialized::as("both"));
}
StringTable left_outer(const StringTable& left, const StringTable& right) {
  return left.left_join(right, left_and_maybe);
}
StringTable full_outer(const StringTable& left, const StringTable& right) {
  return left.outer_join(right, either);
}

TEST(TableJoin, HasAResultWhereBothSidesHaveAValue) {
  Driven test(inner);

  test.left.pipe("a", "l1", Timestamp(5));
  test.right.pipe("a", "r1", Timestamp(3));
  test.left.pipe("a", "l2", Timestamp(6));
  Driven::remove(test.right, "a", 7);
  test.left.pipe("a", "l3", Timestamp(8));

  EXPECT_THAT(test.read(), ElementsAre("a=l1+r1@5", "a=l2+r1@6", "a=null@7"));
}

TEST(TableLeftJoin, HasAResultForEveryLeftValue) {
  Driven test(left_outer);

  test.right.pipe("a", "r1", Timestamp(1));
  test.left.pipe("a", "l1", Timestamp(2));
  Driven::remove(test.right, "a", 3);
  Driven::remove(test.left, "a", 4);
  Driven::remove(test.left, "a", 5);  // there is nothing to delete

  EXPECT_THAT(test.read(), ElementsAre("a=l1+r1@2", "a=l1+-@3", "a=null@4"));
}

TEST(TableOuterJoin, HasAResultForEveryValueOfEitherSide) {
  Driven test(full_outer);

  test.right.pipe("a", "r1", Timestamp(1));
  test.left.pipe("a", "l1", Timestamp(2));
  Driven::remove(test.right, "a", 3);
  Driven::remove(test.left, "a", 4);

  EXPECT_THAT(test.read(), ElementsAre("a=-+r1@1", "a=l1+r1@2", "a=l1+-@3", "a=null@4"));
}

TEST(TableJoin, DropsRecordsWithoutAKeyAndCountsThem) {
  Driven test(inner);

  test.left.pipe({std::nullopt, "l", Timestamp(1), {}});

  EXPECT_THAT(test.read(), IsEmpty());
  EXPECT_EQ(dropped(test.driver, "null_key"), 1U);
}

TEST(TableJoin, HasItsSidesAndResultsBackAfterARestart) {
  Driven test(kept_inner);
  test.left.pipe("a", "l1", Timestamp(1));
  test.right.pipe("a", "r1", Timestamp(2));
  test.left.pipe("b", "l2", Timestamp(3));
  test.read();

  test.driver.restart(TopologyDriver::State::lost);
  test.right.pipe("b", "r2", Timestamp(4));

  EXPECT_THAT(test.read(), ElementsAre("b=l2+r2@4"));
  auto kept = test.driver.store(stores::timestamped_key_value<std::string, std::string>("both"));
  EXPECT_EQ(kept.get("a")->value, "l1+r1");
  EXPECT_EQ(kept.get("a")->timestamp, Timestamp(2));
}

TEST(TableJoin, DoesNotSeeWhatWasAborted) {
  DriverOptions options;
  options.commit = DriverCommit::by_hand;
  Driven test(inner, options);
  test.left.pipe("a", "l1", Timestamp(1));
  test.driver.commit();
  test.left.pipe("a", "l2", Timestamp(2));

  test.driver.abort();
  test.right.pipe("a", "r1", Timestamp(3));

  EXPECT_THAT(test.read(), ElementsAre("a=l2+r1@3"));
}

// Values of a join are computed from both tables when a verb behind looks them up.
TEST(TableJoin, CanBeLookedUpWithoutAStoreOfItsOwn) {
  Driven test([](const StringTable& left, const StringTable& right) {
    return left.outer_join(right, either).left_join(right, left_and_maybe);
  });

  test.left.pipe("a", "l1", Timestamp(1));
  test.right.pipe("a", "r1", Timestamp(2));

  EXPECT_THAT(test.read().back(), "a=l1+r1+r1@2");
}

// A group behind a join learns what to take away.
TEST(TableJoin, SendsOldValuesToAGroup) {
  StreamBuilder builder;
  const StringTable left = builder.table<std::string, std::string>("left");
  left.join(builder.table<std::string, std::string>("right"), both)
      .group_by([](const std::string& value) { return std::pair(value, value); })
      .count()
      .to_stream()
      .to("out");
  TopologyDriver driver(builder.build());
  auto lefts = driver.input<std::string, std::string>("left");
  auto rights = driver.input<std::string, std::string>("right");
  auto out = driver.output<std::string, std::int64_t>("out");
  lefts.pipe("a", "l1", Timestamp(1));
  rights.pipe("a", "r1", Timestamp(2));

  lefts.pipe("a", "l2", Timestamp(3));

  EXPECT_THAT(lines(out), ElementsAre("l1+r1=1@2", "l1+r1=0@3", "l2+r1=1@3"));
}

// A window of a join is closed when it is closed on both sides.
TEST(TableJoin, OfWindowsHasFinalResultsWhenBothSidesAreClosed) {
  StreamBuilder builder;
  const auto counts = [&](const char* topic, std::chrono::milliseconds grace) {
    return builder.stream<std::string, std::string>(topic)
        .group_by_key()
        .windowed_by(TumblingWindows::of(std::chrono::milliseconds(10)).grace(grace))
        .count();
  };
  const auto lefts = counts("left", std::chrono::milliseconds(0));
  lefts
      .join(counts("right", std::chrono::milliseconds(20)),
            [](const std::int64_t& left, const std::int64_t& right) {
              return std::to_string(left) + "+" + std::to_string(right);
            })
      .suppress(Suppressed::until_window_closes(Buffer::unbounded()))
      .to_stream([](const Windowed<std::string>& window, const std::string&) { return window.key; })
      .to("out");
  TopologyDriver driver(builder.build());
  auto left = driver.input<std::string, std::string>("left");
  auto right = driver.input<std::string, std::string>("right");
  auto out = driver.output<std::string, std::string>("out");

  for (const std::int64_t time : {1, 2, 25}) {
    left.pipe("a", "x", Timestamp(time));
    right.pipe("a", "x", Timestamp(time));
  }
  EXPECT_THAT(lines(out), IsEmpty());
  left.pipe("a", "x", Timestamp(31));
  right.pipe("a", "x", Timestamp(31));

  EXPECT_THAT(lines(out), ElementsAre("a=2+2@2"));
}

TEST(TableJoin, AsksForEqualPartitionCounts) {
  const Topology topology = Driven::topology(inner);

  ASSERT_EQ(topology.copartitioned_sources().size(), 1U);
  EXPECT_EQ(topology.copartitioned_sources().front().size(), 2U);
}

DriverOptions java() {
  DriverOptions options;
  options.compatibility = Compatibility::kafka_streams_4_3;
  return options;
}

// With a record cache Kafka Streams looks for the other row where it has gone already.
TEST(TableJoin, DeletesTheResultOfRowsThatGoFromBothCachesAtOnce) {
  DriverOptions options;
  options.commit = DriverCommit::by_hand;
  options.record_cache_bytes_max = 1U << 20U;
  DriverOptions compatible_options = options;
  compatible_options.compatibility = Compatibility::kafka_streams_4_3;
  Driven native(inner, options);
  Driven compatible(inner, compatible_options);
  for (Driven* test : {&native, &compatible}) {
    test->left.pipe("k", "l", Timestamp(1));
    test->right.pipe("k", "r", Timestamp(1));
    test->driver.commit();
    test->read();
    Driven::remove(test->left, "k", 2);
    Driven::remove(test->right, "k", 3);
    test->driver.commit();
  }

  EXPECT_THAT(native.read(), ElementsAre("k=null@2"));
  EXPECT_THAT(compatible.read(), IsEmpty());
}

StringTable shouted(const StringTable& table) {
  return table.map_values([](const std::string& value) { return value + "!"; });
}

TEST(TableJoin, OfTwoTablesMadeOfOneDeletesWhatGoesFromBoth) {
  const auto with_itself = [](const StringTable& left, const StringTable& /*right*/) {
    return left.join(shouted(left), both);
  };
  Driven native(with_itself);
  Driven compatible(with_itself, java());
  for (Driven* test : {&native, &compatible}) {
    test->left.pipe("k", "l", Timestamp(1));
    EXPECT_THAT(test->read(), ElementsAre("k=l+l!@1", "k=l+l!@1"));
    Driven::remove(test->left, "k", 2);
  }

  EXPECT_THAT(native.read(), ElementsAre("k=null@2", "k=null@2"));
  EXPECT_THAT(compatible.read(), IsEmpty());
}

// What is counted behind the join: how many results begin with a letter.
StringTable counted(const StringTable& joined) {
  return joined
      .group_by([](const std::string& value) { return std::pair(value.substr(0, 1), value); })
      .count()
      .map_values([](const std::int64_t& count) { return std::to_string(count); });
}

TEST(TableJoin, ThatIsKeptKnowsTheOldResultOfTwoTablesMadeOfOne) {
  const auto with_itself = [](const StringTable& left, const StringTable& /*right*/) {
    return counted(left.join(shouted(left), both, Materialized::as("both")));
  };
  Driven native(with_itself);
  Driven compatible(with_itself, java());
  for (Driven* test : {&native, &compatible}) {
    test->left.pipe("k", "l", Timestamp(1));
  }

  EXPECT_EQ(native.read().back(), "l=1@1");
  EXPECT_EQ(compatible.read().back(), "l=2@1");
}

TEST(TableJoin, OfCachedTablesIsCountedOnce) {
  const auto counted_join = [](const StringTable& left, const StringTable& right) {
    return counted(left.join(right, both));
  };
  DriverOptions options;
  options.commit = DriverCommit::by_hand;
  options.record_cache_bytes_max = 1U << 20U;
  DriverOptions compatible_options = options;
  compatible_options.compatibility = Compatibility::kafka_streams_4_3;
  Driven native(counted_join, options);
  Driven compatible(counted_join, compatible_options);
  for (Driven* test : {&native, &compatible}) {
    test->left.pipe("k", "l", Timestamp(1));
    test->right.pipe("k", "r", Timestamp(1));
    test->driver.commit();
    test->driver.commit();
  }

  EXPECT_EQ(native.read().back(), "l=1@1");
  EXPECT_EQ(compatible.read().back(), "l=2@1");
}

}  // namespace
}  // namespace pawl::test

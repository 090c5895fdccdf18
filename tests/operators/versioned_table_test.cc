// Tables and aggregations in versioned stores: joins see the past as it was, updates may come late.
#include "operators/driver_reading.h"
#include "support/temporary_directory.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>
#include <pawl/statestore/typed/stores.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;
using testing::DriverOptions;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::TopologyDriver;

const auto& prices() {
  static const auto kPrices =
      stores::versioned<std::string, std::string>("prices-by-item", milliseconds(100));
  return kPrices;
}

// Orders with the price of their item at the time of the order.
Topology priced_orders() {
  StreamBuilder builder;
  const auto prices = builder.table<std::string, std::string>(
      "prices", Materialized::as_versioned("prices-by-item", milliseconds(100)));
  prices.to_stream().to("updates");
  builder.stream<std::string, std::string>("orders")
      .left_join(prices,
                 [](const std::string& order, const std::string* price) {
                   return order + " for " + (price == nullptr ? "?" : *price);
                 })
      .to("out");
  return builder.build();
}

struct Driven {
  explicit Driven(DriverOptions options = {})
      : driver(priced_orders(), std::move(options)),
        prices(driver.input<std::string, std::string>("prices")),
        orders(driver.input<std::string, std::string>("orders")),
        updates(driver.output<std::string, std::string>("updates")),
        out(driver.output<std::string, std::string>("out")) {}
  TopologyDriver driver;
  testing::InputTopic<std::string, std::string> prices;
  testing::InputTopic<std::string, std::string> orders;
  testing::OutputTopic<std::string, std::string> updates;
  testing::OutputTopic<std::string, std::string> out;
};

TEST(VersionedTable, IsJoinedAsItWasAtTheTimeOfTheRecord) {
  Driven test;
  test.prices.pipe("tea", "3", Timestamp(10));
  test.prices.pipe("tea", "4", Timestamp(20));
  test.prices.pipe({"tea", std::nullopt, Timestamp(30), {}});

  test.orders.pipe("tea", "a", Timestamp(35));
  test.orders.pipe("tea", "b", Timestamp(29));
  test.orders.pipe("tea", "c", Timestamp(19));
  test.orders.pipe("tea", "d", Timestamp(9));

  EXPECT_THAT(lines(test.out),
              ElementsAre("tea=a for ?@35", "tea=b for 4@29", "tea=c for 3@19", "tea=d for ?@9"));
}

TEST(VersionedTable, TakesALateUpdateIntoItsHistory) {
  Driven test;
  test.prices.pipe("tea", "4", Timestamp(50));
  test.prices.pipe("tea", "3", Timestamp(10));

  test.orders.pipe("tea", "a", Timestamp(40));
  test.orders.pipe("tea", "b", Timestamp(50));

  EXPECT_THAT(lines(test.out), ElementsAre("tea=a for 3@40", "tea=b for 4@50"));
  EXPECT_THAT(lines(test.updates), ElementsAre("tea=4@50", "tea=3@10"));
}

TEST(VersionedTable, DropsUpdatesThatAreOlderThanItsHistoryAndCountsThem) {
  Driven test;
  test.prices.pipe("tea", "4", Timestamp(200));

  test.prices.pipe("tea", "3", Timestamp(99));
  test.prices.pipe({"coffee", std::nullopt, Timestamp(99), {}});

  EXPECT_THAT(lines(test.updates), ElementsAre("tea=4@200"));
  EXPECT_EQ(dropped(test.driver, "expired"), 2U);
}

TEST(VersionedTable, DropsRecordsWithoutAKeyAndCountsThem) {
  Driven test;

  test.prices.pipe({std::nullopt, "4", Timestamp(10), {}});

  EXPECT_THAT(lines(test.updates), IsEmpty());
  EXPECT_EQ(dropped(test.driver, "null_key"), 1U);
}

TEST(VersionedTable, KeepsHistoryAndTimeOverARestart) {
  for (const TopologyDriver::State state :
       {TopologyDriver::State::kept, TopologyDriver::State::lost}) {
    const TemporaryDirectory directory;
    DriverOptions options;
    options.state_dir = directory.path() / "state";
    Driven test(options);
    test.prices.pipe("tea", "3", Timestamp(110));
    test.prices.pipe("tea", "4", Timestamp(200));

    test.driver.restart(state);
    test.prices.pipe("tea", "too late", Timestamp(99));
    test.orders.pipe("tea", "a", Timestamp(150));

    EXPECT_THAT(lines(test.out), ElementsAre("tea=a for 3@150"));
    EXPECT_EQ(dropped(test.driver, "expired"), 1U);
    EXPECT_EQ(test.driver.store(prices()).get("tea", Timestamp(150))->to, Timestamp(200));
  }
}

TEST(VersionedTable, CanBeReadByTypeInTheDriver) {
  Driven test;
  test.prices.pipe("tea", "3", Timestamp(10));
  test.prices.pipe("tea", "4", Timestamp(20));

  auto store = test.driver.store(prices());

  EXPECT_EQ(store.get("tea")->value, "4");
  EXPECT_EQ(store.get("tea", Timestamp(15))->value, "3");
  EXPECT_EQ(store.versions("tea", Timestamp(0), Timestamp(100)).size(), 2U);
}

TEST(VersionedAggregation, DropsResultsThatAreOlderThanItsHistoryAndCountsThem) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .group_by_key()
      .count(Materialized::as_versioned("counts", milliseconds(100)))
      .to_stream()
      .to("out");
  TopologyDriver driver(builder.build());
  auto in = driver.input<std::string, std::string>("in");
  auto out = driver.output<std::string, std::int64_t>("out");

  in.pipe("a", "x", Timestamp(500));
  in.pipe("b", "x", Timestamp(399));
  in.pipe("a", "x", Timestamp(1));

  EXPECT_THAT(lines(out), ElementsAre("a=1@500", "a=2@500"));
  EXPECT_EQ(dropped(driver, "expired"), 1U);
}

// A late update would be given out instead of the newer one that was held back.
TEST(VersionedTable, CannotBeSuppressed) {
  StreamBuilder builder;
  const auto table = builder.table<std::string, std::string>(
      "in", Materialized::as_versioned("rows", milliseconds(100)));
  const auto suppressed = Suppressed::until_time_limit(milliseconds(10), Buffer::unbounded());

  EXPECT_THROW((void)table.suppress(suppressed), TopologyError);
  EXPECT_THROW((void)table.filter([](const std::string& value) { return !value.empty(); })
                   .suppress(suppressed),
               TopologyError);
}

TEST(VersionedTable, CanBeTheResultOfAJoin) {
  StreamBuilder builder;
  const auto both = [](const std::string& one, const std::string& other) { return one + other; };
  const auto joined = builder.table<std::string, std::string>("left").join(
      builder.table<std::string, std::string>("right"), both,
      Materialized::as_versioned("rows", milliseconds(100)));

  builder.stream<std::string, std::string>("stream")
      .join(joined, both, Joined::as("join").grace(milliseconds(10)))
      .to("out");

  TopologyDriver driver(builder.build());
  driver.input<std::string, std::string>("left").pipe("a", "1", Timestamp(1));
  driver.input<std::string, std::string>("right").pipe("a", "2", Timestamp(2));
  auto stream = driver.input<std::string, std::string>("stream");
  stream.pipe("a", "of ", Timestamp(5));
  driver.input<std::string, std::string>("right").pipe("a", "3", Timestamp(6));
  stream.pipe("b", "", Timestamp(20));
  auto out = driver.output<std::string, std::string>("out");
  EXPECT_THAT(lines(out), ElementsAre("a=of 12@5"));
}

TEST(VersionedTable, CannotHoldWindows) {
  StreamBuilder builder;
  const auto windowed = builder.stream<std::string, std::string>("in").group_by_key().windowed_by(
      TumblingWindows::of(milliseconds(10)).no_grace());

  EXPECT_THROW((void)windowed.count(Materialized::as_versioned("counts", milliseconds(100))),
               TopologyError);
  EXPECT_THROW((void)windowed.count(Materialized::as_lru_map("counts", 3)), TopologyError);
}

TEST(LruTable, ForgetsTheKeyThatWasNotUsedForLongest) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .group_by_key()
      .count(Materialized::as_lru_map("counts", 2))
      .to_stream()
      .to("out");
  TopologyDriver driver(builder.build());
  auto in = driver.input<std::string, std::string>("in");
  auto out = driver.output<std::string, std::int64_t>("out");
  in.pipe("a", "x", Timestamp(1));
  in.pipe("b", "x", Timestamp(2));
  in.pipe("a", "x", Timestamp(3));
  in.pipe("c", "x", Timestamp(4));
  driver.restart(TopologyDriver::State::lost);

  in.pipe("a", "x", Timestamp(5));
  in.pipe("b", "x", Timestamp(6));

  EXPECT_THAT(lines(out), ElementsAre("a=1@1", "b=1@2", "a=2@3", "c=1@4", "a=3@5", "b=1@6"));
}

}  // namespace
}  // namespace pawl::test

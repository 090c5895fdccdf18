// A stream joined with a versioned table, where the stream's records wait for late table updates.
#include "operators/driver_reading.h"
#include "support/temporary_directory.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;
using testing::DriverCommit;
using testing::DriverOptions;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::TopologyDriver;

// Orders with the price at their time, `grace` later.
Topology priced_orders(milliseconds history, milliseconds grace) {
  StreamBuilder builder;
  const auto prices = builder.table<std::string, std::string>(
      "prices", Materialized::as_versioned("prices-by-item", history));
  builder.stream<std::string, std::string>("orders")
      .left_join(
          prices,
          [](const std::string& order, const std::string* price) {
            return order + " for " + (price == nullptr ? "?" : *price);
          },
          Joined::as("priced").grace(grace))
      .to("out");
  return builder.build();
}

struct Driven {
  explicit Driven(DriverOptions options = {}, milliseconds history = milliseconds(100),
                  milliseconds grace = milliseconds(10))
      : driver(priced_orders(history, grace), std::move(options)),
        prices(driver.input<std::string, std::string>("prices")),
        orders(driver.input<std::string, std::string>("orders")),
        out(driver.output<std::string, std::string>("out")) {}
  std::vector<std::string> read() { return lines(out); }
  TopologyDriver driver;
  testing::InputTopic<std::string, std::string> prices;
  testing::InputTopic<std::string, std::string> orders;
  testing::OutputTopic<std::string, std::string> out;
};

TEST(StreamTableGraceJoin, WaitsForTableUpdatesOfItsTime) {
  Driven test;
  test.orders.pipe("tea", "a", Timestamp(20));
  test.prices.pipe("tea", "3", Timestamp(18));
  test.prices.pipe("tea", "4", Timestamp(21));
  EXPECT_THAT(test.read(), IsEmpty());

  test.orders.pipe("tea", "b", Timestamp(30));

  EXPECT_THAT(test.read(), ElementsAre("tea=a for 3@20"));
}

TEST(StreamTableGraceJoin, GivesResultsInTheOrderOfTime) {
  Driven test;
  test.orders.pipe("b", "1", Timestamp(25));
  test.orders.pipe("a", "2", Timestamp(20));
  test.orders.pipe("b", "3", Timestamp(20));

  test.orders.pipe("x", "4", Timestamp(100));

  EXPECT_THAT(test.read(), ElementsAre("a=2 for ?@20", "b=3 for ?@20", "b=1 for ?@25"));
}

TEST(StreamTableGraceJoin, JoinsARecordThatIsLaterThanGraceAtOnce) {
  Driven test;
  test.orders.pipe("tea", "a", Timestamp(100));
  test.prices.pipe("tea", "3", Timestamp(50));

  test.orders.pipe("tea", "late", Timestamp(89));
  test.orders.pipe("tea", "just in time", Timestamp(90));

  EXPECT_THAT(test.read(), ElementsAre("tea=late for 3@89", "tea=just in time for 3@90"));
}

TEST(StreamTableGraceJoin, KeepsTheHeadersOfTheWaitingRecord) {
  Driven test;
  test.orders.pipe("tea", "a", Timestamp(20), {{"from", "a"}});

  test.orders.pipe("tea", "b", Timestamp(40), {{"from", "b"}});

  EXPECT_EQ(test.out.read()->headers, (Headers{{"from", "a"}}));
}

TEST(StreamTableGraceJoin, DropsRecordsWithoutAValueAndCountsThem) {
  Driven test;

  test.orders.pipe({"tea", std::nullopt, Timestamp(20), {}});
  test.orders.pipe("tea", "b", Timestamp(20));

  EXPECT_EQ(dropped(test.driver, "null_value"), 1U);
}

// Kafka Streams fails at it: a record without a key cannot be buffered.
TEST(StreamTableGraceJoin, ALeftJoinPassesARecordWithoutAKeyOn) {
  Driven native;
  native.orders.pipe({std::nullopt, "a", Timestamp(20), {}});
  EXPECT_THAT(native.read(), ElementsAre("null=a for ?@20"));

  DriverOptions options;
  options.compatibility = Compatibility::kafka_streams_4_3;
  Driven java(options);
  EXPECT_THROW(java.orders.pipe({std::nullopt, "a", Timestamp(20), {}}), ProcessingStopped);
}

TEST(StreamTableGraceJoin, KeepsWaitingRecordsAndTimeOverARestart) {
  for (const TopologyDriver::State state :
       {TopologyDriver::State::kept, TopologyDriver::State::lost}) {
    const TemporaryDirectory directory;
    DriverOptions options;
    options.state_dir = directory.path() / "state";
    Driven test(options);
    test.orders.pipe("tea", "a", Timestamp(100));
    test.orders.pipe("tea", "b", Timestamp(100));

    test.driver.restart(state);
    test.orders.pipe("tea", "c", Timestamp(100));
    test.orders.pipe("tea", "late", Timestamp(89));
    EXPECT_THAT(test.read(), ElementsAre("tea=late for ?@89"));
    test.orders.pipe("x", "", Timestamp(200));

    EXPECT_THAT(test.read(), ElementsAre("tea=a for ?@100", "tea=b for ?@100", "tea=c for ?@100"));
  }
}

TEST(StreamTableGraceJoin, AnAbortBringsBackWhatLeft) {
  DriverOptions options;
  options.commit = DriverCommit::by_hand;
  Driven test(options);
  test.orders.pipe("tea", "a", Timestamp(20));
  test.driver.commit();
  test.orders.pipe("tea", "b", Timestamp(40));

  test.driver.abort();
  test.driver.advance_wall_clock(milliseconds(0));

  EXPECT_THAT(test.read(), ElementsAre("tea=a for ?@20"));
}

TEST(StreamTableGraceJoin, AsksForAVersionedTableWithAHistoryOfThatLength) {
  StreamBuilder builder;
  const auto plain = builder.table<std::string, std::string>("plain");
  const auto versioned = builder.table<std::string, std::string>(
      "versioned", Materialized::as_versioned("v", milliseconds(5)));
  const auto orders = builder.stream<std::string, std::string>("orders");
  const auto joiner = [](const std::string& order, const std::string& price) {
    return order + price;
  };

  EXPECT_THROW((void)orders.join(plain, joiner, Joined::grace(milliseconds(1))), TopologyError);
  EXPECT_THROW((void)orders.join(versioned, joiner, Joined::grace(milliseconds(6))), TopologyError);
}

}  // namespace
}  // namespace pawl::test

// A stream joined with a table: only the stream makes results, each with what the table holds at
// that moment.
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

// Orders with the names of their customers.
Topology named_orders() {
  StreamBuilder builder;
  const auto customers =
      builder.table<std::string, std::string>("customers", Materialized::as("customers-by-id"));
  builder.stream<std::string, std::int64_t>("orders")
      .left_join(customers,
                 [](const std::int64_t& order, const std::string* customer) {
                   return std::to_string(order) + " by " +
                          (customer == nullptr ? "nobody" : *customer);
                 })
      .to("out");
  return builder.build();
}

struct Driven {
  explicit Driven(DriverOptions options = {})
      : driver(named_orders(), std::move(options)),
        customers(driver.input<std::string, std::string>("customers")),
        orders(driver.input<std::string, std::int64_t>("orders")),
        out(driver.output<std::string, std::string>("out")) {}
  std::vector<std::string> read() { return lines(out); }
  TopologyDriver driver;
  testing::InputTopic<std::string, std::string> customers;
  testing::InputTopic<std::string, std::int64_t> orders;
  testing::OutputTopic<std::string, std::string> out;
};

TEST(StreamTableLeftJoin, TakesTheTablesValueOfTheMoment) {
  Driven test;

  test.orders.pipe("c1", 1, Timestamp(10));
  test.customers.pipe("c1", "Ada", Timestamp(20));
  test.orders.pipe("c1", 2, Timestamp(30));
  test.customers.pipe("c1", "Grace", Timestamp(40));
  test.orders.pipe("c1", 3, Timestamp(35));
  test.customers.pipe({"c1", std::nullopt, Timestamp(50), {}});
  test.orders.pipe("c1", 4, Timestamp(60));

  EXPECT_THAT(test.read(), ElementsAre("c1=1 by nobody@10", "c1=2 by Ada@30", "c1=3 by Grace@35",
                                       "c1=4 by nobody@60"));
}

TEST(StreamTableLeftJoin, MakesNoResultWhenOnlyTheTableChanges) {
  Driven test;
  test.orders.pipe("c1", 1, Timestamp(10));
  test.read();

  test.customers.pipe("c1", "Ada", Timestamp(20));

  EXPECT_THAT(test.read(), IsEmpty());
}

TEST(StreamTableLeftJoin, DropsRecordsWithoutAValueAndCountsThem) {
  Driven test;

  test.orders.pipe({"c1", std::nullopt, Timestamp(10), {}});

  EXPECT_THAT(test.read(), IsEmpty());
  EXPECT_EQ(dropped(test.driver, "null_value"), 1U);
}

TEST(StreamTableLeftJoin, KeepsTheHeadersOfTheStream) {
  Driven test;
  test.customers.pipe("c1", "Ada", Timestamp(1), {{"from", "table"}});

  test.orders.pipe("c1", 1, Timestamp(2), {{"from", "stream"}});

  EXPECT_EQ(test.out.read()->headers, (Headers{{"from", "stream"}}));
}

TEST(StreamTableLeftJoin, DoesNotSeeATableUpdateThatWasAborted) {
  DriverOptions options;
  options.commit = DriverCommit::by_hand;
  Driven test(options);
  test.customers.pipe("c1", "Ada", Timestamp(1));
  test.orders.pipe("c1", 1, Timestamp(2));
  test.driver.commit();
  test.customers.pipe("c1", "Grace", Timestamp(3));

  test.driver.abort();

  const auto customers = stores::timestamped_key_value<std::string, std::string>("customers-by-id");
  EXPECT_EQ(test.driver.store(customers).get("c1")->value, "Ada");
  test.orders.pipe("c1", 2, Timestamp(4));
  EXPECT_THAT(test.read(), ElementsAre("c1=1 by Ada@2", "c1=2 by Grace@4"));
}

TEST(StreamTableLeftJoin, HasItsTableBackAfterARestart) {
  Driven test;
  test.customers.pipe("c1", "Ada", Timestamp(1));
  test.customers.pipe("c2", "Grace", Timestamp(2));
  test.customers.pipe({"c2", std::nullopt, Timestamp(3), {}});

  test.driver.restart(TopologyDriver::State::lost);
  test.orders.pipe("c1", 1, Timestamp(4));
  test.orders.pipe("c2", 2, Timestamp(5));

  EXPECT_THAT(test.read(), ElementsAre("c1=1 by Ada@4", "c2=2 by nobody@5"));
}

TEST(StreamTableJoin, AsksForEqualPartitionCounts) {
  const Topology topology = named_orders();

  ASSERT_EQ(topology.copartitioned_sources().size(), 1U);
  EXPECT_EQ(topology.copartitioned_sources().front().size(), 2U);
}

TEST(StreamTableJoin, LooksValuesUpInATableOfWindows) {
  StreamBuilder builder;
  const auto counts =
      builder.stream<std::string, std::string>("in")
          .group_by_key()
          .windowed_by(TumblingWindows::of(std::chrono::milliseconds(10)).no_grace())
          .count();
  const auto serde = serde::time_windowed(serde::string(), std::chrono::milliseconds(10));
  builder.stream<Windowed<std::string>, std::string>("windowed", serde, serde::string())
      .join(counts, [](const std::string& left,
                       const std::int64_t& right) { return left + std::to_string(right); })
      .map([](const Windowed<std::string>& key, const std::string& value) {
        return std::pair(key.key, value);
      })
      .to("out");
  TopologyDriver driver(builder.build());
  auto in = driver.input<std::string, std::string>("in");
  auto windowed = driver.input<Windowed<std::string>, std::string>("windowed", serde);
  auto out = driver.output<std::string, std::string>("out");
  in.pipe("a", "x", Timestamp(11));
  in.pipe("a", "x", Timestamp(12));

  windowed.pipe({"a", {Timestamp(10), Timestamp(20)}}, "count ", Timestamp(13));
  windowed.pipe({"a", {Timestamp(20), Timestamp(30)}}, "count ", Timestamp(13));

  EXPECT_THAT(lines(out), ElementsAre("a=count 2@13"));
}

// The table keeps nothing of its own: its values are computed when they are looked up.
TEST(StreamTableJoin, LooksValuesUpThroughTablesWithoutAStore) {
  StreamBuilder builder;
  const auto customers =
      builder.table<std::string, std::string>("customers", Materialized::as("customers-by-id"))
          .filter([](const std::string& name) { return name != "Bob"; })
          .map_values([](const std::string& name) { return name + "!"; });
  builder.stream<std::string, std::string>("orders")
      .join(customers, [](const std::string& order,
                          const std::string& customer) { return order + " by " + customer; })
      .to("out");
  TopologyDriver driver(builder.build());
  auto names = driver.input<std::string, std::string>("customers");
  auto orders = driver.input<std::string, std::string>("orders");
  auto out = driver.output<std::string, std::string>("out");
  names.pipe("c1", "Ada", Timestamp(1));
  names.pipe("c2", "Bob", Timestamp(2));

  orders.pipe("c1", "1", Timestamp(3));
  orders.pipe("c2", "2", Timestamp(4));

  EXPECT_THAT(lines(out), ElementsAre("c1=1 by Ada!@3"));
}

}  // namespace
}  // namespace pawl::test

// Aggregations of several grouped streams: their own aggregators and times, deletions, old values,
// sessions, restarts.
#include "operators/driver_reading.h"

#include <pawl/operators/cogrouped_stream.h>
#include <pawl/operators/stateless_verbs.h>
#include <pawl/operators/stream_builder.h>
#include <pawl/serde/primitives.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <utility>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using testing::TopologyDriver;

GroupedStream<std::string, std::string> orders(StreamBuilder& builder) {
  return builder.stream<std::string, std::string>("orders").group_by_key();
}
GroupedStream<std::string, std::int64_t> refunds(StreamBuilder& builder) {
  return builder.stream<std::string, std::int64_t>("refunds").group_by_key();
}

void add_order(const std::string& /*key*/, const std::string& order, std::string& all) {
  all += "+" + order;
}
std::optional<std::string> add_refund(const std::string& /*key*/, const std::int64_t& refund,
                                      const std::string& all) {
  return refund == 0 ? std::nullopt : std::optional(all + "-" + std::to_string(refund));
}
std::string none() {
  return {};
}

struct Driven {
  explicit Driven(const Topology& topology, testing::DriverOptions options = {})
      : driver(topology, std::move(options)),
        orders(driver.input<std::string, std::string>("orders")),
        refunds(driver.input<std::string, std::int64_t>("refunds")) {}
  TopologyDriver driver;
  testing::InputTopic<std::string, std::string> orders;
  testing::InputTopic<std::string, std::int64_t> refunds;
};

TEST(Cogroup, TakesEachStreamThroughItsOwnAggregator) {
  StreamBuilder builder;
  orders(builder)
      .cogroup(add_order)
      .cogroup(refunds(builder), add_refund)
      .aggregate(none, Materialized::as("accounts"))
      .to_stream()
      .to("out");
  Driven test(builder.build());
  auto out = test.driver.output<std::string, std::string>("out");

  test.orders.pipe("a", "x", Timestamp(1));
  test.refunds.pipe("a", 7, Timestamp(3));
  test.refunds.pipe("a", 0, Timestamp(2));
  test.orders.pipe("a", "y", Timestamp(4));

  EXPECT_THAT(lines(out), ElementsAre("a=+x@1", "a=+x-7@3", "a=null@3", "a=+y@4"));
}

TEST(Cogroup, KeepsItsStateOverARestart) {
  StreamBuilder builder;
  orders(builder)
      .cogroup(add_order)
      .cogroup(refunds(builder), add_refund)
      .aggregate(none)
      .to_stream()
      .to("out");
  Driven test(builder.build());
  auto out = test.driver.output<std::string, std::string>("out");
  test.orders.pipe("a", "x", Timestamp(1));

  test.driver.restart(TopologyDriver::State::lost);
  test.refunds.pipe("a", 7, Timestamp(3));

  EXPECT_THAT(lines(out), ElementsAre("a=+x@1", "a=+x-7@3"));
}

Topology windowed_accounts() {
  StreamBuilder builder;
  orders(builder)
      .cogroup(add_order)
      .cogroup(refunds(builder), add_refund)
      .windowed_by(TumblingWindows::of(milliseconds(10)).grace(milliseconds(5)))
      .aggregate(none, Materialized::as("accounts"))
      .to_stream()
      .to("out");
  return builder.build();
}

TEST(Cogroup, HasATimeOfItsOwnForEachStream) {
  Driven test(windowed_accounts());
  auto out = test.driver.output<Windowed<std::string>, std::string>(
      "out", serde::time_windowed(serde::string(), milliseconds(10)));

  test.orders.pipe("a", "x", Timestamp(15));
  test.refunds.pipe("a", 7, Timestamp(8));
  test.orders.pipe("a", "y", Timestamp(8));  // late among the orders

  EXPECT_THAT(lines(out), ElementsAre("a[10,20)=+x@15", "a[0,10)=-7@8"));
  EXPECT_EQ(dropped(test.driver, "late"), 1U);
}

// The streams share a store. What one of them has pushed out of it Kafka Streams aggregates anew
// with every record of the other.
TEST(Cogroup, HasLateRecordsWhereKafkaStreamsForgetsTheAggregate) {
  testing::DriverOptions java;
  java.compatibility = Compatibility::kafka_streams_4_3;
  Driven native(windowed_accounts());
  Driven compatible(windowed_accounts(), java);
  const auto key = serde::time_windowed(serde::string(), milliseconds(10));
  for (Driven* test : {&native, &compatible}) {
    test->orders.pipe("a", "x", Timestamp(1'000));
    test->refunds.pipe("a", 7, Timestamp(8));
    test->refunds.pipe("a", 8, Timestamp(8));
  }

  auto out = native.driver.output<Windowed<std::string>, std::string>("out", key);
  EXPECT_THAT(lines(out), ElementsAre("a[1000,1010)=+x@1000"));
  EXPECT_EQ(dropped(native.driver, "late"), 2U);
  auto forgetful = compatible.driver.output<Windowed<std::string>, std::string>("out", key);
  EXPECT_THAT(lines(forgetful),
              ElementsAre("a[1000,1010)=+x@1000", "a[0,10)=-7@8", "a[0,10)=-8@8"));
}

TEST(Cogroup, MergesSessionsOfAllStreams) {
  StreamBuilder builder;
  orders(builder)
      .cogroup(add_order)
      .cogroup(refunds(builder), add_refund)
      .windowed_by(SessionWindows::with_inactivity_gap(milliseconds(5)).no_grace())
      .aggregate(none, [](const std::string&, const std::string& earlier,
                          const std::string& later) { return earlier + later; })
      .to_stream()
      .to("out");
  Driven test(builder.build());
  auto out = test.driver.output<Windowed<std::string>, std::string>(
      "out", serde::session_windowed(serde::string()));

  test.orders.pipe("a", "x", Timestamp(10));
  test.refunds.pipe("a", 7, Timestamp(12));

  EXPECT_THAT(lines(out), ElementsAre("a[10,10)=+x@10", "a[10,10)=null@10", "a[10,12)=+x-7@12"));
}

TEST(Cogroup, GivesOldValuesToThoseWhoWantThem) {
  StreamBuilder builder;
  orders(builder)
      .cogroup(add_order)
      .windowed_by(TumblingWindows::of(milliseconds(10)).no_grace())
      .aggregate(none, Materialized::as("accounts"))
      .suppress(Suppressed::until_window_closes(Buffer::unbounded()))
      .to_stream()
      .to("out");
  TopologyDriver driver(builder.build());
  auto in = driver.input<std::string, std::string>("orders");
  auto out = driver.output<Windowed<std::string>, std::string>(
      "out", serde::time_windowed(serde::string(), milliseconds(10)));

  in.pipe("a", "x", Timestamp(1));
  in.pipe("a", "y", Timestamp(2));
  in.pipe("a", "z", Timestamp(10));

  EXPECT_THAT(lines(out), ElementsAre("a[0,10)=+x+y@2"));
}

TEST(Cogroup, DeducesTheAggregateOrTakesItsName) {
  StreamBuilder builder;
  const auto generic = [](const auto& /*key*/, const auto& value, auto& all) { all += value; };

  orders(builder).cogroup<std::string>(generic).aggregate(none).to_stream().to("out");

  Driven test(builder.build());
  auto out = test.driver.output<std::string, std::string>("out");
  test.orders.pipe("a", "x", Timestamp(1));
  EXPECT_THAT(lines(out), ElementsAre("a=x@1"));
}

TEST(Cogroup, SaysThatAStreamIsOfAnotherBuilder) {
  StreamBuilder builder;
  StreamBuilder other;
  orders(builder)
      .cogroup(add_order)
      .cogroup(other.stream<std::string, std::string>("more").group_by_key(), add_order)
      .aggregate([] { return std::string(); })
      .to_stream()
      .to("out");

  std::string message;
  try {
    (void)builder.build();
  } catch (const TopologyError& error) {
    message = error.what();
  }
  EXPECT_THAT(message, ::testing::HasSubstr("another StreamBuilder"));
}

TEST(Cogroup, RefusesAStreamTwice) {
  StreamBuilder builder;
  const auto grouped = orders(builder);

  EXPECT_THROW((void)grouped.cogroup(add_order).cogroup(grouped, add_order), TopologyError);
}

}  // namespace
}  // namespace pawl::test

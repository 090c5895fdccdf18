// The serdes in use: borrowed bytes, JSON and Protobuf from source over repartition topic and store
// to sink.
#include "operators/driver_reading.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/json.h>
#include <pawl/serde/primitives.h>
#include <pawl/serde/protobuf.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <departures/departure.pb.h>
#include <optional>

namespace pawl::test {
namespace {

using testing::DriverCommit;
using testing::DriverOptions;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::TopologyDriver;
using topologies::Departure;

std::int64_t length(BytesView value) {
  return static_cast<std::int64_t>(value.size());
}

// Borrowed keys and values point into the record that is processed; grouping and counting keep none
// of them.
TEST(BorrowedBytes, GoThroughRepartitionTopicsAndStores) {
  StreamBuilder builder;
  builder.stream<BytesView, BytesView>("in")
      .filter([](const BytesView& value) { return !value.empty(); })
      .select_key([](const BytesView& value) { return value.substr(0, 1); })
      .group_by_key()
      .count(Materialized::as("counts"))
      .to_stream()
      .to("out");
  DriverOptions options;
  options.commit = DriverCommit::by_hand;
  TopologyDriver driver(builder.build(), options);
  auto in = driver.input<std::string, std::string>("in");
  auto out = driver.output<std::string, std::int64_t>("out");

  for (const char* value : {"apple", "bean", "", "almond"}) {
    in.pipe("k", value, Timestamp(1));
  }
  driver.commit();

  EXPECT_THAT(lines(out), ElementsAre("a=1@1", "b=1@1", "a=2@1"));
  auto counts = driver.store(stores::timestamped_key_value<std::string, std::int64_t>("counts"));
  EXPECT_EQ(counts.get("a")->value, 2);
}

TEST(BorrowedBytes, PassNullsAndEmptyBytesApart) {
  StreamBuilder builder;
  builder.stream<BytesView, BytesView>("in").to("out");
  TopologyDriver driver(builder.build());
  auto in = driver.input<std::string, std::string>("in");
  auto out = driver.output<std::string, std::string>("out");

  in.pipe({std::nullopt, "", Timestamp(1), {}});
  in.pipe({"", std::nullopt, Timestamp(2), {}});

  EXPECT_THAT(lines(out), ElementsAre("null=@1", "=null@2"));
}

TEST(BorrowedBytes, CanBeMappedToOwnedValues) {
  StreamBuilder builder;
  builder.stream<BytesView, BytesView>("in")
      .map([](const BytesView& key, const BytesView& value) {
        return std::pair(std::string(key), length(value));
      })
      .to("out");
  TopologyDriver driver(builder.build());
  auto out = driver.output<std::string, std::int64_t>("out");

  driver.input<std::string, std::string>("in").pipe("k", "four", Timestamp(1));

  EXPECT_THAT(lines(out), ElementsAre("k=4@1"));
}

struct Order {
  std::string customer;
  int amount = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Order, customer, amount)

}  // namespace
}  // namespace pawl::test

template <>
struct pawl::DefaultSerde<pawl::test::Order> {
  static Serde<pawl::test::Order> make() { return serde::json<pawl::test::Order>(); }
};

namespace pawl::test {
namespace {

Topology spent_per_customer() {
  StreamBuilder builder;
  builder.stream<std::string, Order>("orders")
      .group_by([](const Order& order) { return order.customer; })
      .reduce([](const Order& sum, const Order& order) {
        return Order{sum.customer, sum.amount + order.amount};
      })
      .to_stream()
      .to("spent");
  return builder.build();
}

TEST(Json, OfAnOwnTypeGoesThroughRepartitionTopicStoreAndSink) {
  TopologyDriver driver(spent_per_customer());
  auto in = driver.input<std::string, std::string>("orders");
  auto out = driver.output<std::string, std::string>("spent");

  in.pipe("o1", R"({"customer":"ada","amount":3})", Timestamp(1));
  in.pipe("o2", R"({ "amount" : 4, "customer" : "ada" })", Timestamp(2));

  EXPECT_THAT(lines(out), ElementsAre(R"(ada={"amount":3,"customer":"ada"}@1)",
                                      R"(ada={"amount":7,"customer":"ada"}@2)"));
}

TEST(Json, ThatIsBrokenOrLacksAFieldIsUndecodable) {
  DriverOptions options;
  options.errors.undecodable = OnBadRecord::skip;
  TopologyDriver driver(spent_per_customer(), options);
  auto in = driver.input<std::string, std::string>("orders");

  in.pipe("o1", R"({"customer":"ada")", Timestamp(1));
  in.pipe("o2", R"({"customer":"ada"})", Timestamp(2));
  in.pipe("o3", R"({"customer":"ada","amount":1})", Timestamp(3));

  EXPECT_EQ(dropped(driver, "undecodable"), 2U);
  EXPECT_EQ((driver.output<std::string, std::string>("spent").unread()), 1U);
}

Departure departure(const char* origin, int flight) {
  Departure result;
  result.set_origin(origin);
  result.set_flight(flight);
  return result;
}

TEST(Protobuf, MessagesGoThroughDeduplicationRepartitionTopicStoreAndSink) {
  StreamBuilder builder;
  builder.stream<std::string, Departure>("departures")
      .deduplicate(Deduplication::by([](const Departure& one) {
                     return static_cast<std::int64_t>(one.flight());
                   }).within(std::chrono::hours(1)))
      .group_by([](const Departure& one) { return one.origin(); })
      .reduce([](const Departure& first, const Departure& last) {
        Departure both = first;
        both.set_flight(first.flight() + last.flight());
        return both;
      })
      .to_stream()
      .to("out");
  TopologyDriver driver(builder.build());
  auto in = driver.input<std::string, Departure>("departures");
  auto out = driver.output<std::string, Departure>("out");

  in.pipe("1", departure("JFK", 3), Timestamp(1));
  in.pipe("2", departure("JFK", 3), Timestamp(2));
  in.pipe("3", departure("JFK", 4), Timestamp(3));

  EXPECT_EQ(out.read()->value->flight(), 3);
  const auto last = out.read();
  EXPECT_EQ(last->key, "JFK");
  EXPECT_EQ(last->value->flight(), 7);
  EXPECT_EQ(last->value->origin(), "JFK");
  EXPECT_TRUE(out.empty());
}

// A slot that is reused for the next record must not keep fields of the one before.
TEST(Protobuf, MessageWithoutAFieldDoesNotInheritItFromTheRecordBefore) {
  StreamBuilder builder;
  builder.stream<std::string, Departure>("in").to("out");
  TopologyDriver driver(builder.build());
  auto in = driver.input<std::string, Departure>("in");
  auto out = driver.output<std::string, Departure>("out");

  in.pipe("1", departure("JFK", 3), Timestamp(1));
  in.pipe("2", Departure(), Timestamp(2));

  out.read();
  EXPECT_EQ(out.read()->value->origin(), "");
}

TEST(Protobuf, BytesThatAreNoMessageAreUndecodable) {
  StreamBuilder builder;
  builder.stream<std::string, Departure>("in").to("out");
  TopologyDriver driver(builder.build());

  EXPECT_THAT(reason_of_stop([&] { driver.pipe("in", {"1", "\xff\xff", Timestamp(1), {}}); }),
              HasSubstr("not a pawl.topologies.Departure message"));
}

}  // namespace
}  // namespace pawl::test

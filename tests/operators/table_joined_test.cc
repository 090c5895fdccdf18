// Foreign-key joins whose tables are partitioned by rules of their own.
#include "operators/driver_reading.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pawl::test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::ProducedRecord;
using testing::TopologyDriver;

// Orders, "customer", with the names of their customers.
std::optional<std::string> customer_of(const std::string& order) {
  return order == "none" ? std::nullopt : std::optional(order);
}
std::string named(const std::string& order, const std::string* customer) {
  return order + " by " + (customer == nullptr ? "nobody" : *customer);
}

template <class Options>
Topology named_orders(const Options& options) {
  StreamBuilder builder;
  builder.table<std::string, std::string>("orders")
      .left_join(builder.table<std::string, std::string>("customers"), customer_of, named, options)
      .to_stream()
      .to("out");
  return builder.build();
}

// Returns: `key -> partition` of every record that went through a topic of the join.
std::vector<std::string> sent_between(TopologyDriver& driver, const std::string& topic) {
  std::vector<std::string> sent;
  for (const ProducedRecord& record : driver.take_produced()) {
    if (record.kind == ProducedRecord::Kind::repartition && record.topic == topic) {
      sent.push_back(
          record.key.value_or("null") + " -> " +
          (record.partition.has_value() ? std::to_string(record.partition->value()) : "default"));
    }
  }
  return sent;
}

using Calls = std::vector<std::pair<std::string, std::int32_t>>;

TEST(TableJoined, PartitionsSubscriptionsByTheRightKeyAndAnswersByTheLeftOne) {
  Calls left;
  Calls right;
  const auto noted = [](Calls& calls) {
    return [&calls](const std::string& key, std::int32_t partitions) {
      calls.emplace_back(key, partitions);
      return PartitionId(0);
    };
  };
  TopologyDriver driver(
      named_orders(TableJoined::as("named").partitioned_by(noted(left), noted(right))));
  auto out = driver.output<std::string, std::string>("out");

  driver.input<std::string, std::string>("customers").pipe("c1", "Ada", Timestamp(1));
  driver.input<std::string, std::string>("orders").pipe("o1", "c1", Timestamp(2));

  EXPECT_THAT(lines(out), ElementsAre("o1=c1 by Ada@2"));
  EXPECT_EQ(right, Calls({{"c1", 1}}));
  EXPECT_EQ(left, Calls({{"o1", 1}}));
}

TEST(TableJoined, SendsSubscriptionsWhereThePartitionerSays) {
  const auto first = [](const std::string&, std::int32_t) { return PartitionId(0); };
  for (const bool chosen : {false, true}) {
    TopologyDriver driver(chosen
                              ? named_orders(TableJoined::as("named").partitioned_by(first, first))
                              : named_orders(TableJoined::as("named")));

    driver.input<std::string, std::string>("orders").pipe("o1", "c1", Timestamp(2));

    EXPECT_THAT(sent_between(driver, "app-named-subscription-registration-topic"),
                ElementsAre(chosen ? "c1 -> 0" : "c1 -> default"));
  }
}

// Nobody knows the partition of no key, and any will do.
TEST(TableJoined, DoesNotAskForThePartitionOfNoKey) {
  bool asked = false;
  const auto first = [](const std::string&, std::int32_t) { return PartitionId(0); };
  const auto noted = [&asked](const std::string&, std::int32_t) {
    asked = true;
    return PartitionId(0);
  };
  TopologyDriver driver(named_orders(TableJoined::as("named").partitioned_by(first, noted)));
  auto out = driver.output<std::string, std::string>("out");

  driver.input<std::string, std::string>("orders").pipe("o1", "none", Timestamp(2));

  EXPECT_THAT(lines(out), ElementsAre("o1=none by nobody@2"));
  EXPECT_FALSE(asked);
}

TEST(TableJoined, RefusesAPartitionThatTheTopicDoesNotHave) {
  const auto first = [](const std::string&, std::int32_t) { return PartitionId(0); };
  const auto beyond = [](const std::string&, std::int32_t partitions) {
    return PartitionId(partitions);
  };
  const auto stop_of = [](const Topology& topology) {
    TopologyDriver driver(topology);
    return reason_of_stop(
        [&] { driver.input<std::string, std::string>("orders").pipe("o1", "c1", Timestamp(2)); });
  };

  EXPECT_THAT(stop_of(named_orders(TableJoined::as("named").partitioned_by(first, beyond))),
              AllOf(HasSubstr("chose partition 1"), HasSubstr("subscription-registration-topic")));
  EXPECT_THAT(stop_of(named_orders(TableJoined::as("named").partitioned_by(beyond, first))),
              AllOf(HasSubstr("chose partition 1"), HasSubstr("subscription-response-topic")));
}

}  // namespace
}  // namespace pawl::test

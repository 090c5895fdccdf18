// Joins of two tables by foreign key.
#include "operators/driver_reading.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>

namespace pawl::test {
namespace {

using testing::DriverCommit;
using testing::DriverLayout;
using testing::DriverOptions;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::TopologyDriver;
using ::testing::UnorderedElementsAre;

// Orders, "customer:goods", with the names of their customers.
std::optional<std::string> customer_of(const std::string& order) {
  const std::string customer = order.substr(0, order.find(':'));
  return customer == "none" ? std::nullopt : std::optional(customer);
}
std::string named(const std::string& order, const std::string* customer) {
  return order + " by " + (customer == nullptr ? "nobody" : *customer);
}

Topology named_orders(internal::TableJoinKind kind) {
  StreamBuilder builder;
  const auto orders = builder.table<std::string, std::string>("orders");
  const auto customers = builder.table<std::string, std::string>("customers");
  const auto joined = kind == internal::TableJoinKind::left
                          ? orders.left_join(customers, customer_of, named)
                          : orders.join(customers, customer_of, named);
  joined.to_stream().to("out");
  return builder.build();
}

struct Driven {
  explicit Driven(internal::TableJoinKind kind, DriverOptions options = {})
      : driver(named_orders(kind), std::move(options)),
        orders(driver.input<std::string, std::string>("orders")),
        customers(driver.input<std::string, std::string>("customers")),
        out(driver.output<std::string, std::string>("out")) {}
  void remove(testing::InputTopic<std::string, std::string>& from, const char* key,
              std::int64_t time) {
    from.pipe({key, std::nullopt, Timestamp(time), {}});
  }
  std::vector<std::string> read() { return lines(out); }
  TopologyDriver driver;
  testing::InputTopic<std::string, std::string> orders;
  testing::InputTopic<std::string, std::string> customers;
  testing::OutputTopic<std::string, std::string> out;
};

constexpr auto kInner = internal::TableJoinKind::inner;
constexpr auto kLeft = internal::TableJoinKind::left;

TEST(ForeignKeyJoin, JoinsEveryRowThatNamesTheKey) {
  Driven test(kInner);
  test.customers.pipe("c1", "Ada", Timestamp(1));
  test.orders.pipe("o1", "c1:tea", Timestamp(2));
  test.orders.pipe("o2", "c1:milk", Timestamp(3));
  EXPECT_THAT(test.read(), ElementsAre("o1=c1:tea by Ada@2", "o2=c1:milk by Ada@3"));

  test.customers.pipe("c1", "Grace", Timestamp(4));

  EXPECT_THAT(test.read(), UnorderedElementsAre("o1=c1:tea by Grace@4", "o2=c1:milk by Grace@4"));
}

TEST(ForeignKeyJoin, FollowsARowToAnotherKey) {
  Driven test(kInner);
  test.customers.pipe("c1", "Ada", Timestamp(1));
  test.customers.pipe("c2", "Grace", Timestamp(2));
  test.orders.pipe("o1", "c1:tea", Timestamp(3));
  test.orders.pipe("o1", "c2:tea", Timestamp(4));
  test.read();

  test.customers.pipe("c1", "Bob", Timestamp(5));
  EXPECT_THAT(test.read(), IsEmpty());
  test.customers.pipe("c2", "Eve", Timestamp(6));
  EXPECT_THAT(test.read(), ElementsAre("o1=c2:tea by Eve@6"));
}

TEST(ForeignKeyJoin, DeletesResultsWhenEitherSideGoes) {
  Driven test(kInner);
  test.customers.pipe("c1", "Ada", Timestamp(1));
  test.orders.pipe("o1", "c1:tea", Timestamp(2));
  test.read();

  test.remove(test.customers, "c1", 3);
  EXPECT_THAT(test.read(), ElementsAre("o1=null@3"));
  test.customers.pipe("c1", "Grace", Timestamp(4));
  EXPECT_THAT(test.read(), ElementsAre("o1=c1:tea by Grace@4"));
  test.remove(test.orders, "o1", 5);
  EXPECT_THAT(test.read(), ElementsAre("o1=null@5"));
}

TEST(ForeignKeyJoin, DropsRowsWithoutAForeignKeyAndCountsThem) {
  Driven test(kInner);
  test.customers.pipe("c1", "Ada", Timestamp(1));
  test.orders.pipe("o1", "c1:tea", Timestamp(2));
  test.read();

  test.orders.pipe("o1", "none:tea", Timestamp(3));
  test.orders.pipe("o2", "none:milk", Timestamp(4));

  EXPECT_THAT(test.read(), ElementsAre("o1=null@3", "o2=null@4"));
  EXPECT_EQ(dropped(test.driver, "null_foreign_key"), 2U);
}

TEST(ForeignKeyLeftJoin, HasAResultForEveryLeftRow) {
  Driven test(kLeft);

  test.orders.pipe("o1", "c1:tea", Timestamp(1));
  test.orders.pipe("o2", "none:milk", Timestamp(2));
  test.customers.pipe("c1", "Ada", Timestamp(3));
  test.remove(test.customers, "c1", 4);
  test.remove(test.orders, "o1", 5);
  test.remove(test.orders, "o1", 6);  // there is nothing to delete

  EXPECT_THAT(test.read(), ElementsAre("o1=c1:tea by nobody@1", "o2=none:milk by nobody@2",
                                       "o1=c1:tea by Ada@3", "o1=c1:tea by nobody@4", "o1=null@5"));
}

// An answer that comes after the row has changed is about a value that is gone.
TEST(ForeignKeyJoin, DropsAnOutdatedAnswerAndCountsIt) {
  DriverOptions options;
  options.layout = DriverLayout::one_task;
  Driven test(kInner, options);
  test.customers.pipe("c1", "Ada", Timestamp(1));
  test.orders.pipe("o1", "c1:tea", Timestamp(2));
  test.read();
  const auto topic = "app-KTABLE-FK-JOIN-SUBSCRIPTION-RESPONSE-0000000014-topic";
  auto produced = test.driver.take_produced();
  const auto answer = std::find_if(produced.begin(), produced.end(),
                                   [&](const auto& record) { return record.topic == topic; });
  ASSERT_NE(answer, produced.end());
  test.orders.pipe("o1", "c1:milk", Timestamp(3));
  test.read();

  test.driver.pipe(topic, {answer->key, answer->value, Timestamp(4), {}});

  EXPECT_THAT(test.read(), IsEmpty());
  EXPECT_EQ(dropped(test.driver, "outdated"), 1U);
}

// The answer that deletes a result comes after its row has changed again, and is dropped. Kafka
// Streams says nothing about the changed row, whose old result stays for good.
std::vector<std::string> results_of_a_race(Compatibility compatibility) {
  DriverOptions options;
  options.compatibility = compatibility;
  options.commit = testing::DriverCommit::by_hand;
  Driven test(kInner, options);
  test.customers.pipe("c1", "Ada", Timestamp(1));
  test.orders.pipe("o1", "c1:tea", Timestamp(2));
  test.driver.commit();
  test.read();
  test.remove(test.customers, "c1", 3);
  test.orders.pipe("o1", "c1:milk", Timestamp(4));
  test.driver.abort();
  test.driver.advance_wall_clock(std::chrono::milliseconds(0));  // both are there at once now
  return test.read();
}

TEST(ForeignKeyJoin, DeletesAResultWhoseRowsChangeAtOnceNatively) {
  EXPECT_THAT(results_of_a_race(Compatibility::native), ElementsAre("o1=null@4"));
}

TEST(ForeignKeyJoin, KeepsAResultWhoseRowsChangeAtOnceAsKafkaStreamsDoes) {
  EXPECT_THAT(results_of_a_race(Compatibility::kafka_streams_4_3), IsEmpty());
}

std::vector<std::string> results_of_two_changes(Compatibility compatibility) {
  DriverOptions options;
  options.compatibility = compatibility;
  options.commit = testing::DriverCommit::by_hand;
  Driven test(kInner, options);
  test.customers.pipe("c1", "Ada", Timestamp(1));
  test.orders.pipe("o1", "c1:tea", Timestamp(2));
  test.driver.commit();
  test.read();
  test.orders.pipe("o1", "none:tea", Timestamp(3));
  test.orders.pipe("o1", "none:milk", Timestamp(4));
  test.driver.abort();
  test.driver.advance_wall_clock(std::chrono::milliseconds(0));
  return test.read();
}

TEST(ForeignKeyJoin, DeletesAResultWhoseRowChangesTwiceNatively) {
  EXPECT_THAT(results_of_two_changes(Compatibility::native), ElementsAre("o1=null@4"));
}

TEST(ForeignKeyJoin, KeepsAResultWhoseRowChangesTwiceAsKafkaStreamsDoes) {
  EXPECT_THAT(results_of_two_changes(Compatibility::kafka_streams_4_3), IsEmpty());
}

TEST(ForeignKeyJoin, KnowsWhoJoinsWhatAfterARestart) {
  Driven test(kInner);
  test.customers.pipe("c1", "Ada", Timestamp(1));
  test.orders.pipe("o1", "c1:tea", Timestamp(2));
  test.orders.pipe("o2", "c1:milk", Timestamp(3));
  test.read();

  test.driver.restart(TopologyDriver::State::lost);
  test.customers.pipe("c1", "Grace", Timestamp(4));

  EXPECT_THAT(test.read(), UnorderedElementsAre("o1=c1:tea by Grace@4", "o2=c1:milk by Grace@4"));
}

// A right value whose encoding is empty is a value; in Kafka Streams' answers it is none.
TEST(ForeignKeyJoin, JoinsAnEmptyRightValueNatively) {
  Driven test(kInner);

  test.customers.pipe("c1", "", Timestamp(1));
  test.orders.pipe("o1", "c1:tea", Timestamp(2));

  EXPECT_THAT(test.read(), ElementsAre("o1=c1:tea by @2"));
}

TEST(ForeignKeyJoin, TakesAnEmptyRightValueForNoneAsKafkaStreamsDoes) {
  DriverOptions options;
  options.compatibility = Compatibility::kafka_streams_4_3;
  Driven test(kInner, options);

  test.customers.pipe("c1", "", Timestamp(1));
  test.orders.pipe("o1", "c1:tea", Timestamp(2));

  EXPECT_THAT(test.read(), ElementsAre("o1=null@2"));
}

// The tables' partition counts may differ: each topic of the join has those of the side it goes to.
TEST(ForeignKeyJoin, PutsItsTopicsBesideTheTablesTheyGoTo) {
  const Topology topology = named_orders(kInner);

  EXPECT_EQ(topology.copartitioned_sources(),
            (std::vector<std::set<std::string>>{
                {"KSTREAM-SOURCE-0000000004", "KTABLE-SOURCE-0000000009"},
                {"KSTREAM-SOURCE-0000000001", "KTABLE-SOURCE-0000000016"}}));
}

// The customer comes and goes in the cache, while the order is evicted and asks for it.
TEST(ForeignKeyJoin, NeverAnswersWithARowThatIsNotForwarded) {
  for (const auto kind : {kInner, kLeft}) {
    DriverOptions options;
    options.commit = DriverCommit::by_hand;
    options.record_cache_bytes_max = 300;
    Driven test(kind, options);
    test.customers.pipe("c1", std::string(200, 'A'), Timestamp(1));
    test.orders.pipe("o1", "c1:tea", Timestamp(2));
    test.remove(test.customers, "c1", 3);

    test.driver.commit();

    const std::vector<std::string> results = test.read();
    ASSERT_FALSE(results.empty());
    EXPECT_EQ(results.back(), kind == kLeft ? "o1=c1:tea by nobody@2" : "o1=null@2");
  }
}

}  // namespace
}  // namespace pawl::test

// Tables whose source topic is their changelog (Optimizations::reuse_source_topics).
#include "operators/driver_reading.h"
#include "support/temporary_directory.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace pawl::test {
namespace {

using testing::DriverCommit;
using testing::DriverOptions;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::TopologyDriver;

Topology named_orders(const Optimizations& optimizations) {
  StreamBuilder builder;
  const auto customers =
      builder.table<std::string, std::string>("customers", Materialized::as("customers-by-id"));
  builder.stream<std::string, std::string>("orders")
      .left_join(customers,
                 [](const std::string& order, const std::string* customer) {
                   return order + " by " + (customer == nullptr ? "nobody" : *customer);
                 })
      .to("out");
  return builder.build(optimizations);
}

struct Driven {
  explicit Driven(DriverOptions options = {})
      : driver(named_orders(Optimizations::all()), std::move(options)),
        customers(driver.input<std::string, std::string>("customers")),
        orders(driver.input<std::string, std::string>("orders")),
        out(driver.output<std::string, std::string>("out")) {}
  std::vector<std::string> read() { return lines(out); }
  TopologyDriver driver;
  testing::InputTopic<std::string, std::string> customers;
  testing::InputTopic<std::string, std::string> orders;
  testing::OutputTopic<std::string, std::string> out;
};

TEST(SourceTopicAsChangelog, IsNotWritten) {
  Driven test;

  test.customers.pipe("c1", "Ada", Timestamp(1));

  EXPECT_THAT(test.driver.take_produced(), IsEmpty());
}

TEST(SourceTopicAsChangelog, GivesTheTableBackWhenItsDirectoryIsLost) {
  Driven test;
  test.customers.pipe("c1", "Ada", Timestamp(1));
  test.customers.pipe("c2", "Grace", Timestamp(2));
  test.customers.pipe({std::nullopt, "nobody's", Timestamp(2), {}});
  test.customers.pipe({"c2", std::nullopt, Timestamp(3), {}});

  test.driver.restart(TopologyDriver::State::lost);
  test.orders.pipe("c1", "tea", Timestamp(4));
  test.orders.pipe("c2", "milk", Timestamp(5));

  EXPECT_THAT(test.read(), ElementsAre("c1=tea by Ada@4", "c2=milk by nobody@5"));
  const auto store = stores::timestamped_key_value<std::string, std::string>("customers-by-id");
  EXPECT_EQ(test.driver.store(store).get("c1")->timestamp, Timestamp(1));
}

// What is not committed has not been processed, though it lies in the topic.
TEST(SourceTopicAsChangelog, IsReadBackUpToWhatIsCommitted) {
  const TemporaryDirectory directory;
  DriverOptions options;
  options.commit = DriverCommit::by_hand;
  options.state_dir = directory.path() / "state";
  for (const auto state : {TopologyDriver::State::lost, TopologyDriver::State::kept}) {
    Driven test(options);
    test.customers.pipe("c1", "Ada", Timestamp(1));
    test.driver.commit();
    test.customers.pipe("c1", "Grace", Timestamp(2));

    test.driver.restart(state);

    const auto store = stores::timestamped_key_value<std::string, std::string>("customers-by-id");
    EXPECT_EQ(test.driver.store(store).get("c1")->value, "Ada");
    test.orders.pipe("c1", "tea", Timestamp(3));
    EXPECT_THAT(test.read(), ElementsAre("c1=tea by Grace@3"));
  }
}

TEST(SourceTopicAsChangelog, DoesNotBringBackWhatWasSkipped) {
  StreamBuilder builder;
  const auto limits = builder.table<std::string, std::int64_t>("limits", Materialized::as("rows"));
  builder.stream<std::string, std::string>("orders")
      .left_join(limits,
                 [](const std::string& order, const std::int64_t* limit) {
                   return order + " of " + (limit == nullptr ? "any" : std::to_string(*limit));
                 })
      .to("out");
  DriverOptions options;
  options.errors.undecodable = OnBadRecord::skip;
  TopologyDriver driver(builder.build(Optimizations::all()), options);
  auto rows = driver.input<std::string, std::int64_t>("limits");
  auto orders = driver.input<std::string, std::string>("orders");
  auto out = driver.output<std::string, std::string>("out");
  rows.pipe("a", 7, Timestamp(1));
  driver.pipe("limits", {"a", "broken", Timestamp(2), {}});
  orders.pipe("a", "tea", Timestamp(3));

  driver.restart(TopologyDriver::State::lost);
  orders.pipe("a", "milk", Timestamp(4));

  EXPECT_THAT(lines(out), ElementsAre("a=tea of 7@3", "a=milk of 7@4"));
}

TEST(SourceTopicAsChangelog, IsUsedOnlyWhenAskedFor) {
  EXPECT_FALSE(named_orders(Optimizations::none()).store("customers-by-id").source_topic);
  EXPECT_EQ(named_orders(Optimizations::all()).store("customers-by-id").source_topic, "customers");
}

// The topic knows neither the times that were read out of values nor what was skipped by a start at
// the end.
TEST(SourceTopicAsChangelog, IsNotUsedWhereItHasOtherContentThanTheTable) {
  using Options = Consumed<std::string, std::string>;
  for (const Options& consumed :
       {Options::start(OffsetReset::latest),
        Options::timestamps([](const auto&, const auto&, Timestamp) { return Timestamp(7); })}) {
    StreamBuilder builder;
    builder.table("in", serde::string(), serde::string(), Materialized::as("rows"), consumed);

    EXPECT_FALSE(builder.build(Optimizations::all()).store("rows").source_topic);
  }
}

using Options = Consumed<std::string, std::string>;

Options seven() {
  return Options::timestamps([](const auto&, const auto&, Timestamp) { return Timestamp(7); });
}
Options eight() {
  return Options::timestamps([](const auto&, const auto&, Timestamp) { return Timestamp(8); });
}

// Returns: why a topology that reads a topic in two ways is refused.
std::string refusal_of(const Options& one, const Options& other,
                       const Serde<std::string>& value = serde::string()) {
  StreamBuilder builder;
  builder.stream("in", serde::string(), serde::string(), one).to("out");
  builder.stream("in", serde::string(), value, other).to("copy");
  try {
    (void)builder.build();
  } catch (const TopologyError& error) {
    return error.what();
  }
  return "it is not refused";
}

class Shouted final : public Codec<std::string> {
 public:
  void encode(const std::string& value, Bytes& out) const override { out += value + "!"; }
  Result<void> decode(BytesView bytes, std::string& value) const override {
    value.assign(bytes);
    return {};
  }
};

// They become one source: what only one of them said would be lost, and a table would not be what
// its topic gives back.
TEST(SourcesOfOneTopic, AreReadInOneWay) {
  const auto latest = Options::start(OffsetReset::latest);
  EXPECT_THAT(refusal_of(latest, {}), HasSubstr("topic 'in' is read twice"));
  EXPECT_THAT(refusal_of({}, seven()), HasSubstr("topic 'in' is read twice"));
  EXPECT_THAT(refusal_of(seven(), eight()), HasSubstr("give both places the same Consumed"));
  EXPECT_THAT(refusal_of({}, Options::wall_clock_timestamps()), HasSubstr("is read twice"));
  EXPECT_THAT(refusal_of({}, {}, Serde<std::string>(std::make_shared<Shouted>())),
              HasSubstr("or serdes"));

  EXPECT_EQ(refusal_of(seven(), seven()), "it is not refused");
  EXPECT_EQ(refusal_of(latest, latest), "it is not refused");
}

TEST(SourceTopicAsChangelog, IsAnotherPlan) {
  EXPECT_NE(named_orders(Optimizations::all()).fingerprint(),
            named_orders(Optimizations::none()).fingerprint());
}

}  // namespace
}  // namespace pawl::test

// Global tables and stores: filled by their own topics, read by everybody.
#include "operators/driver_reading.h"
#include "support/temporary_directory.h"

#include <pawl/operators/dsl.h>
#include <pawl/operators/topology_builder.h>
#include <pawl/serde/primitives.h>
#include <pawl/statestore/typed/stores.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>

namespace pawl::test {
namespace {

using testing::DriverCommit;
using testing::DriverOptions;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::TopologyDriver;

// The airport of a flight such as `LH7 FRA`; none when there is no blank.
std::optional<std::string> airport_of(const std::string& flight) {
  const std::size_t blank = flight.find(' ');
  return blank == std::string::npos ? std::nullopt : std::optional(flight.substr(blank + 1));
}

std::string at_airport(const std::string& flight, const std::string* airport) {
  return flight + " " + (airport == nullptr ? "?" : *airport);
}

// Flights with the names of their airports, inner and left.
Topology named_airports() {
  StreamBuilder builder;
  const auto airports =
      builder.global_table<std::string, std::string>("airports", Materialized::as("names"));
  const auto flights = builder.stream<std::string, std::string>("flights");
  flights
      .join(airports, airport_of,
            [](const std::string& flight, const std::string& airport) {
              return flight + " " + airport;
            })
      .to("inner");
  flights.left_join(airports, airport_of, at_airport).to("left");
  return builder.build();
}

struct Driven {
  explicit Driven(DriverOptions options = {})
      : driver(named_airports(), std::move(options)),
        airports(driver.input<std::string, std::string>("airports")),
        flights(driver.input<std::string, std::string>("flights")),
        inner(driver.output<std::string, std::string>("inner")),
        left(driver.output<std::string, std::string>("left")) {}
  TopologyDriver driver;
  testing::InputTopic<std::string, std::string> airports;
  testing::InputTopic<std::string, std::string> flights;
  testing::OutputTopic<std::string, std::string> inner;
  testing::OutputTopic<std::string, std::string> left;
};

TEST(GlobalTable, IsJoinedByAKeyOfTheRecord) {
  Driven test;
  test.airports.pipe("FRA", "Frankfurt", Timestamp(100));

  test.flights.pipe("1", "LH7 FRA", Timestamp(10));
  test.flights.pipe("2", "LH8 MUC", Timestamp(20));

  EXPECT_THAT(lines(test.inner), ElementsAre("1=LH7 FRA Frankfurt@10"));
  EXPECT_THAT(lines(test.left), ElementsAre("1=LH7 FRA Frankfurt@10", "2=LH8 MUC ?@20"));
}

TEST(GlobalTable, FollowsItsTopic) {
  Driven test;
  test.airports.pipe("FRA", "Frankfurt", Timestamp(1));
  test.airports.pipe("FRA", "Rhein-Main", Timestamp(2));
  test.flights.pipe("1", "LH7 FRA", Timestamp(10));
  test.airports.pipe({"FRA", std::nullopt, Timestamp(3), {}});
  test.flights.pipe("2", "LH8 FRA", Timestamp(20));

  EXPECT_THAT(lines(test.left), ElementsAre("1=LH7 FRA Rhein-Main@10", "2=LH8 FRA ?@20"));
}

TEST(GlobalTable, RecordsWithoutASelectedKeyAreLeftJoinedOnlyAndCounted) {
  Driven test;

  test.flights.pipe("1", "LH7", Timestamp(10));

  EXPECT_THAT(lines(test.inner), IsEmpty());
  EXPECT_THAT(lines(test.left), ElementsAre("1=LH7 ?@10"));
  EXPECT_EQ(dropped(test.driver, "null_key"), 1U);
}

TEST(GlobalTable, RecordsWithoutAKeyAreJoined) {
  Driven test;
  test.airports.pipe("FRA", "Frankfurt", Timestamp(1));

  test.flights.pipe({std::nullopt, "LH7 FRA", Timestamp(10), {}});

  EXPECT_THAT(lines(test.inner), ElementsAre("null=LH7 FRA Frankfurt@10"));
}

TEST(GlobalTable, RecordsWithoutAKeyAreLeftJoinedBehindARepartitionTopic) {
  StreamBuilder builder;
  const auto airports = builder.global_table<std::string, std::string>("airports");
  builder.stream<std::string, std::string>("flights")
      .repartition()
      .left_join(airports, airport_of, at_airport)
      .to("out");
  TopologyDriver driver(builder.build());
  auto out = driver.output<std::string, std::string>("out");

  driver.input<std::string, std::string>("flights").pipe(
      {std::nullopt, "LH7 FRA", Timestamp(1), {}});

  EXPECT_THAT(lines(out), ElementsAre("null=LH7 FRA ?@1"));
}

TEST(GlobalTable, RecordsWithoutAValueAreDroppedAndCounted) {
  Driven test;

  test.flights.pipe({"1", std::nullopt, Timestamp(10), {}});

  EXPECT_THAT(lines(test.left), IsEmpty());
  EXPECT_EQ(dropped(test.driver, "null_value"), 2U) << "by both joins";
}

TEST(GlobalTable, IsReadAgainAfterARestart) {
  for (const TopologyDriver::State state :
       {TopologyDriver::State::kept, TopologyDriver::State::lost}) {
    const TemporaryDirectory directory;
    DriverOptions options;
    options.state_dir = directory.path() / "state";
    Driven test(options);
    test.airports.pipe("FRA", "Frankfurt", Timestamp(1));
    test.airports.pipe("MUC", "Munich", Timestamp(2));
    test.airports.pipe({"MUC", std::nullopt, Timestamp(3), {}});

    test.driver.restart(state);
    test.flights.pipe("1", "LH7 FRA", Timestamp(10));
    test.flights.pipe("2", "LH8 MUC", Timestamp(20));

    EXPECT_THAT(lines(test.left), ElementsAre("1=LH7 FRA Frankfurt@10", "2=LH8 MUC ?@20"));
  }
}

TEST(GlobalTable, HasNoChangelogAndNoTask) {
  const Topology topology = named_airports();

  EXPECT_EQ(topology.store("names").logging, Logging::disabled);
  EXPECT_TRUE(topology.subtopologies().front().global);
  EXPECT_THAT(topology.describe(), HasSubstr("for global store (will not generate tasks)"));
}

TEST(GlobalTable, CanBeReadByTypeInTheDriver) {
  Driven test;
  test.airports.pipe("FRA", "Frankfurt", Timestamp(7));

  auto names = test.driver.store(stores::timestamped_key_value<std::string, std::string>("names"));

  EXPECT_EQ(names.get("FRA"), (ValueAndTimestamp<std::string>{"Frankfurt", Timestamp(7)}));
}

// What an application writes into the topic itself is seen once it is committed.
TEST(GlobalTable, SeesWhatItsApplicationCommitted) {
  StreamBuilder builder;
  const auto names = builder.global_table<std::string, std::string>("names");
  builder.stream<std::string, std::string>("renamed").to("names");
  builder.stream<std::string, std::string>("in")
      .left_join(
          names, [](const std::string& value) { return value; }, at_airport)
      .to("out");
  DriverOptions options;
  options.commit = DriverCommit::by_hand;
  TopologyDriver driver(builder.build(), options);
  auto renamed = driver.input<std::string, std::string>("renamed");
  auto in = driver.input<std::string, std::string>("in");
  auto out = driver.output<std::string, std::string>("out");

  renamed.pipe("a", "A", Timestamp(1));
  in.pipe("1", "a", Timestamp(2));
  driver.commit();
  in.pipe("2", "a", Timestamp(3));

  EXPECT_THAT(lines(out), ElementsAre("1=a ?@2", "2=a A@3"));
}

// --- stores filled and read by hand-made processors

using Strings = stores::KeyValue<std::string, std::string>;

Strings shared_store() {
  return stores::key_value<std::string, std::string>("shared");
}

class Fill final : public Processor<std::string, std::string> {
 public:
  void init(ProcessorContext<std::string, std::string>& context) override {
    store_.emplace(context.store(shared_store()));
  }
  void process(const Record<std::string, std::string>& record) override {
    if (*record.key == "refused") {
      throw std::invalid_argument("refused");
    }
    store_->put(*record.key, *record.value);
  }

 private:
  std::optional<Strings::Store> store_;
};

// Answers with all rows whose key starts with the value; tries to write when it is "write".
class Read final : public Processor<std::string, std::string> {
 public:
  void init(ProcessorContext<std::string, std::string>& context) override {
    context_ = &context;
    store_.emplace(context.store(shared_store()));
  }
  void process(const Record<std::string, std::string>& record) override {
    if (*record.value == "write") {
      store_->put("x", "y");
    }
    std::string rows;
    for (auto row = store_->prefix(*record.value); row.valid(); row.next()) {
      rows += row.key() + row.value();
    }
    context_->forward(record.with_value(&rows));
  }

 private:
  ProcessorContext<std::string, std::string>* context_ = nullptr;
  std::optional<Strings::Store> store_;
};

Topology by_hand(Persistence persistence) {
  TopologyBuilder builder;
  Strings store = shared_store();
  if (persistence == Persistence::in_memory) {
    store = std::move(store).in_memory();
  }
  builder.add_global_store(store, "shared-source", "shared-topic", serde::string(), serde::string(),
                           "fill", [] { return std::make_unique<Fill>(); });
  const auto in = builder.source("in", {"in"}, serde::string(), serde::string());
  builder.sink("out", "out",
               builder.processor("read", [] { return std::make_unique<Read>(); }, in));
  return builder.build();
}

TEST(GlobalStore, IsReadByProcessorsThatAreNotConnectedToIt) {
  for (const Persistence persistence : {Persistence::in_memory, Persistence::persistent}) {
    const TemporaryDirectory directory;
    DriverOptions options;
    options.state_dir = directory.path() / "state";
    TopologyDriver driver(by_hand(persistence), options);
    auto shared = driver.input<std::string, std::string>("shared-topic");
    auto in = driver.input<std::string, std::string>("in");
    auto out = driver.output<std::string, std::string>("out");
    shared.pipe("ab", "1", Timestamp(1));
    shared.pipe("b", "2", Timestamp(2));
    shared.pipe("a", "3", Timestamp(3));

    in.pipe("k", "a", Timestamp(4));

    EXPECT_THAT(lines(out), ElementsAre("k=a3ab1@4"));
  }
}

TEST(GlobalStore, RefusesWritesOfOtherProcessors) {
  TopologyDriver driver(by_hand(Persistence::in_memory));
  auto in = driver.input<std::string, std::string>("in");

  EXPECT_THAT(reason_of_stop([&] { in.pipe("k", "write", Timestamp(1)); }),
              HasSubstr("store 'shared' is global"));
}

TEST(GlobalStore, ItsProcessorIsUnderTheErrorPolicy) {
  for (const OnBadRecord policy : {OnBadRecord::skip, OnBadRecord::dead_letter}) {
    DriverOptions options;
    options.errors.processing = policy;
    options.errors.dead_letter_topic = "dead";
    TopologyDriver driver(by_hand(Persistence::in_memory), options);
    auto shared = driver.input<std::string, std::string>("shared-topic");

    shared.pipe("refused", "1", Timestamp(1));
    shared.pipe("a", "1", Timestamp(2));

    EXPECT_EQ(driver.store(shared_store()).get("a"), "1");
    EXPECT_EQ(dropped(driver, "processing"), 1U);
  }
}

TEST(GlobalStore, MustBeAKeyValueStore) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in").to("out");
  builder.add_global_store(stores::lru_map<std::string, std::string>("shared", 3), "topic",
                           serde::string(), serde::string(),
                           [] { return std::make_unique<Fill>(); });

  EXPECT_THROW((void)builder.build(), TopologyError);
}

TEST(GlobalStore, ItsTopicIsReadByNothingElse) {
  StreamBuilder builder;
  (void)builder.global_table<std::string, std::string>("topic");
  builder.stream<std::string, std::string>("topic").to("out");

  EXPECT_THROW((void)builder.build(), TopologyError);
}

TEST(GlobalStore, IsNotAWholeTopology) {
  StreamBuilder builder;
  (void)builder.global_table<std::string, std::string>("topic");

  EXPECT_THROW((void)builder.build(), TopologyError);
}

TEST(GlobalStore, IsNotConnectedToOtherProcessors) {
  StreamBuilder builder;
  builder.add_global_store(shared_store(), "topic", serde::string(), serde::string(),
                           [] { return std::make_unique<Fill>(); });
  builder.stream<std::string, std::string>("in")
      .process([] { return std::make_unique<Read>(); }, {"shared"})
      .to("out");

  EXPECT_THROW((void)builder.build(), TopologyError);
}

}  // namespace
}  // namespace pawl::test

// The driver with several partitions: tasks, topics and stores as on a broker.
#include "operators/driver_reading.h"

#include <pawl/engine/partitioner.h>
#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;
using testing::DriverLayout;
using testing::DriverOptions;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using testing::ProducedRecord;
using testing::TopologyDriver;
using ::testing::UnorderedElementsAre;

using Row = testing::TestRecord<std::string, std::string>;

DriverOptions with_partitions(std::int32_t partitions) {
  DriverOptions options;
  options.partitions = partitions;
  return options;
}

PartitionId partition_of(const std::string& key, std::int32_t partitions) {
  return partition_of_key(serde::string().encode(key), partitions);
}

// Counts values, behind a repartition topic.
Topology counts_of_values() {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .select_key([](const std::string& value) { return value; })
      .group_by_key()
      .count(Materialized::as("counts"))
      .to_stream()
      .to("out");
  return builder.build();
}

// Counts keys where they are.
Topology counts_of_keys() {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in").group_by_key().count(Materialized::as("counts"));
  return builder.build();
}

auto counts() {
  return stores::timestamped_key_value<std::string, std::int64_t>("counts");
}

std::optional<std::int64_t> committed_count(TopologyDriver& driver, const std::string& key) {
  const auto found = driver.key_value_store<std::string, std::int64_t>("counts").get(key);
  EXPECT_TRUE(found.has_value());
  return found->has_value() ? std::optional((*found)->value) : std::nullopt;
}

TEST(DriverPartitions, RecordsGoWhereAProducerPutsThem) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in").to("out");
  TopologyDriver driver(builder.build(), with_partitions(3));
  auto in = driver.input<std::string, std::string>("in");
  auto out = driver.output<std::string, std::string>("out");

  std::map<PartitionId, int> seen;
  for (int number = 0; number < 20; ++number) {
    const std::string key = "key" + std::to_string(number);
    in.pipe(key, "v", Timestamp(number));
    const auto record = out.read();
    ASSERT_TRUE(record.has_value());
    EXPECT_EQ(record->partition, partition_of(key, 3));
    ++seen[*record->partition];
  }
  EXPECT_EQ(seen.size(), 3U);
}

TEST(DriverPartitions, RecordsWithoutAKeyGoToEachInTurn) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in").to("out");
  TopologyDriver driver(builder.build(), with_partitions(2));
  auto in = driver.input<std::string, std::string>("in");
  auto out = driver.output<std::string, std::string>("out");

  for (int number = 0; number < 3; ++number) {
    in.pipe(Row{std::nullopt, "v", Timestamp(1), {}});
  }

  std::vector<std::int32_t> partitions;
  for (const Row& record : out.read_all()) {
    partitions.push_back(record.partition->value());
  }
  EXPECT_THAT(partitions, ElementsAre(0, 1, 0));
}

TEST(DriverPartitions, EachHasATaskAndAPartOfTheStore) {
  TopologyDriver driver(counts_of_keys(), with_partitions(3));
  auto in = driver.input<std::string, std::string>("in");

  in.pipe(Row{"a", "v", Timestamp(1), {}, PartitionId(0)});
  in.pipe(Row{"a", "v", Timestamp(1), {}, PartitionId(2)});
  in.pipe(Row{"a", "v", Timestamp(1), {}, PartitionId(2)});

  EXPECT_EQ(driver.store(counts(), PartitionId(0)).get("a")->value, 1);
  EXPECT_FALSE(driver.store(counts(), PartitionId(1)).get("a").has_value());
  EXPECT_EQ(driver.store(counts(), PartitionId(2)).get("a")->value, 2);
}

TEST(DriverPartitions, AStoreOfSeveralPartsIsNotReadAsIfItHadOne) {
  TopologyDriver driver(counts_of_keys(), with_partitions(3));

  EXPECT_THROW((void)driver.store(counts()), std::invalid_argument);
  EXPECT_THROW((void)driver.store(counts(), PartitionId(3)), std::invalid_argument);
}

TEST(DriverPartitions, RepartitionTopicsBringEqualKeysTogether) {
  TopologyDriver driver(counts_of_values(), with_partitions(4));
  auto in = driver.input<std::string, std::string>("in");

  for (int number = 0; number < 40; ++number) {
    in.pipe("key" + std::to_string(number), "v" + std::to_string(number % 8), Timestamp(number));
  }

  std::map<PartitionId, int> in_partition;
  for (const ProducedRecord& record : driver.take_produced()) {
    if (record.kind == ProducedRecord::Kind::repartition) {
      EXPECT_EQ(record.partition, partition_of_key(*record.key, 4));
      ++in_partition[*record.partition];
    }
  }
  EXPECT_GT(in_partition.size(), 2U);
  for (int value = 0; value < 8; ++value) {
    EXPECT_EQ(committed_count(driver, "v" + std::to_string(value)), 5);
  }
  EXPECT_EQ(committed_count(driver, "v8"), std::nullopt);
}

TEST(DriverPartitions, QueriesReadTheCommittedRowsOfAll) {
  DriverOptions options = with_partitions(3);
  options.commit = testing::DriverCommit::by_hand;
  TopologyDriver driver(counts_of_keys(), options);
  auto in = driver.input<std::string, std::string>("in");
  for (const char* key : {"a", "b", "c", "d"}) {
    in.pipe(key, "v", Timestamp(1));
  }
  const auto queries = driver.key_value_store<std::string, std::int64_t>("counts");
  std::vector<std::string> keys;
  const auto read_all = [&] {
    keys.clear();
    ASSERT_TRUE(queries
                    .range(nullptr, nullptr,
                           [&](const std::string& key, const ValueAndTimestamp<std::int64_t>&) {
                             keys.push_back(key);
                             return true;
                           })
                    .has_value());
  };
  read_all();
  EXPECT_THAT(keys, IsEmpty());

  driver.commit();

  read_all();
  EXPECT_THAT(keys, UnorderedElementsAre("a", "b", "c", "d"));
  EXPECT_THROW((void)(driver.window_store<std::string, std::int64_t>("counts")),
               std::invalid_argument);
}

TEST(DriverPartitions, PartitionersSeeHowManyThereAre) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in").to(
      "out", Produced::partitioned_by(
                 [](const std::string&, const std::string& value, std::int32_t partitions) {
                   return PartitionId(value == "last" ? partitions - 1 : 0);
                 }));
  DriverOptions options = with_partitions(2);
  options.partitions_of = {{"out", 5}};
  TopologyDriver driver(builder.build(), options);

  driver.input<std::string, std::string>("in").pipe("k", "last", Timestamp(1));

  EXPECT_EQ((driver.output<std::string, std::string>("out").read()->partition), PartitionId(4));
}

// Kafka Streams puts its partitioner of windowed keys behind `to` only.
TEST(DriverPartitions, WindowsOfAKeyStayTogetherBehindToOnly) {
  const auto windows = serde::time_windowed(serde::string(), milliseconds(10));
  StreamBuilder builder;
  const auto counts = builder.stream<std::string, std::string>("in")
                          .group_by_key()
                          .windowed_by(TumblingWindows::of(milliseconds(10)).grace(milliseconds(0)))
                          .count();
  counts.to_stream().to("out");
  counts
      .group_by([](const Windowed<std::string>& key,
                   std::int64_t count) { return std::pair(key, count); },
                Grouped::with(windows, serde::int64()))
      .count();
  TopologyDriver driver(builder.build(), with_partitions(4));
  auto in = driver.input<std::string, std::string>("in");
  std::map<std::string, std::set<std::optional<PartitionId>>> partitions;
  for (std::int64_t time = 0; time < 100; time += 10) {
    in.pipe("a", "v", Timestamp(time));
  }
  for (const ProducedRecord& record : driver.take_produced()) {
    if (record.kind == ProducedRecord::Kind::changelog) {
      continue;
    }
    const bool repartitioned = record.topic != "out";
    partitions[repartitioned ? "repartition" : "out"].insert(record.partition);
    if (repartitioned) {
      EXPECT_EQ(record.partition, partition_of_key(*record.key, 4)) << record.topic;
    }
  }

  EXPECT_THAT(partitions["out"], ElementsAre(partition_of("a", 4)));
  EXPECT_GT(partitions["repartition"].size(), 1U);
}

TEST(DriverPartitions, EachHasItsOwnOperatorTime) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .group_by_key()
      .windowed_by(TumblingWindows::of(milliseconds(10)).no_grace())
      .count(Materialized::as("counts"));
  TopologyDriver driver(builder.build(), with_partitions(2));
  auto in = driver.input<std::string, std::string>("in");
  in.pipe(Row{"a", "v", Timestamp(100), {}, PartitionId(0)});

  in.pipe(Row{"a", "in time", Timestamp(5), {}, PartitionId(1)});
  EXPECT_EQ(dropped(driver, "late"), 0U);
  in.pipe(Row{"a", "late", Timestamp(5), {}, PartitionId(0)});
  EXPECT_EQ(dropped(driver, "late"), 1U);

  driver.restart(TopologyDriver::State::lost);
  in.pipe(Row{"a", "in time", Timestamp(6), {}, PartitionId(1)});
  EXPECT_EQ(dropped(driver, "late"), 1U);
  in.pipe(Row{"a", "late", Timestamp(6), {}, PartitionId(0)});
  EXPECT_EQ(dropped(driver, "late"), 2U);
}

TEST(DriverPartitions, EachIsRestoredFromItsOwnChangelog) {
  TopologyDriver driver(counts_of_keys(), with_partitions(3));
  auto in = driver.input<std::string, std::string>("in");
  for (const std::int32_t partition : {0, 1, 1, 2, 2, 2}) {
    in.pipe(Row{"a", "v", Timestamp(1), {}, PartitionId(partition)});
  }

  driver.restart(TopologyDriver::State::lost);

  for (const std::int32_t partition : {0, 1, 2}) {
    EXPECT_EQ(driver.store(counts(), PartitionId(partition)).get("a")->value, partition + 1);
  }
}

TEST(DriverPartitions, AnAbortTakesBackWhatAllOfThemDid) {
  DriverOptions options = with_partitions(3);
  options.commit = testing::DriverCommit::by_hand;
  TopologyDriver driver(counts_of_values(), options);
  auto in = driver.input<std::string, std::string>("in");
  auto out = driver.output<std::string, std::int64_t>("out");
  for (const char* key : {"a", "b", "c", "d"}) {
    in.pipe(key, "v", Timestamp(1));
  }
  EXPECT_EQ(out.unread(), 4U);

  driver.abort();
  EXPECT_EQ(out.unread(), 0U);

  driver.advance_wall_clock(milliseconds(0));  // they are processed again
  EXPECT_THAT(lines(out), ElementsAre("v=1@1", "v=2@1", "v=3@1", "v=4@1"));
}

TEST(DriverPartitions, AForeignKeyJoinFindsItsWayBack) {
  StreamBuilder builder;
  const auto orders = builder.table<std::string, std::string>("orders");
  const auto customers = builder.table<std::string, std::string>("customers");
  orders
      .join(
          customers, [](const std::string& customer) { return customer; },
          [](const std::string& customer, const std::string& name) {
            return customer + " " + name;
          })
      .to_stream()
      .to("out");
  DriverOptions options = with_partitions(4);
  options.partitions_of = {{"customers", 3}};  // they need not agree
  TopologyDriver driver(builder.build(), options);
  auto order = driver.input<std::string, std::string>("orders");
  std::vector<std::string> expected;
  for (int number = 0; number < 12; ++number) {
    order.pipe("o" + std::to_string(number), "c" + std::to_string(number), Timestamp(1));
    expected.push_back("o" + std::to_string(number) + "=c" + std::to_string(number) + " Ada@2");
  }
  auto out = driver.output<std::string, std::string>("out");
  (void)out.read_all();

  auto customer = driver.input<std::string, std::string>("customers");
  for (int number = 0; number < 12; ++number) {
    customer.pipe("c" + std::to_string(number), "Ada", Timestamp(2));
  }

  EXPECT_THAT(lines(out), ElementsAreArray(expected));
}

TEST(DriverPartitions, GlobalTablesReadThemAll) {
  StreamBuilder builder;
  const auto names = builder.global_table<std::string, std::string>("names");
  builder.stream<std::string, std::string>("in")
      .join(
          names, [](const std::string& key, const std::string&) { return key; },
          [](const std::string& value, const std::string& name) { return value + name; })
      .to("out");
  TopologyDriver driver(builder.build(), with_partitions(2));
  auto name = driver.input<std::string, std::string>("names");
  name.pipe(Row{"a", "Ada", Timestamp(1), {}, PartitionId(0)});
  name.pipe(Row{"b", "Bob", Timestamp(1), {}, PartitionId(1)});
  driver.restart(TopologyDriver::State::lost);
  auto in = driver.input<std::string, std::string>("in");

  in.pipe("a", "1", Timestamp(2));
  in.pipe("b", "2", Timestamp(2));

  auto out = driver.output<std::string, std::string>("out");
  EXPECT_THAT(lines(out), ElementsAre("a=1Ada@2", "b=2Bob@2"));
}

TEST(DriverPartitions, TopicsThatAreJoinedMustAgree) {
  StreamBuilder builder;
  const auto left = builder.stream<std::string, std::string>("left");
  left.join(
          builder.stream<std::string, std::string>("right"),
          [](const std::string& one, const std::string& other) { return one + other; },
          JoinWindows::of(milliseconds(5)).no_grace())
      .to("out");
  DriverOptions options = with_partitions(2);
  options.partitions_of = {{"right", 3}};

  EXPECT_THROW(TopologyDriver(builder.build(), options), TopologyError);
}

TEST(DriverPartitions, ThoseThatDoNotExistAreRefused) {
  TopologyDriver driver(counts_of_keys(), with_partitions(2));
  auto in = driver.input<std::string, std::string>("in");

  EXPECT_THROW(in.pipe(Row{"a", "v", Timestamp(1), {}, PartitionId(2)}), std::invalid_argument);
  EXPECT_THROW(TopologyDriver(counts_of_keys(), with_partitions(0)), std::invalid_argument);
}

TEST(DriverPartitions, KafkaStreamsDriverHasOne) {
  DriverOptions options = with_partitions(2);
  options.layout = DriverLayout::one_task;

  EXPECT_THROW(TopologyDriver(counts_of_keys(), options), std::invalid_argument);
}

TEST(DriverPartitions, WithOneEveryTopicHasOne) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .repartition(Repartitioned::as("three").partitions(3))
      .to("out");
  const Topology topology = builder.build();
  const auto partitions_seen = [&](std::int32_t partitions) {
    TopologyDriver driver(topology, with_partitions(partitions));
    auto in = driver.input<std::string, std::string>("in");
    std::map<PartitionId, int> seen;
    for (int number = 0; number < 20; ++number) {
      in.pipe("key" + std::to_string(number), "v", Timestamp(1));
    }
    for (const ProducedRecord& record : driver.take_produced()) {
      if (record.kind == ProducedRecord::Kind::repartition) {
        ++seen[record.partition.value_or(PartitionId(0))];
      }
    }
    return seen.size();
  };

  EXPECT_EQ(partitions_seen(1), 1U);
  EXPECT_EQ(partitions_seen(2), 3U);
}

TEST(DriverCommit, EveryNRecordsIsATransaction) {
  DriverOptions options;
  options.commit = testing::DriverCommit::every_n;
  options.commit_every = 3;
  TopologyDriver driver(counts_of_keys(), options);
  auto in = driver.input<std::string, std::string>("in");
  for (int number = 0; number < 5; ++number) {
    in.pipe("a", "v", Timestamp(1));
  }
  EXPECT_EQ(committed_count(driver, "a"), 3);
  EXPECT_EQ(driver.store(counts()).get("a")->value, 5);

  driver.abort();
  EXPECT_EQ(driver.store(counts()).get("a")->value, 3);
  driver.advance_wall_clock(milliseconds(0));  // the last two are processed again
  EXPECT_EQ(driver.store(counts()).get("a")->value, 5);

  in.pipe("a", "v", Timestamp(1));
  EXPECT_EQ(committed_count(driver, "a"), 6);
}

// An abort takes back what the topology wrote, not what the user put into the same topic.
TEST(DriverAbort, KeepsInputsOfATopicThatTheTopologyWritesToo) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in").to("both");
  builder.stream<std::string, std::string>("both").to("out");
  DriverOptions options;
  options.commit = testing::DriverCommit::by_hand;
  TopologyDriver driver(builder.build(), options);
  driver.input<std::string, std::string>("in").pipe("a", "written", Timestamp(1));
  driver.input<std::string, std::string>("both").pipe("b", "put", Timestamp(2));

  driver.abort();
  driver.advance_wall_clock(milliseconds(0));

  auto out = driver.output<std::string, std::string>("out");
  EXPECT_THAT(lines(out), UnorderedElementsAre("a=written@1", "b=put@2"));
}

}  // namespace
}  // namespace pawl::test

// The consumer against a real broker: barriers, ends of partitions, committed offsets.
#include "engine/client/kafka_test.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <numeric>

namespace pawl::testing {
namespace {

using internal::ConsumerClient;
using internal::Isolation;
using internal::LogicalOffset;
using internal::PartitionStart;
using internal::PartitionToken;
using internal::ProducerClient;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> numbers(int count) {
  std::vector<std::string> values;
  for (int number = 0; number < count; ++number) {
    values.push_back(std::to_string(number));
  }
  return values;
}

class Consumer : public KafkaTest {
 protected:
  static void assign(ConsumerClient& reader, const std::string& topic, std::int32_t partition,
                     std::int64_t from, PartitionToken token = 0) {
    const PartitionStart start{{topic, PartitionId(partition)}, Offset(from), token};
    const Result<void> assigned = reader.assign({&start, 1});
    ASSERT_TRUE(assigned.has_value()) << assigned.error();
  }
  static TopicPartition at(const std::string& topic, std::int32_t partition = 0) {
    return {topic, PartitionId(partition)};
  }
  static void poll(ConsumerClient& reader, KeptRecords& records, std::size_t records_max = 1'000) {
    const Result<void> polled = reader.poll(milliseconds(50), records_max, records);
    ASSERT_TRUE(polled.has_value()) << polled.error();
  }
  static bool poll_until(ConsumerClient& reader, KeptRecords& records, std::size_t count) {
    return eventually([&] { poll(reader, records); },
                      [&] { return records.records.size() >= count; });
  }
};

TEST_F(Consumer, DeliversEveryPartOfARecord) {
  const std::string topic = make_topic(1);
  const auto producer = plain_producer(*clients);
  const Headers headers{{"a", "1"}, {"b", std::nullopt}, {"a", ""}};
  OutputRecord record;
  record.topic = &topic;
  record.partition = PartitionId(0);
  record.key = BytesView("key");
  record.value = BytesView("value");
  record.timestamp = Timestamp(1'234);
  record.headers = &headers;
  ASSERT_TRUE(producer->send(record).has_value());
  OutputRecord bare;
  bare.topic = &topic;
  bare.partition = PartitionId(0);
  bare.timestamp = Timestamp(5);
  ASSERT_TRUE(producer->send(bare).has_value());
  OutputRecord empty = bare;
  empty.key = BytesView();
  empty.value = BytesView();
  ASSERT_TRUE(producer->send(empty).has_value());
  ASSERT_TRUE(insist([&] { return producer->flush(kCall); }).has_value());

  const auto reader = consumer(*clients);
  assign(*reader, topic, 0, 0, 7);
  KeptRecords records;
  poll_to_ends(*reader, records, {7});

  ASSERT_EQ(records.records.size(), 3U);
  EXPECT_EQ(records.records[0].token, 7U);
  EXPECT_EQ(records.records[0].offset, 0);
  EXPECT_EQ(records.records[0].key, "key");
  EXPECT_EQ(records.records[0].value, "value");
  EXPECT_EQ(records.records[0].timestamp, Timestamp(1'234));
  EXPECT_EQ(records.records[0].headers, headers);
  EXPECT_EQ(records.records[0].leader_epoch, LeaderEpoch(0));
  EXPECT_EQ(records.records[1].key, std::nullopt);
  EXPECT_EQ(records.records[1].value, std::nullopt);
  EXPECT_EQ(records.records[1].timestamp, Timestamp(5));
  EXPECT_EQ(records.records[1].headers, Headers());
  EXPECT_EQ(records.records[2].key, "");
  EXPECT_EQ(records.records[2].value, "");
}

// librdkafka takes timestamp 0 for "now", which would carry the stream time of readers to today.
TEST_F(Consumer, SeesTimestampZeroAsTheNextMillisecond) {
  const std::string topic = make_topic(1);
  const auto producer = plain_producer(*clients);
  OutputRecord record;
  record.topic = &topic;
  record.partition = PartitionId(0);
  record.value = BytesView("value");
  record.timestamp = Timestamp(0);
  ASSERT_TRUE(producer->send(record).has_value());
  ASSERT_TRUE(insist([&] { return producer->flush(kCall); }).has_value());

  const auto reader = consumer(*clients);
  assign(*reader, topic, 0, 0);
  KeptRecords records;
  poll_to_ends(*reader, records, {0});

  ASSERT_EQ(records.records.size(), 1U);
  EXPECT_EQ(records.records[0].timestamp, Timestamp(1));
}

TEST_F(Consumer, DeliversNoMoreRecordsThanAsked) {
  const std::string topic = make_topic(1);
  write(topic, 0, numbers(100));
  const auto reader = consumer(*clients);
  assign(*reader, topic, 0, 0);
  KeptRecords records;
  std::size_t largest = 0;

  EXPECT_TRUE(eventually(
      [&] {
        const std::size_t before = records.records.size();
        poll(*reader, records, 7);
        largest = std::max(largest, records.records.size() - before);
      },
      [&] { return records.records.size() == 100; }));

  EXPECT_EQ(largest, 7U);
  EXPECT_EQ(records.values(), numbers(100));
}

TEST_F(Consumer, WaitsForTheFirstRecordOnly) {
  const std::string topic = make_topic(1);
  write(topic, 0, {"only"});
  const auto reader = consumer(*clients);
  assign(*reader, topic, 0, 0);
  KeptRecords records;

  const auto start = std::chrono::steady_clock::now();
  ASSERT_TRUE(reader->poll(kPatience, 1'000, records).has_value());

  EXPECT_THAT(records.values(), ElementsAre("only"));
  EXPECT_LT(std::chrono::steady_clock::now() - start, kPatience / 2);
}

TEST_F(Consumer, SeekDeliversNothingThatWasReadBefore) {
  const std::string topic = make_topic(1);
  constexpr int kCount = 20'000;
  write(topic, 0, numbers(kCount));
  const auto reader = consumer(*clients);
  assign(*reader, topic, 0, 0);

  for (int round = 0; round < 200; ++round) {
    const std::int64_t target = (round * 7'919) % (kCount - 1'000);
    ASSERT_TRUE(reader->seek(at(topic), Offset(target)).has_value());
    KeptRecords records;
    ASSERT_TRUE(poll_until(*reader, records, 1)) << round;
    ASSERT_EQ(records.records.front().offset, target) << round;
    for (std::size_t index = 1; index < records.records.size(); ++index) {
      ASSERT_EQ(records.records[index].offset, target + static_cast<std::int64_t>(index));
    }
  }
}

TEST_F(Consumer, SeekRightAfterAssignCounts) {
  const std::string topic = make_topic(1);
  write(topic, 0, numbers(1'000));
  const auto reader = consumer(*clients);

  for (int round = 0; round < 20; ++round) {
    assign(*reader, topic, 0, 0);
    ASSERT_TRUE(reader->seek(at(topic), Offset(500)).has_value());
    KeptRecords records;
    ASSERT_TRUE(poll_until(*reader, records, 1));
    ASSERT_EQ(records.records.front().offset, 500);
    const TopicPartition where = at(topic);
    ASSERT_TRUE(reader->unassign({&where, 1}).has_value());
  }
}

TEST_F(Consumer, UnassignedPartitionIsSilentAtOnce) {
  const std::string topic = make_topic(2);
  write(topic, 0, numbers(5'000));
  write(topic, 1, numbers(5'000));
  const auto reader = consumer(*clients);
  assign(*reader, topic, 0, 0, 0);
  assign(*reader, topic, 1, 0, 1);
  KeptRecords before;
  ASSERT_TRUE(poll_until(*reader, before, 10));

  const TopicPartition gone = at(topic, 0);
  ASSERT_TRUE(reader->unassign({&gone, 1}).has_value());
  KeptRecords after;
  poll_to_ends(*reader, after, {1});

  EXPECT_TRUE(std::none_of(after.records.begin(), after.records.end(),
                           [](const KeptRecord& record) { return record.token == 0; }));
  EXPECT_FALSE(after.ends.contains(0));
}

TEST_F(Consumer, PartitionAssignedAnewStartsWhereItIsTold) {
  const std::string topic = make_topic(1);
  write(topic, 0, numbers(5'000));
  const auto reader = consumer(*clients);
  const TopicPartition where = at(topic);

  for (const std::int64_t from : {0, 4'000, 100}) {
    assign(*reader, topic, 0, from, static_cast<PartitionToken>(from));
    KeptRecords records;
    ASSERT_TRUE(poll_until(*reader, records, 1));
    EXPECT_EQ(records.records.front().offset, from);
    EXPECT_EQ(records.records.front().token, static_cast<PartitionToken>(from));
    ASSERT_TRUE(reader->unassign({&where, 1}).has_value());
  }
}

TEST_F(Consumer, PausedPartitionGoesOnWithoutGapOrRepetition) {
  const std::string topic = make_topic(2);
  write(topic, 0, numbers(5'000));
  write(topic, 1, numbers(50));
  const auto reader = consumer(*clients);
  assign(*reader, topic, 0, 0, 0);
  KeptRecords records;
  ASSERT_TRUE(eventually([&] { poll(*reader, records, 100); },
                         [&] { return records.records.size() >= 100; }));

  const TopicPartition where = at(topic, 0);
  ASSERT_TRUE(reader->pause({&where, 1}).has_value());
  const std::size_t at_pause = records.records.size();
  assign(*reader, topic, 1, 0, 1);
  KeptRecords meanwhile;
  poll_to_ends(*reader, meanwhile, {1});
  EXPECT_TRUE(std::none_of(meanwhile.records.begin(), meanwhile.records.end(),
                           [](const KeptRecord& record) { return record.token == 0; }));
  ASSERT_TRUE(reader->resume({&where, 1}).has_value());
  // Resuming what is not paused changes nothing.
  ASSERT_TRUE(reader->resume({&where, 1}).has_value());
  ASSERT_EQ(records.records.size(), at_pause);
  poll_to_ends(*reader, records, {0});

  EXPECT_EQ(records.values(), numbers(5'000));
}

TEST_F(Consumer, SeekOfAPausedPartitionWaitsForResume) {
  const std::string topic = make_topic(2);
  write(topic, 0, numbers(2'000));
  write(topic, 1, numbers(10));
  const auto reader = consumer(*clients);
  assign(*reader, topic, 0, 0, 0);
  KeptRecords records;
  ASSERT_TRUE(poll_until(*reader, records, 1));
  const TopicPartition where = at(topic, 0);

  ASSERT_TRUE(reader->pause({&where, 1}).has_value());
  ASSERT_TRUE(reader->seek(where, Offset(5)).has_value());
  assign(*reader, topic, 1, 0, 1);
  KeptRecords meanwhile;
  poll_to_ends(*reader, meanwhile, {1});
  EXPECT_EQ(meanwhile.records.size(), 10U);
  ASSERT_TRUE(reader->resume({&where, 1}).has_value());
  KeptRecords after;
  ASSERT_TRUE(poll_until(*reader, after, 1));

  EXPECT_EQ(after.records.front().offset, 5);
}

TEST_F(Consumer, EndOfPartitionIsTheLastStableOffset) {
  const std::string topic = make_topic(1);
  write(topic, 0, {"before"});
  const auto producer = transactional_producer(*clients, unique("txn"));
  ASSERT_TRUE(producer->begin_transaction().has_value());
  send(*producer, topic, "open");
  ASSERT_TRUE(insist([&] { return producer->flush(kCall); }).has_value());

  const auto committed_reader = consumer(*clients);
  assign(*committed_reader, topic, 0, 0);
  KeptRecords committed;
  poll_to_ends(*committed_reader, committed, {0});
  EXPECT_EQ(committed.ends[0], 1);
  EXPECT_THAT(committed.values(), ElementsAre("before"));

  const auto uncommitted_reader = consumer(*clients, Isolation::read_uncommitted);
  assign(*uncommitted_reader, topic, 0, 0);
  KeptRecords uncommitted;
  poll_to_ends(*uncommitted_reader, uncommitted, {0});
  EXPECT_EQ(uncommitted.ends[0], 2);
  EXPECT_THAT(uncommitted.values(), ElementsAre("before", "open"));

  ASSERT_TRUE(insist([&] { return producer->commit_transaction(kCall); }).has_value());
  // Behind the transaction's marker.
  EXPECT_TRUE(eventually([&] { poll(*committed_reader, committed); },
                         [&] { return committed.ends[0] == 3; }));
  EXPECT_THAT(committed.values(), ElementsAre("before", "open"));
}

TEST_F(Consumer, EndOfPartitionComesAlsoBehindAnAbortedTransaction) {
  const std::string topic = make_topic(1);
  const auto producer = transactional_producer(*clients, unique("txn"));
  ASSERT_TRUE(producer->begin_transaction().has_value());
  send(*producer, topic, "aborted");
  ASSERT_TRUE(insist([&] { return producer->flush(kCall); }).has_value());
  ASSERT_TRUE(insist([&] { return producer->abort_transaction(kCall); }).has_value());

  const auto reader = consumer(*clients);
  assign(*reader, topic, 0, 0);
  KeptRecords records;
  EXPECT_TRUE(eventually([&] { poll(*reader, records); }, [&] { return records.ends[0] == 2; }));
  EXPECT_THAT(records.values(), IsEmpty());
}

TEST_F(Consumer, SaysWhenThePositionIsNotThereAnyMore) {
  const std::string topic = make_topic(1);
  write(topic, 0, numbers(100));
  ASSERT_TRUE(clients->admin().delete_records({{at(topic), Offset(60)}}, kCall).has_value());
  const auto reader = consumer(*clients);
  assign(*reader, topic, 0, 10, 4);
  KeptRecords records;

  ASSERT_TRUE(eventually([&] { poll(*reader, records); },
                         [&] { return records.out_of_ranges.contains(4); }));
  EXPECT_THAT(records.out_of_ranges[4].message, HasSubstr(topic));
  EXPECT_THAT(records.values(), IsEmpty());

  // It can go on from where the log begins now.
  ASSERT_TRUE(reader->seek(at(topic), Offset(60)).has_value());
  ASSERT_TRUE(poll_until(*reader, records, 40));
  EXPECT_EQ(records.records.front().offset, 60);
}

TEST_F(Consumer, MissingTopicIsFatal) {
  internal::KafkaConnection impatient = connection();
  impatient.properties["topic.metadata.propagation.max.ms"] = "500";
  const auto own_clients = connect(impatient);
  const auto reader = consumer(*own_clients);
  const std::string topic = unique("missing");
  assign(*reader, topic, 0, 0);
  KeptRecords records;
  Result<void> polled;

  ASSERT_TRUE(eventually([&] { polled = reader->poll(milliseconds(50), 100, records); },
                         [&] { return !polled.has_value(); }));

  EXPECT_EQ(polled.error().kind, ErrorKind::fatal);
  EXPECT_THAT(polled.error().message, HasSubstr(topic));
}

TEST_F(Consumer, CommittedOffsetsOfAnUnknownGroupAreMissing) {
  const std::string topic = make_topic(2);
  const auto reader = consumer(*clients);
  const std::vector<TopicPartition> partitions{at(topic, 0), at(topic, 1)};
  Result<std::map<TopicPartition, internal::CommittedOffset>> committed =
      Error{ErrorKind::retriable, ""};

  // The coordinator may have to make itself ready first.
  ASSERT_TRUE(eventually([&] { committed = reader->committed(partitions, kCall); },
                         [&] { return committed.has_value(); }));

  EXPECT_THAT(*committed, IsEmpty());
}

}  // namespace
}  // namespace pawl::testing

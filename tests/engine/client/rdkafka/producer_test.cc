// The producer against a real broker: transactions, fencing, back-pressure, a broker that is away.
#include "client/rdkafka/producer.h"

#include "engine/client/frame_proxy.h"
#include "engine/client/kafka_test.h"

#include <pawl/model/mark.h>

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

namespace pawl::testing {
namespace {

using internal::ProducerClient;
using internal::ProducerOptions;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::atomic<bool> queue_was_full{false};

void note_full_queue(const char* name) {
  if (std::string_view(name) == "producer_queue_full") {
    queue_was_full = true;
  }
}

class Producer : public KafkaTest {
 protected:
  void SetUp() override {
    KafkaTest::SetUp();
    queue_was_full = false;
    set_mark_listener(&note_full_queue);
  }
  void TearDown() override { set_mark_listener(nullptr); }

  static OutputRecord record_for(const std::string& topic, BytesView value) {
    OutputRecord record;
    record.topic = &topic;
    record.value = value;
    record.timestamp = Timestamp::unknown();
    return record;
  }
  static void begin(ProducerClient& producer) {
    const Result<void> begun = producer.begin_transaction();
    ASSERT_TRUE(begun.has_value()) << begun.error();
  }
  static Result<void> flush(ProducerClient& producer) {
    return insist([&] { return producer.flush(kCall); });
  }
  static Result<void> commit(ProducerClient& producer) {
    return insist([&] { return producer.commit_transaction(kCall); });
  }
  static Result<void> abort(ProducerClient& producer) {
    return insist([&] { return producer.abort_transaction(kCall); });
  }
};

TEST_F(Producer, CommittedRecordsAreReadAndAbortedOnesAreNot) {
  const std::string topic = make_topic(1);
  const auto producer = transactional_producer(*clients, unique("txn"));

  begin(*producer);
  send(*producer, topic, "a");
  ASSERT_TRUE(flush(*producer).has_value());
  ASSERT_TRUE(commit(*producer).has_value());
  begin(*producer);
  send(*producer, topic, "b");
  ASSERT_TRUE(flush(*producer).has_value());
  ASSERT_TRUE(abort(*producer).has_value());
  begin(*producer);
  send(*producer, topic, "c");
  ASSERT_TRUE(commit(*producer).has_value());

  EXPECT_THAT(read_committed(topic), ElementsAre("a", "c"));
  EXPECT_FALSE(producer->tainted());
}

TEST_F(Producer, AbortDoesNotWaitForQueuedRecords) {
  const std::string topic = make_topic(1);
  const auto producer = transactional_producer(*clients, unique("txn"));
  begin(*producer);
  for (int number = 0; number < 10'000; ++number) {
    send(*producer, topic, "queued");
  }

  ASSERT_TRUE(abort(*producer).has_value());
  begin(*producer);
  send(*producer, topic, "next");
  const Result<void> committed = commit(*producer);
  ASSERT_TRUE(committed.has_value()) << committed.error();

  EXPECT_THAT(read_committed(topic), ElementsAre("next"));
}

TEST_F(Producer, AnEmptyTransactionCanBeEnded) {
  const auto producer = transactional_producer(*clients, unique("txn"));
  begin(*producer);
  EXPECT_TRUE(commit(*producer).has_value());
  begin(*producer);
  EXPECT_TRUE(abort(*producer).has_value());
}

TEST_F(Producer, TheNextOwnerOfAnIdFencesTheLast) {
  const std::string topic = make_topic(1);
  const std::string id = unique("txn");
  const auto zombie = transactional_producer(*clients, id);
  begin(*zombie);
  send(*zombie, topic, "zombie");
  ASSERT_TRUE(flush(*zombie).has_value());

  const auto owner = transactional_producer(*clients, id);
  const Result<void> committed = commit(*zombie);

  ASSERT_FALSE(committed.has_value());
  EXPECT_EQ(committed.error().kind, ErrorKind::fenced) << committed.error();
  begin(*owner);
  send(*owner, topic, "owner");
  ASSERT_TRUE(commit(*owner).has_value());
  EXPECT_THAT(read_committed(topic), ElementsAre("owner"));
}

TEST_F(Producer, AFencedProducerCannotSendEither) {
  const std::string topic = make_topic(1);
  const std::string id = unique("txn");
  const auto zombie = transactional_producer(*clients, id);
  const auto owner = transactional_producer(*clients, id);

  begin(*zombie);
  send(*zombie, topic, "zombie");
  const Result<void> flushed = flush(*zombie);
  ASSERT_FALSE(flushed.has_value());
  EXPECT_EQ(flushed.error().kind, ErrorKind::fenced) << flushed.error();
  const Result<void> sent = zombie->send(record_for(topic, "more"));
  ASSERT_FALSE(sent.has_value());
  EXPECT_EQ(sent.error().kind, ErrorKind::fenced) << sent.error();
  const Result<void> aborted = abort(*zombie);
  ASSERT_FALSE(aborted.has_value());
  EXPECT_EQ(aborted.error().kind, ErrorKind::fenced) << aborted.error();
}

TEST_F(Producer, ATransactionThatTimedOutIsFenced) {
  const std::string topic = make_topic(1);
  const auto producer = transactional_producer(*clients, unique("txn"), seconds(1));
  begin(*producer);
  send(*producer, topic, "late");
  ASSERT_TRUE(flush(*producer).has_value());
  // The broker ends it: the last stable offset moves on.
  const auto reader = consumer(*clients);
  const internal::PartitionStart start{{topic, PartitionId(0)}, Offset(0), 0};
  ASSERT_TRUE(reader->assign({&start, 1}).has_value());
  KeptRecords records;
  ASSERT_TRUE(
      eventually([&] { ASSERT_TRUE(reader->poll(milliseconds(50), 10, records).has_value()); },
                 [&] { return records.ends[0] == 2; }));

  const Result<void> committed = commit(*producer);

  ASSERT_FALSE(committed.has_value());
  EXPECT_EQ(committed.error().kind, ErrorKind::fenced) << committed.error();
  EXPECT_THAT(records.values(), IsEmpty());
}

TEST_F(Producer, AFullQueueIsServedNotAnError) {
  const std::string topic = make_topic(1);
  internal::KafkaConnection small = connection();
  small.properties["queue.buffering.max.messages"] = "100";
  const auto own_clients = connect(small);
  const auto producer = transactional_producer(*own_clients, unique("txn"));
  begin(*producer);
  for (int number = 0; number < 5'000; ++number) {
    send(*producer, topic, "value");
  }
  ASSERT_TRUE(commit(*producer).has_value());

  EXPECT_TRUE(queue_was_full);
  EXPECT_EQ(read_committed(topic).size(), 5'000U);
}

TEST_F(Producer, AFullQueueWaitsForABrokerThatIsAway) {
  const std::string topic = make_topic(1);
  FrameProxy proxy(bootstrap);
  internal::KafkaConnection small = connection();
  small.bootstrap_servers = proxy.address();
  small.properties["queue.buffering.max.messages"] = "100";
  const auto own_clients = connect(small);
  const auto producer = transactional_producer(*own_clients, unique("txn"), seconds(30));
  begin(*producer);
  send(*producer, topic, "first");
  ASSERT_TRUE(flush(*producer).has_value());

  proxy.freeze();
  std::thread broker_comes_back([&] {
    EXPECT_TRUE(
        eventually([] { std::this_thread::yield(); }, [] { return queue_was_full.load(); }));
    proxy.thaw();
  });
  for (int number = 0; number < 500; ++number) {
    send(*producer, topic, "more");
  }
  broker_comes_back.join();
  ASSERT_TRUE(commit(*producer).has_value());

  EXPECT_EQ(read_committed(topic).size(), 501U);
}

TEST_F(Producer, ABrokerThatStopsForAWhileCostsTimeOnly) {
  const std::string topic = make_topic(1);
  FrameProxy proxy(bootstrap);
  internal::KafkaConnection behind = connection();
  behind.bootstrap_servers = proxy.address();
  const auto own_clients = connect(behind);
  const auto producer = transactional_producer(*own_clients, unique("txn"), seconds(30));
  begin(*producer);
  send(*producer, topic, "a");
  ASSERT_TRUE(flush(*producer).has_value());

  proxy.freeze();
  send(*producer, topic, "b");
  const Result<void> flushed = producer->flush(seconds(1));
  ASSERT_FALSE(flushed.has_value());
  EXPECT_EQ(flushed.error().kind, ErrorKind::retriable);
  const Result<void> committed = producer->commit_transaction(seconds(1));
  ASSERT_FALSE(committed.has_value());
  EXPECT_EQ(committed.error().kind, ErrorKind::retriable);
  proxy.thaw();

  ASSERT_TRUE(commit(*producer).has_value());
  EXPECT_THAT(read_committed(topic), ElementsAre("a", "b"));
  EXPECT_FALSE(producer->tainted());
}

TEST_F(Producer, ABrokenConnectionIsMadeAnew) {
  const std::string topic = make_topic(1);
  FrameProxy proxy(bootstrap);
  internal::KafkaConnection behind = connection();
  behind.bootstrap_servers = proxy.address();
  const auto own_clients = connect(behind);
  const auto producer = transactional_producer(*own_clients, unique("txn"), seconds(30));
  begin(*producer);
  send(*producer, topic, "a");
  ASSERT_TRUE(flush(*producer).has_value());

  proxy.cut();
  send(*producer, topic, "b");
  ASSERT_TRUE(commit(*producer).has_value());

  EXPECT_THAT(read_committed(topic), ElementsAre("a", "b"));
}

TEST_F(Producer, ARecordThatTheTopicRefusesIsFatalAndNamesIt) {
  const std::string topic = make_topic(1, {{"max.message.bytes", "1000"}});
  const auto producer = transactional_producer(*clients, unique("txn"));
  begin(*producer);
  send(*producer, topic, std::string(5'000, 'x'));

  const Result<void> flushed = flush(*producer);

  ASSERT_FALSE(flushed.has_value());
  EXPECT_EQ(flushed.error().kind, ErrorKind::fatal) << flushed.error();
  EXPECT_THAT(flushed.error().message, HasSubstr(topic));
  EXPECT_TRUE(abort(*producer).has_value());
}

// librdkafka has given the refused record a sequence number that the broker never saw, so the next
// transaction fails too; its abort puts that right.
TEST_F(Producer, ARefusedRecordCostsTheNextTransactionAsWell) {
  const std::string topic = make_topic(1, {{"max.message.bytes", "1000"}});
  const auto producer = transactional_producer(*clients, unique("txn"));
  begin(*producer);
  send(*producer, topic, std::string(5'000, 'x'));
  ASSERT_FALSE(flush(*producer).has_value());
  ASSERT_TRUE(abort(*producer).has_value());

  begin(*producer);
  send(*producer, topic, "second");
  const Result<void> second = flush(*producer);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().kind, ErrorKind::abort_transaction) << second.error();
  ASSERT_TRUE(abort(*producer).has_value());
  begin(*producer);
  send(*producer, topic, "third");
  ASSERT_TRUE(commit(*producer).has_value());

  EXPECT_THAT(read_committed(topic), ElementsAre("third"));
}

TEST_F(Producer, ARecordTooLargeForTheClientIsFatalAtOnce) {
  const std::string topic = make_topic(1);
  const auto producer = plain_producer(*clients);

  const Result<void> sent = producer->send(record_for(topic, std::string(2'000'000, 'x')));

  ASSERT_FALSE(sent.has_value());
  EXPECT_EQ(sent.error().kind, ErrorKind::fatal);
  EXPECT_THAT(sent.error().message, HasSubstr(topic));
  EXPECT_THAT(sent.error().message, HasSubstr("2000000"));
}

TEST_F(Producer, RecordsOfOneKeyStayInOnePartitionAsInJava) {
  const std::string topic = make_topic(4);
  const auto producer = plain_producer(*clients);
  // Partitions that Kafka's Java client chooses for these keys (murmur2).
  for (const char* key : {"a", "b", "c", "d", "e", "f"}) {
    OutputRecord record = record_for(topic, key);
    record.key = BytesView(key);
    ASSERT_TRUE(producer->send(record).has_value());
  }
  ASSERT_TRUE(flush(*producer).has_value());

  EXPECT_THAT(read_committed(topic, 0), ElementsAre("a", "b"));
  EXPECT_THAT(read_committed(topic, 1), ElementsAre("d"));
  EXPECT_THAT(read_committed(topic, 2), ElementsAre("c", "e"));
  EXPECT_THAT(read_committed(topic, 3), ElementsAre("f"));
}

TEST_F(Producer, KnowsPartitionCounts) {
  const std::string topic = make_topic(3);
  const auto producer = plain_producer(*clients);

  EXPECT_EQ(producer->partition_count(topic, kCall).value(), 3);
  EXPECT_EQ(producer->partition_count(topic, milliseconds(0)).value(), 3);
  const std::string missing = unique("missing");
  const Result<std::int32_t> unknown = producer->partition_count(missing, kCall);
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(unknown.error().kind, ErrorKind::fatal);
  EXPECT_THAT(unknown.error().message, HasSubstr(missing));
}

TEST_F(Producer, DestructionDoesNotWaitForTheBroker) {
  const std::string topic = make_topic(1);
  FrameProxy proxy(bootstrap);
  internal::KafkaConnection behind = connection();
  behind.bootstrap_servers = proxy.address();
  const auto own_clients = connect(behind);
  auto producer = transactional_producer(*own_clients, unique("txn"), seconds(30));
  begin(*producer);
  send(*producer, topic, "a");
  ASSERT_TRUE(flush(*producer).has_value());
  proxy.freeze();
  for (int number = 0; number < 1'000; ++number) {
    send(*producer, topic, "given up");
  }
  EXPECT_FALSE(producer->flush(milliseconds(200)).has_value());

  const auto start = std::chrono::steady_clock::now();
  producer.reset();

  EXPECT_LT(std::chrono::steady_clock::now() - start, seconds(2));
  EXPECT_EQ(log->count("still in queue"), 0U);
}

TEST_F(Producer, InitialisationIsRetriableWhileNoBrokerIsThere) {
  internal::KafkaConnection nowhere = connection();
  nowhere.bootstrap_servers = "127.0.0.1:1";
  const auto own_clients = connect(nowhere);
  ProducerOptions options;
  options.client_id = "lost";
  options.transactional_id = unique("txn");
  const auto producer = own_clients->make_producer(options).value();

  const auto start = std::chrono::steady_clock::now();
  const Result<void> ready = producer->init_transactions(milliseconds(1'500));

  ASSERT_FALSE(ready.has_value());
  EXPECT_EQ(ready.error().kind, ErrorKind::retriable) << ready.error();
  EXPECT_LT(std::chrono::steady_clock::now() - start, seconds(10));
}

TEST_F(Producer, ATransactionTimeoutBeyondTheBrokersLimitIsFatal) {
  ProducerOptions options;
  options.client_id = "patient";
  options.transactional_id = unique("txn");
  options.transaction_timeout = std::chrono::hours(24 * 7);
  const auto producer = clients->make_producer(options).value();

  const Result<void> ready = insist([&] { return producer->init_transactions(seconds(2)); });

  ASSERT_FALSE(ready.has_value());
  EXPECT_EQ(ready.error().kind, ErrorKind::fatal) << ready.error();
}

TEST_F(Producer, AnUnreachableBrokerIsAFewLinesInTheLog) {
  internal::KafkaConnection nowhere = connection();
  nowhere.bootstrap_servers = "127.0.0.1:1";
  const auto own_clients = connect(nowhere);
  const auto reader = consumer(*own_clients);
  const auto producer = plain_producer(*own_clients);
  KeptRecords records;
  const std::string topic = "topic";
  const auto until = std::chrono::steady_clock::now() + seconds(4);
  ASSERT_TRUE(eventually(
      [&] {
        ASSERT_TRUE(reader->poll(milliseconds(50), 10, records).has_value());
        producer->poll();
      },
      [&] { return std::chrono::steady_clock::now() >= until; }));

  const std::vector<std::string> lines = log->lines();
  EXPECT_LE(lines.size(), 2U) << ::testing::PrintToString(lines);
  EXPECT_GE(log->count("127.0.0.1:1"), 1U) << ::testing::PrintToString(lines);
}

}  // namespace
}  // namespace pawl::testing

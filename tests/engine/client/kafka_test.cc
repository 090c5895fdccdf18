#include "engine/client/kafka_test.h"

#include "support/kafka.h"

#include <algorithm>
#include <unistd.h>
#include <utility>

namespace pawl::testing {

using internal::ConsumerClient;
using internal::ProducerClient;

void KeptLog::write(LogLevel level, std::string_view component, std::string_view message) {
  lines_.with([&](auto& lines) {
    lines.push_back(std::string(to_string(level)) + " " + std::string(component) + ": " +
                    std::string(message));
  });
}

std::vector<std::string> KeptLog::lines() const {
  return lines_.with([](const auto& lines) { return lines; });
}

std::size_t KeptLog::count(std::string_view text) const {
  const std::vector<std::string> all = lines();
  return static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(),
                    [&](const std::string& line) { return line.find(text) != std::string::npos; }));
}

void KeptRecords::record(internal::PartitionToken token, internal::ConsumedRecord record) {
  const InputRecord& input = record.record();
  KeptRecord kept;
  kept.token = token;
  kept.offset = input.offset.value();
  kept.key = input.key;
  kept.value = input.value;
  kept.timestamp = input.timestamp;
  kept.leader_epoch = input.leader_epoch;
  kept.headers = *input.headers;
  records.push_back(std::move(kept));
  ends.erase(token);
}

void KeptRecords::end_of_partition(internal::PartitionToken token, Offset offset) {
  ends[token] = offset.value();
}

void KeptRecords::out_of_range(internal::PartitionToken token, const Error& error) {
  out_of_ranges[token] = error;
}

std::vector<std::string> KeptRecords::values() const {
  std::vector<std::string> values;
  for (const KeptRecord& record : records) {
    values.push_back(record.value.value_or("(null)"));
  }
  return values;
}

void KafkaTest::SetUp() {
  bootstrap = test::test_bootstrap();
  group = unique("group");
  clients = connect(connection());
}

internal::KafkaConnection KafkaTest::connection() const {
  internal::KafkaConnection connection;
  connection.bootstrap_servers = bootstrap;
  connection.group = group;
  connection.session_timeout = seconds(6);
  connection.max_poll_interval = seconds(60);
  connection.log = log;
  return connection;
}

std::unique_ptr<internal::Clients> KafkaTest::connect(
    const internal::KafkaConnection& connection) const {
  auto connected = internal::connect_to_kafka(connection);
  EXPECT_TRUE(connected.has_value());
  return std::move(connected).value();
}

std::string KafkaTest::unique(std::string_view what) const {
  static int number = 0;
  const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
  return "pawl-" + std::string(what) + "-" + std::to_string(::getpid()) + "-" +
         std::to_string(now) + "-" + std::to_string(++number);
}

std::string KafkaTest::make_topic(std::int32_t partitions,
                                  const std::map<std::string, std::string>& config) {
  internal::NewTopic topic{unique("topic"), partitions, 1, config};
  const Result<void> created = clients->admin().create_topics({&topic, 1}, kCall);
  EXPECT_TRUE(created.has_value()) << created.error();
  EXPECT_TRUE(eventually([] {},
                         [&] {
                           const auto found = clients->admin().describe_topics({topic.name}, kCall);
                           return found.has_value() && found->contains(topic.name);
                         }));
  return topic.name;
}

std::unique_ptr<ProducerClient> KafkaTest::transactional_producer(
    const internal::Clients& of, const std::string& id, milliseconds transaction_timeout) const {
  internal::ProducerOptions options;
  options.client_id = id;
  options.transactional_id = id;
  options.transaction_timeout = transaction_timeout;
  std::unique_ptr<ProducerClient> producer = of.make_producer(options).value();
  const Result<void> ready = insist([&] { return producer->init_transactions(kCall); });
  EXPECT_TRUE(ready.has_value()) << ready.error();
  return producer;
}

std::unique_ptr<ProducerClient> KafkaTest::plain_producer(const internal::Clients& of) const {
  internal::ProducerOptions options;
  options.client_id = "plain";
  return of.make_producer(options).value();
}

std::unique_ptr<ConsumerClient> KafkaTest::consumer(const internal::Clients& of,
                                                    internal::Isolation isolation) const {
  internal::ConsumerOptions options;
  options.client_id = "reader";
  options.isolation = isolation;
  options.fetch_wait_max = milliseconds(20);
  return of.make_consumer(options).value();
}

void KafkaTest::write(const std::string& topic, std::int32_t partition,
                      const std::vector<std::string>& values) const {
  const std::unique_ptr<ProducerClient> producer = plain_producer(*clients);
  for (const std::string& value : values) {
    send(*producer, topic, value, partition);
  }
  const Result<void> flushed = insist([&] { return producer->flush(kCall); });
  ASSERT_TRUE(flushed.has_value()) << flushed.error();
}

std::vector<std::string> KafkaTest::read_committed(const std::string& topic,
                                                   std::int32_t partition) const {
  const std::unique_ptr<ConsumerClient> reader = consumer(*clients);
  const internal::PartitionStart start{
      {topic, PartitionId(partition)}, internal::LogicalOffset::beginning, 0};
  EXPECT_TRUE(reader->assign({&start, 1}).has_value());
  KeptRecords records;
  poll_to_ends(*reader, records, {0});
  return records.values();
}

bool eventually(const std::function<void()>& step, const std::function<bool()>& done,
                milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (!done()) {
    if (std::chrono::steady_clock::now() >= deadline) {
      return false;
    }
    step();
  }
  return true;
}

void send(ProducerClient& producer, const std::string& topic, std::string_view value,
          std::int32_t partition) {
  OutputRecord record;
  record.topic = &topic;
  record.partition = PartitionId(partition);
  record.value = value;
  record.timestamp = Timestamp::unknown();
  const Result<void> sent = producer.send(record);
  ASSERT_TRUE(sent.has_value()) << sent.error();
}

Result<void> insist(const std::function<Result<void>()>& call, milliseconds timeout) {
  Result<void> result;
  eventually([] {},
             [&] {
               result = call();
               return result.has_value() || result.error().kind != ErrorKind::retriable;
             },
             timeout);
  return result;
}

void poll_to_ends(ConsumerClient& consumer, KeptRecords& records,
                  const std::vector<internal::PartitionToken>& tokens) {
  EXPECT_TRUE(eventually(
      [&] {
        const Result<void> polled = consumer.poll(milliseconds(50), 1'000, records);
        ASSERT_TRUE(polled.has_value()) << polled.error();
      },
      [&] {
        return std::all_of(tokens.begin(), tokens.end(),
                           [&](auto token) { return records.ends.contains(token); });
      }));
}

}  // namespace pawl::testing

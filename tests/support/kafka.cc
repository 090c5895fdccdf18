#include "support/kafka.h"

#include "support/silent_log.h"

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <set>
#include <stdexcept>
#include <thread>
#include <unistd.h>
#include <utility>

namespace pawl::test {

using internal::CommittedOffset;
using internal::ConsumedRecord;
using internal::Isolation;
using internal::PartitionStart;
using internal::PartitionToken;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kTimeout{30'000};

template <class T>
T or_throw(Result<T> result) {
  if (!result.has_value()) {
    throw std::runtime_error("Kafka: " + result.error().message);
  }
  return std::move(result).value();
}

std::optional<Bytes> owned(NullableBytesView bytes) {
  return bytes.has_value() ? std::optional<Bytes>(*bytes) : std::nullopt;
}

NullableBytesView view(const std::optional<Bytes>& bytes) {
  return bytes.has_value() ? NullableBytesView(*bytes) : std::nullopt;
}

// Collects records until every partition has reported its end at or behind the wanted one.
class Collector final : public internal::ConsumerSink {
 public:
  explicit Collector(std::vector<std::pair<TopicPartition, Offset>> ends) : ends_(std::move(ends)) {
    for (PartitionToken token = 0; token < ends_.size(); ++token) {
      open_.insert(token);
    }
  }
  void record(PartitionToken token, ConsumedRecord record) override {
    const InputRecord& input = record.record();
    records_.push_back({ends_[token].first, input.offset, owned(input.key), owned(input.value),
                        input.timestamp, *input.headers});
  }
  void end_of_partition(PartitionToken token, Offset offset) override {
    reached_[ends_[token].first] = offset;
    if (offset >= ends_[token].second) {
      open_.erase(token);
    }
  }
  void out_of_range(PartitionToken token, const Error& error) override {
    throw std::runtime_error("out of range: " + to_string(ends_[token].first) + " " +
                             error.message);
  }
  [[nodiscard]] bool done() const { return open_.empty(); }
  std::vector<StoredRecord> take() { return std::move(records_); }
  [[nodiscard]] const std::map<TopicPartition, Offset>& reached() const { return reached_; }

 private:
  std::vector<std::pair<TopicPartition, Offset>> ends_;
  std::set<PartitionToken> open_;
  std::map<TopicPartition, Offset> reached_;
  std::vector<StoredRecord> records_;
};

}  // namespace

std::string run_tools_kafka(const std::string& arguments) {
  const std::string command = std::string(PAWL_TEST_DATA) + "/../tools/kafka " + arguments;
  FILE* const pipe = ::popen(command.c_str(), "r");
  std::string output;
  std::array<char, 256> buffer{};
  while (pipe != nullptr && std::fgets(buffer.data(), buffer.size(), pipe) != nullptr) {
    output += buffer.data();
  }
  const int status = pipe == nullptr ? -1 : ::pclose(pipe);
  while (!output.empty() && output.back() == '\n') {
    output.pop_back();
  }
  if (status != 0) {
    throw std::runtime_error("failed: " + command + ": " + output);
  }
  return output;
}

std::string test_bootstrap() {
  if (const char* const given = std::getenv("PAWL_TEST_BOOTSTRAP")) {
    return given;
  }
  const char* const directory = std::getenv("PAWL_TEST_KAFKA_DIR");
  if (directory == nullptr) {
    throw std::runtime_error(
        "this test needs a broker: run it with ctest, or set PAWL_TEST_BOOTSTRAP=host:port");
  }
  return run_tools_kafka(std::string("bootstrap --dir ") + directory);
}

std::string unique_name(const std::string& prefix) {
  static std::atomic<int> number{0};
  static const unsigned kRun = std::random_device{}();
  return prefix + "-" + std::to_string(::getpid()) + "-" + std::to_string(kRun % 100'000) + "-" +
         std::to_string(++number);
}

bool eventually(const std::function<bool()>& condition, milliseconds within) {
  const auto deadline = std::chrono::steady_clock::now() + within;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) {
      return false;
    }
    std::this_thread::sleep_for(milliseconds(20));
  }
  return true;
}

OwnBroker::OwnBroker(const std::string& options)
    : directory_((std::filesystem::temp_directory_path() / unique_name("pawl-broker")).string()),
      bootstrap_(run_tools_kafka("start --dir " + directory_ + " " + options)) {}

OwnBroker::~OwnBroker() {
  try {
    run_tools_kafka("clean --dir " + directory_);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "%s\n", failure.what());
  }
}

void OwnBroker::kill() const {
  run_tools_kafka("kill --dir " + directory_);
}

void OwnBroker::start() const {
  run_tools_kafka("start --dir " + directory_);
}

Kafka::Kafka(const std::string& bootstrap) : bootstrap_(bootstrap) {
  internal::KafkaConnection connection;
  connection.bootstrap_servers = bootstrap;
  connection.group = "pawl-tests";
  connection.log = std::make_shared<SilentLog>();
  clients_ = or_throw(internal::connect_to_kafka(connection));
}

void Kafka::create_topic(const std::string& topic, std::int32_t partitions,
                         const std::map<std::string, std::string>& config) const {
  const internal::NewTopic wanted{topic, partitions, 1, config};
  or_throw(admin().create_topics({&wanted, 1}, kTimeout));
  if (!eventually([&] {
        const auto found = admin().describe_topics({topic}, kTimeout);
        return found.has_value() && found->contains(topic);
      })) {
    throw std::runtime_error("topic " + topic + " did not appear");
  }
}

void Kafka::produce(const std::string& topic, const std::vector<StoredRecord>& records) const {
  internal::ProducerOptions options;
  options.client_id = "test-producer";
  const auto producer = or_throw(clients_->make_producer(options));
  for (const StoredRecord& record : records) {
    OutputRecord output;
    output.topic = &topic;
    if (record.where.partition.value() >= 0 && !record.where.topic.empty()) {
      output.partition = record.where.partition;
    }
    output.key = view(record.key);
    output.value = view(record.value);
    output.timestamp = record.timestamp;
    output.headers = &record.headers;
    or_throw(producer->send(output));
  }
  or_throw(producer->flush(kTimeout));
}

std::vector<TopicPartition> Kafka::partitions(const std::string& topic) const {
  const auto topics = or_throw(admin().describe_topics({topic}, kTimeout));
  std::vector<TopicPartition> result;
  const auto found = topics.find(topic);
  for (std::int32_t partition = 0; found != topics.end() && partition < found->second.partitions;
       ++partition) {
    result.push_back({topic, PartitionId(partition)});
  }
  return result;
}

std::map<TopicPartition, Offset> Kafka::ends(const std::string& topic) const {
  return or_throw(admin().end_offsets(partitions(topic), kTimeout));
}

std::map<TopicPartition, Offset> Kafka::starts(const std::string& topic) const {
  return or_throw(admin().start_offsets(partitions(topic), kTimeout));
}

namespace {

struct ReadTopic {
  std::vector<StoredRecord> records;
  std::map<TopicPartition, Offset> reached;
};

// Reads a topic to its end.
ReadTopic collect(const Kafka& kafka, const std::string& topic, Isolation isolation) {
  internal::ConsumerOptions options;
  options.client_id = "test-reader";
  options.isolation = isolation;
  const auto consumer = or_throw(kafka.clients().make_consumer(options));
  std::vector<std::pair<TopicPartition, Offset>> ends;
  std::vector<PartitionStart> starts;
  for (const auto& [where, end] : kafka.ends(topic)) {
    starts.push_back(
        {where, internal::LogicalOffset::beginning, static_cast<PartitionToken>(ends.size())});
    // A read_committed reader ends where an open transaction begins.
    ends.emplace_back(where, isolation == Isolation::read_committed ? Offset(0) : end);
  }
  Collector collector(std::move(ends));
  or_throw(consumer->assign(starts));
  if (!eventually([&] {
        or_throw(consumer->poll(milliseconds(100), 100'000, collector));
        return collector.done();
      })) {
    throw std::runtime_error("topic " + topic + " could not be read to its end");
  }
  return {collector.take(), collector.reached()};
}

}  // namespace

std::vector<StoredRecord> Kafka::read(const std::string& topic, Isolation isolation) const {
  return collect(*this, topic, isolation).records;
}

std::map<TopicPartition, Offset> Kafka::last_stable_offsets(const std::string& topic) const {
  return collect(*this, topic, Isolation::read_committed).reached;
}

std::map<TopicPartition, CommittedOffset> Kafka::committed(
    const std::string& group, const std::vector<TopicPartition>& partitions) const {
  internal::KafkaConnection connection;
  connection.bootstrap_servers = bootstrap_;
  connection.group = group;
  connection.log = std::make_shared<SilentLog>();
  const auto clients = or_throw(internal::connect_to_kafka(connection));
  const auto consumer = or_throw(clients->make_consumer({}));
  std::optional<std::map<TopicPartition, CommittedOffset>> result;
  if (!eventually([&] {
        auto offsets = consumer->committed(partitions, milliseconds(2'000));
        if (offsets.has_value()) {
          result = std::move(offsets).value();
        }
        return result.has_value();
      })) {
    throw std::runtime_error("the committed offsets of " + group + " could not be read");
  }
  return *result;
}

bool Kafka::caught_up(const std::string& group, const std::string& topic) const {
  const std::map<TopicPartition, Offset> wanted = ends(topic);
  const auto done = committed(group, partitions(topic));
  for (const auto& [where, end] : wanted) {
    const auto found = done.find(where);
    if (end.value() > 0 && (found == done.end() || found->second.offset < end)) {
      return false;
    }
  }
  return true;
}

}  // namespace pawl::test

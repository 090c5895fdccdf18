// KafkaTest: what tests against a real broker share: its address, connections, topics, and sinks
// that keep what they get. Nothing sleeps: eventually() repeats a step that itself waits for the
// broker.
#pragma once

#include "client/clients.h"
#include "client/rdkafka/clients.h"

#include <pawl/model/guarded.h>
#include <pawl/model/log.h>

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::testing {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Longer than anything here takes on a loaded machine.
inline constexpr milliseconds kPatience{60'000};
// One call to Kafka.
inline constexpr milliseconds kCall{10'000};

class KeptLog final : public LogSink {
 public:
  void write(LogLevel level, std::string_view component, std::string_view message) override;
  [[nodiscard]] std::vector<std::string> lines() const;
  [[nodiscard]] std::size_t count(std::string_view text) const;

 private:
  Guarded<std::vector<std::string>> lines_;
};

struct KeptRecord {
  internal::PartitionToken token = 0;
  std::int64_t offset = -1;
  std::optional<std::string> key;
  std::optional<std::string> value;
  Timestamp timestamp;
  LeaderEpoch leader_epoch;
  Headers headers;
};

class KeptRecords final : public internal::ConsumerSink {
 public:
  void record(internal::PartitionToken token, internal::ConsumedRecord record) override;
  void end_of_partition(internal::PartitionToken token, Offset offset) override;
  void out_of_range(internal::PartitionToken token, const Error& error) override;

  [[nodiscard]] std::vector<std::string> values() const;

  std::vector<KeptRecord> records;
  // The last end of each partition.
  std::map<internal::PartitionToken, std::int64_t> ends;
  std::map<internal::PartitionToken, Error> out_of_ranges;
};

class KafkaTest : public ::testing::Test {
 protected:
  void SetUp() override;

  [[nodiscard]] internal::KafkaConnection connection() const;
  [[nodiscard]] std::unique_ptr<internal::Clients> connect(
      const internal::KafkaConnection& connection) const;

  // Returns: a new topic's name.
  std::string make_topic(std::int32_t partitions,
                         const std::map<std::string, std::string>& config = {});
  [[nodiscard]] std::string unique(std::string_view what) const;

  [[nodiscard]] std::unique_ptr<internal::ProducerClient> transactional_producer(
      const internal::Clients& of, const std::string& id,
      milliseconds transaction_timeout = seconds(10)) const;
  // Without transactions.
  [[nodiscard]] std::unique_ptr<internal::ProducerClient> plain_producer(
      const internal::Clients& of) const;
  [[nodiscard]] std::unique_ptr<internal::ConsumerClient> consumer(
      const internal::Clients& of,
      internal::Isolation isolation = internal::Isolation::read_committed) const;

  // Writes values to a partition, outside of transactions.
  void write(const std::string& topic, std::int32_t partition,
             const std::vector<std::string>& values) const;
  // Returns: what a read_committed reader finds in a partition.
  [[nodiscard]] std::vector<std::string> read_committed(const std::string& topic,
                                                        std::int32_t partition = 0) const;

  std::string bootstrap;
  std::string group;
  std::shared_ptr<KeptLog> log = std::make_shared<KeptLog>();
  std::unique_ptr<internal::Clients> clients;
};

// Returns: whether `done` became true while `step` was repeated.
bool eventually(const std::function<void()>& step, const std::function<bool()>& done,
                milliseconds timeout = kPatience);

// Sends one value; the send itself must succeed.
void send(internal::ProducerClient& producer, const std::string& topic, std::string_view value,
          std::int32_t partition = 0);

// Repeats a call while it says `retriable`.
Result<void> insist(const std::function<Result<void>()>& call, milliseconds timeout = kPatience);

// Polls until every partition of `tokens` has ended.
void poll_to_ends(internal::ConsumerClient& consumer, KeptRecords& records,
                  const std::vector<internal::PartitionToken>& tokens);

}  // namespace pawl::testing

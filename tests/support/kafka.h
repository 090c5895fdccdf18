// A real Kafka for tests: where it is, its topics, records in and out. Works on pawl's own clients
// (which have tests of their own); what is read is read from the start of the log.
#pragma once

#include "client/rdkafka/clients.h"

#include <pawl/model/headers.h>
#include <pawl/model/topic_partition.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pawl::test {

// Returns: host:port of the broker that the test run started (tests/integration/CMakeLists.txt), or
// of PAWL_TEST_BOOTSTRAP. Throws when there is none: a test without its broker must fail.
std::string test_bootstrap();

// Returns: a name nobody used before.
std::string unique_name(const std::string& prefix);

// Runs `tools/kafka` with these arguments. Returns: its output. Throws when it fails.
std::string run_tools_kafka(const std::string& arguments);

// A broker of a test's own, for tests that stop it.
class OwnBroker {
 public:
  explicit OwnBroker(const std::string& options = "");
  OwnBroker(const OwnBroker&) = delete;
  OwnBroker& operator=(const OwnBroker&) = delete;
  ~OwnBroker();
  [[nodiscard]] const std::string& bootstrap() const { return bootstrap_; }
  void kill() const;
  void start() const;

 private:
  std::string directory_;
  std::string bootstrap_;
};

struct StoredRecord {
  TopicPartition where;
  Offset offset;
  std::optional<Bytes> key;
  std::optional<Bytes> value;
  Timestamp timestamp;
  Headers headers;
};

class Kafka {
 public:
  explicit Kafka(const std::string& bootstrap = test_bootstrap());

  [[nodiscard]] const std::string& bootstrap() const { return bootstrap_; }
  [[nodiscard]] const internal::AdminClient& admin() const { return clients_->admin(); }
  [[nodiscard]] const internal::Clients& clients() const { return *clients_; }

  // Event times of tests are in the past, so topics keep their records.
  void create_topic(const std::string& topic, std::int32_t partitions,
                    const std::map<std::string, std::string>& config = {
                        {"retention.ms", "-1"}}) const;

  // Sends records outside of transactions and waits until they are in the log. Partition absent: by
  // key.
  void produce(const std::string& topic, const std::vector<StoredRecord>& records) const;

  // Reads a topic from its start to its end: to the last stable offset (read_committed) or the high
  // watermark.
  [[nodiscard]] std::vector<StoredRecord> read(
      const std::string& topic,
      internal::Isolation isolation = internal::Isolation::read_committed) const;

  // What a group has committed.
  [[nodiscard]] std::map<TopicPartition, internal::CommittedOffset> committed(
      const std::string& group, const std::vector<TopicPartition>& partitions) const;
  [[nodiscard]] std::map<TopicPartition, Offset> ends(const std::string& topic) const;
  // Where a read_committed reader stops now.
  [[nodiscard]] std::map<TopicPartition, Offset> last_stable_offsets(
      const std::string& topic) const;
  [[nodiscard]] std::map<TopicPartition, Offset> starts(const std::string& topic) const;
  [[nodiscard]] std::vector<TopicPartition> partitions(const std::string& topic) const;
  // Whether the group has committed everything up to the end of the topic.
  [[nodiscard]] bool caught_up(const std::string& group, const std::string& topic) const;

 private:
  std::string bootstrap_;
  std::unique_ptr<internal::Clients> clients_;
};

// Waits for a condition. Returns: whether it came true in time.
bool eventually(const std::function<bool()>& condition,
                std::chrono::milliseconds within = std::chrono::seconds(60));

}  // namespace pawl::test

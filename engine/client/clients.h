// Clients: makes the connections to Kafka. The real one is client/rdkafka; tests and the simulator
// bring their own. Thread rule: any thread. Errors: fatal (bad settings; the message names them).
#pragma once

#include "client/admin.h"
#include "client/consumer.h"
#include "client/producer.h"
#include "membership/membership.h"

#include <pawl/model/ids.h>
#include <pawl/model/result.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace pawl::internal {

enum class Isolation { read_committed, read_uncommitted };

struct ConsumerOptions {
  std::string client_id;
  Isolation isolation = Isolation::read_committed;
  // Longest time the broker may hold back an answer for more data; small for restores.
  std::chrono::milliseconds fetch_wait_max{100};
  // Memory for fetched records that were not polled yet.
  std::size_t fetch_queue_bytes_max = 16U << 20U;
};

struct ProducerOptions {
  std::string client_id;
  // Empty: no transactions (idempotent all the same).
  std::string transactional_id;
  std::chrono::milliseconds transaction_timeout{10'000};
};

struct MembershipOptions {
  std::string client_id;
  // Empty: a dynamic member.
  std::string group_instance_id;
  // The tasks of each subtopology, by its task topic.
  struct TaskTopic {
    std::string topic;
    SubtopologyId subtopology;
  };
  std::vector<TaskTopic> task_topics;
};

class Clients {
 public:
  Clients() = default;
  Clients(const Clients&) = delete;
  Clients& operator=(const Clients&) = delete;
  virtual ~Clients() = default;

  [[nodiscard]] virtual Result<std::unique_ptr<ConsumerClient>> make_consumer(
      const ConsumerOptions& options) const = 0;
  [[nodiscard]] virtual Result<std::unique_ptr<ProducerClient>> make_producer(
      const ProducerOptions& options) const = 0;
  [[nodiscard]] virtual Result<std::unique_ptr<Membership>> make_membership(
      const MembershipOptions& options) const = 0;
  // Shared by the whole process.
  [[nodiscard]] virtual const AdminClient& admin() const = 0;
};

}  // namespace pawl::internal

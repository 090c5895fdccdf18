// ProducerClient: sends records, in transactions when it has a transactional id. One per stream
// thread. Errors follow ErrorKind: retriable (call again), abort_transaction, outcome_unknown
// (commit only), fenced, fatal. After fenced or fatal the client is only good for destruction.
// Thread rule: owner thread only; nothing is called back outside its functions.
#pragma once

#include <pawl/engine/output_collector.h>
#include <pawl/model/result.h>
#include <pawl/model/topic_partition.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace pawl::internal {

// A member of the consumer group at one generation: what makes a transactional offset commit
// fenceable. Never just the group's name: that is not fenced at all. Thread rule: a value.
// Lifetime: `native` shares the client library's own form.
struct GroupIdentity {
  std::string group;
  std::string member;
  std::int32_t generation = -1;
  std::shared_ptr<const void> native;
};

struct OffsetToCommit {
  TopicPartition where;
  Offset offset;
  LeaderEpoch leader_epoch{-1};
  std::string metadata;
};

class ProducerClient {
 public:
  ProducerClient() = default;
  ProducerClient(const ProducerClient&) = delete;
  ProducerClient& operator=(const ProducerClient&) = delete;
  // Gives up queued records; never waits for the broker.
  virtual ~ProducerClient() = default;

  // Fences earlier owners of the transactional id and ends what they left open.
  virtual Result<void> init_transactions(std::chrono::milliseconds timeout) = 0;
  virtual Result<void> begin_transaction() = 0;

  // Copies the record into the queue. A full queue is served until there is room, never an error.
  // Errors: fenced, fatal; topic_missing as fatal.
  virtual Result<void> send(const OutputRecord& record) = 0;
  // Waits until every record sent so far is delivered.
  // Errors: retriable (not yet, call again), abort_transaction (a delivery failed; the message
  // names the topic).
  virtual Result<void> flush(std::chrono::milliseconds timeout) = 0;
  // Serves internal work without waiting.
  virtual void poll() = 0;

  virtual Result<void> send_offsets(std::span<const OffsetToCommit> offsets,
                                    const GroupIdentity& identity,
                                    std::chrono::milliseconds timeout) = 0;
  // Errors: retriable (not finished, call again within the deadline), outcome_unknown,
  // abort_transaction, fenced, fatal.
  virtual Result<void> commit_transaction(std::chrono::milliseconds timeout) = 0;
  virtual Result<void> abort_transaction(std::chrono::milliseconds timeout) = 0;

  // Whether a request of the transaction protocol ended without an answer: a late copy of it may
  // still reach the broker and act on the next transaction, so the client must be replaced before
  // the next begin_transaction().
  [[nodiscard]] virtual bool tainted() const = 0;

  // Returns: how many partitions a topic has. Errors: retriable, fatal (no such topic).
  virtual Result<std::int32_t> partition_count(const std::string& topic,
                                               std::chrono::milliseconds timeout) = 0;
};

}  // namespace pawl::internal

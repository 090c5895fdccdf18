// Producer: ProducerClient on librdkafka. Delivery reports come as events of failed records only;
// the first one fails the next flush() and the transaction.
//
// The outcome of a commit: as long as librdkafka says "retriable", the same call goes on. Any other
// answer counts as what it says only while no request of the transaction went unanswered (not
// tainted): librdkafka sends EndTxn again by itself, so an earlier copy may have been executed
// although a later one was refused. With a taint the answer is outcome_unknown.
//
// Thread rule: owner thread only, but tainted() from any thread. Source: KIP-98, KIP-447,
// rdkafka_txnmgr.c.
#pragma once

#include "client/producer.h"
#include "client/rdkafka/background_call.h"
#include "client/rdkafka/instance.h"
#include "client/rdkafka/topic_handles.h"

#include <pawl/model/thread_checker.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace pawl::internal::rdkafka {

enum class Transactions { enabled, disabled };

class Producer final : public ProducerClient {
 public:
  // `name`: the transactional id, or the client's; for messages.
  Producer(std::shared_ptr<Instance> instance, Transactions transactions, std::string name);
  ~Producer() override;

  Result<void> init_transactions(std::chrono::milliseconds timeout) override;
  Result<void> begin_transaction() override;
  Result<void> send(const OutputRecord& record) override;
  Result<void> flush(std::chrono::milliseconds timeout) override;
  void poll() override;
  Result<void> send_offsets(std::span<const OffsetToCommit> offsets, const GroupIdentity& identity,
                            std::chrono::milliseconds timeout) override;
  Result<void> commit_transaction(std::chrono::milliseconds timeout) override;
  Result<void> abort_transaction(std::chrono::milliseconds timeout) override;
  [[nodiscard]] bool tainted() const override { return instance_->watch_seen(); }
  Result<std::int32_t> partition_count(const std::string& topic,
                                       std::chrono::milliseconds timeout) override;

 private:
  // The first record that was not delivered.
  struct Failure {
    rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;
    std::string topic;
    std::int32_t partition = -1;
  };

  rd_kafka_resp_err_t enqueue(rd_kafka_topic_t* topic, const OutputRecord& record);
  // What a refused record means.
  [[nodiscard]] Error refused(rd_kafka_resp_err_t code, const OutputRecord& record);
  // What the failure means: also when it is only that the library gave up the whole transaction.
  [[nodiscard]] Error explain(const Failure& failure) const;
  // Waits a moment for delivery reports and remembers the first failure.
  void serve_reports(std::chrono::milliseconds wait);
  // Repeats a resumable call of librdkafka in small steps, serving delivery reports between them:
  // the call would wait for them itself and in vain.
  Result<void> resume(rd_kafka_error_t* (*call)(rd_kafka_t*, int), std::string_view what,
                      std::chrono::milliseconds timeout);
  [[nodiscard]] std::string describe(std::string_view what) const;

  // What a call to send_offsets() that goes on in the background has come to.
  struct SentOffsets {
    ErrorHandle error;
  };

  std::shared_ptr<Instance> instance_;
  Transactions transactions_;
  std::string name_;
  QueueHandle reports_;
  ThreadChecker owner_;
  TopicHandles topics_;
  std::map<std::string, std::int32_t> partition_counts_;
  std::optional<Failure> failure_;
  std::shared_ptr<SentOffsets> sent_offsets_;
  BackgroundCall sending_offsets_;
};

}  // namespace pawl::internal::rdkafka

// ProducerSession: the producer of one stream thread over the lives of several clients: made, used
// for one transaction after another, and replaced when it is fenced, failed or tainted. It is also
// the output collector of the thread's tasks: the first record after a commit begins the next
// transaction.
//
//   absent ──ensure_ready──▶ ready ──ensure_begun──▶ in_transaction
//     ▲                        │ ▲                        │
//     └───────discard()────────┴─┼────────────────────────┤
//                                └─────────ended()────────┘
//
// Taint rule: a client with an unanswered transaction request is never used for a further
// transaction, because a late copy of that request could end it or put old offsets into it.
// ensure_ready() replaces it. Thread rule: owner thread only.
#pragma once

#include "client/clients.h"

#include <pawl/engine/metrics.h>
#include <pawl/engine/output_collector.h>
#include <pawl/engine/settings.h>
#include <pawl/model/clock.h>

#include <memory>
#include <optional>
#include <string>

namespace pawl::internal {

class ProducerSession final : public OutputCollector {
 public:
  ProducerSession(const Clients& clients, ProducerOptions options, const Clock& clock,
                  MetricsRecorder& metrics, const MetricLabels& labels);

  // Makes the client usable for the next transaction: creates it, fences former owners, replaces a
  // tainted one. Errors: retriable (call again), fenced, fatal.
  Result<void> ensure_ready(std::chrono::milliseconds timeout);
  // Begins a transaction unless one is open; nothing to do without transactions. Requires: ready.
  Result<void> ensure_begun();
  // The open transaction was committed or aborted.
  void ended();
  // Destroys the client; an open transaction is left to the next ensure_ready, which ends it.
  void discard();

  [[nodiscard]] bool present() const { return client_ != nullptr; }
  [[nodiscard]] bool in_transaction() const { return in_transaction_; }
  [[nodiscard]] bool transactional() const { return !options_.transactional_id.empty(); }
  // When the open transaction began.
  [[nodiscard]] MonotonicTime begun_at() const { return begun_at_; }
  // Requires: present().
  [[nodiscard]] ProducerClient& client() { return *client_; }
  // The first failure of send() since the transaction began; it fails the commit.
  [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }

  // OutputCollector
  void send(const OutputRecord& record) override;
  [[nodiscard]] std::uint64_t sent() const override { return sent_; }
  std::int32_t partition_count(const std::string& topic) override;

 private:
  const Clients& clients_;
  ProducerOptions options_;
  const Clock& clock_;
  Counter& replaced_;
  std::unique_ptr<ProducerClient> client_;
  bool initialised_ = false;
  bool in_transaction_ = false;
  MonotonicTime begun_at_{0};
  std::optional<Error> failure_;
  std::uint64_t sent_ = 0;
};

}  // namespace pawl::internal

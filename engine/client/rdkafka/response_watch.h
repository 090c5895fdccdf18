// ResponseWatch: a flag that librdkafka's own threads raise when an answer of a certain sort has
// arrived, or has not: the one thing that the library's functions do not tell. All it does on those
// threads is set one atomic. Thread rule: seen() from any thread.
#pragma once

#include "client/rdkafka/handles.h"

#include <atomic>
#include <cstdint>

namespace pawl::internal::rdkafka {

class ResponseWatch {
 public:
  // `api_key`: the request's, as in Kafka's protocol. `error`: that of the connection (timed out,
  // transport); what the broker answered is not looked at.
  using Condition = bool (*)(std::int16_t api_key, rd_kafka_resp_err_t error) noexcept;

  explicit ResponseWatch(Condition condition) : condition_(condition) {}
  ResponseWatch(const ResponseWatch&) = delete;
  ResponseWatch& operator=(const ResponseWatch&) = delete;
  ~ResponseWatch() = default;

  // Lifetime: this outlives every client made of `conf`.
  void install(rd_kafka_conf_t* conf);
  [[nodiscard]] bool seen() const { return seen_.load(std::memory_order_acquire); }
  void forget() { seen_.store(false, std::memory_order_release); }

  // For librdkafka's threads.
  void on_response(std::int16_t api_key, rd_kafka_resp_err_t error) noexcept {
    if (condition_(api_key, error)) {
      seen_.store(true, std::memory_order_release);
    }
  }

 private:
  Condition condition_;
  std::atomic<bool> seen_{false};
};

// A request of the transaction protocol ended without an answer, so that a late copy of it may
// still reach the broker and act on the next transaction: AddPartitionsToTxn, AddOffsetsToTxn,
// EndTxn, TxnOffsetCommit. Requests that die with their client do not count: nothing follows them.
[[nodiscard]] bool leaves_taint(std::int16_t api_key, rd_kafka_resp_err_t error) noexcept;

// The coordinator has answered a LeaveGroup, or cannot any more.
[[nodiscard]] bool ends_membership(std::int16_t api_key, rd_kafka_resp_err_t error) noexcept;

}  // namespace pawl::internal::rdkafka

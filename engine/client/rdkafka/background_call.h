// BackgroundCall: runs one function at a time on a thread of its own, for the one call of
// librdkafka that does not keep its timeout: rd_kafka_send_offsets_to_transaction() waits for the
// group's coordinator as long as that is away. The owner waits as long as it wants and may come
// back later. Invariant: a destroyed BackgroundCall never waits: the thread of a running function
// is left to itself and ends after it. Thread rule: owner thread only.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

namespace pawl::internal::rdkafka {

class BackgroundCall {
 public:
  BackgroundCall() = default;
  BackgroundCall(const BackgroundCall&) = delete;
  BackgroundCall& operator=(const BackgroundCall&) = delete;
  ~BackgroundCall();

  // Runs `work`. Requires: !running(). Lifetime: `work` owns all that it touches.
  void start(std::function<void()> work);
  // Whether a started function has not been seen to end.
  [[nodiscard]] bool running() const { return running_; }
  // Returns: whether the function has ended (or none was running).
  bool wait(std::chrono::milliseconds timeout);

 private:
  class Worker;
  std::shared_ptr<Worker> worker_;
  bool running_ = false;
};

}  // namespace pawl::internal::rdkafka

// GlobalThread: feeds the global stores of a process on a thread of their own: one consumer over
// all partitions of their topics, read_committed, from the beginning at each start. Loaded means:
// each partition was read up to an end that it had; only then the stream threads start.
// Persistent stores lie in `<state directory>/global`, which is emptied at the start: what was
// deleted meanwhile must not come back.
// Source: GlobalStreamThread, GlobalStateManagerImpl. Thread rule: owner thread only; what stores()
// returns is for any thread once it is loaded.
#pragma once

#include "client/consumer.h"
#include "runtime/thread_surroundings.h"
#include "task/global_task.h"

#include <pawl/engine/metrics.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace pawl::internal {

class GlobalThread {
 public:
  // Connects and opens empty stores. Requires: the topology has global stores.
  // Errors: retriable, fatal.
  static Result<std::unique_ptr<GlobalThread>> make(const ThreadSurroundings& surroundings);
  GlobalThread(const GlobalThread&) = delete;
  GlobalThread& operator=(const GlobalThread&) = delete;
  ~GlobalThread();

  // Takes what has arrived into the stores, waiting a little for it. Errors: fatal.
  Result<void> run_once();
  [[nodiscard]] bool loaded() const { return unread_ == 0; }
  [[nodiscard]] const GlobalStores& stores() const { return task_->stores(); }
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  class Sink;

  explicit GlobalThread(const ThreadSurroundings& surroundings);
  Result<void> open();
  Result<void> turn();
  void publish();

  const ThreadSurroundings& surroundings_;
  std::string name_;
  MetricsRecorder metrics_;
  std::unique_ptr<GlobalTask> task_;
  std::unique_ptr<ConsumerClient> consumer_;
  std::vector<bool> read_to_end_;  // by partition index
  std::size_t unread_ = 0;         // partitions that were not read to an end yet
  std::uint64_t records_ = 0;
  MonotonicTime last_publish_{0};
};

}  // namespace pawl::internal

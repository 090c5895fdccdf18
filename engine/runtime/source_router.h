// SourceRouter: brings what the consumer delivers to the tasks it belongs to, and keeps queues
// bounded: a partition with too much waiting is paused, and resumed when half of it is done. Thread
// rule: owner thread only.
#pragma once

#include "client/consumer.h"
#include "task/stream_task.h"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace pawl::internal {

struct QueueLimits {
  std::size_t records_max = 10'000;   // per partition
  std::size_t bytes_max = 8U << 20U;  // per partition
};

class SourceRouter final : public ConsumerSink {
 public:
  SourceRouter(ConsumerClient& consumer, QueueLimits limits)
      : consumer_(consumer), limits_(limits) {}

  // Starts reading a task's partitions from these offsets, by partition index.
  Result<void> add(StreamTask& task, const std::vector<Offset>& offsets);
  // Stops reading a task's partitions.
  Result<void> remove(StreamTask& task);
  // After an abort: goes back to the task's committed offsets.
  Result<void> rewind(StreamTask& task);

  // Delivers records to the tasks. Errors: fatal.
  Result<void> poll(std::chrono::milliseconds timeout, std::size_t records_max);
  // A position of a task that is not in the log any more. Nothing comes of its partition until the
  // task is removed or rewound.
  struct LostPosition {
    StreamTask* task = nullptr;
    std::size_t partition = 0;
    TopicPartition where;
    std::string reason;
  };
  [[nodiscard]] const std::map<PartitionToken, LostPosition>& lost_positions() const {
    return lost_positions_;
  }
  // Resumes paused partitions whose queues have room again.
  Result<void> resume_drained();

  // ConsumerSink
  void record(PartitionToken token, ConsumedRecord record) override;
  void end_of_partition(PartitionToken token, Offset offset) override;
  void out_of_range(PartitionToken token, const Error& error) override;

 private:
  struct Route {
    StreamTask* task = nullptr;  // null: free
    std::size_t partition = 0;
    TopicPartition where;
    bool paused = false;
    bool touched = false;  // got records in this poll
  };
  [[nodiscard]] bool over_limit(const Route& route) const;

  ConsumerClient& consumer_;
  QueueLimits limits_;
  std::vector<Route> routes_;  // by token
  std::vector<PartitionToken> touched_;
  std::set<PartitionToken> paused_;
  std::map<PartitionToken, LostPosition> lost_positions_;
};

}  // namespace pawl::internal

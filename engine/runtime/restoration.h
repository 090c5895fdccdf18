// Restoration: brings the stores of tasks to the end of their changelogs, several tasks at once, on
// a consumer of its own that exists only while there is something to restore.
//
// The end is fixed: the high watermark as read_uncommitted sees it, read after the former owner can
// no longer commit. A store is done when everything below it was delivered, or the read_committed
// reader reports its end of partition there; an end of partition below the fixed end means that a
// transaction is still open: wait (I11). Thread rule: owner thread only.
#pragma once

#include "client/clients.h"
#include "runtime/changelog_bounds.h"
#include "runtime/wait_report.h"
#include "task/stream_task.h"

#include <pawl/engine/metrics.h>
#include <pawl/engine/restore_listener.h>
#include <pawl/model/clock.h>
#include <pawl/model/log.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

namespace pawl::internal {

class Restoration final : public ConsumerSink {
 public:
  Restoration(const Clients& clients, ConsumerOptions options, const Clock& clock, LogSink& log,
              RestoreListener* listener, MetricsRecorder& metrics, const MetricLabels& labels);

  // Begins to restore a task's stores. Requires: `changelogs` has those of the task. Errors: fatal
  // (a stored position lies beyond the end of its changelog), corrupted_state.
  Result<void> add(StreamTask& task, const ChangelogBoundsOfTask& changelogs);
  // The task goes away.
  Result<void> remove(StreamTask& task);

  [[nodiscard]] bool idle() const { return tasks_.empty(); }
  // Reads and applies what has arrived, waiting up to `timeout`. Returns: the tasks that are
  // restored now. Errors: fatal, corrupted_state (the message names the store, failed() the task).
  Result<std::vector<StreamTask*>> step(std::chrono::milliseconds timeout);
  // The task that the last failed step failed for, if it was one; nothing more is read for it, and
  // it has to be removed.
  [[nodiscard]] std::optional<TaskId> failed() const { return failed_; }

  // ConsumerSink
  void record(PartitionToken token, ConsumedRecord record) override;
  void end_of_partition(PartitionToken token, Offset offset) override;
  void out_of_range(PartitionToken token, const Error& error) override;

 private:
  struct Changelog {
    StreamTask* task = nullptr;  // null: free
    std::size_t store = 0;
    RestoreProgress progress;
    Timestamp began_at = Timestamp::unknown();  // time of the position that the replay began with
    Timestamp end_at = Timestamp::unknown();    // time of the position at the end
    Offset batch_first;                         // first offset of the batch that is not applied yet
    std::uint64_t batch_records = 0;
    std::uint64_t batch_bytes = 0;
    MonotonicTime began{0};
    bool source = false;  // a topic that the task reads
    bool done = false;    // and not assigned any more
  };
  Result<std::optional<PartitionStart>> begin(StreamTask& task,
                                              const TaskStores::Changelog& changelog,
                                              const ChangelogBounds& bounds);
  // From where a store is replayed; one that cannot be rolled forward is emptied.
  struct Position {
    Offset offset;
    Timestamp time;
  };
  static Result<Position> position_of(StreamTask& task, const TaskStores::Changelog& changelog,
                                      const ChangelogBounds& bounds);
  Result<void> apply_batch(Changelog& changelog);
  Result<void> apply_batches();
  void finish(Changelog& changelog);
  // Tells when nothing has come for long.
  void report_waiting();
  [[nodiscard]] bool restored(const StreamTask& task) const;

  const Clients& clients_;
  ConsumerOptions options_;
  const Clock& clock_;
  LogSink& log_;
  RestoreListener* listener_;
  Counter& restored_records_;
  std::unique_ptr<ConsumerClient> consumer_;
  std::vector<Changelog> changelogs_;  // by token
  std::set<StreamTask*> tasks_;
  WaitReport wait_;
  bool progressed_ = false;           // something came in this step
  std::map<TaskId, Error> failures_;  // of tasks that were not removed yet
  std::optional<TaskId> failed_;
};

}  // namespace pawl::internal

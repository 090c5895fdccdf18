// PartitionGroup: the partitions of one task: which record goes next, and the task's stream time.
// Stream time is the largest timestamp among processed records of all partitions; it never goes
// back. Source: PartitionGroup (KIP-353, KIP-695). Thread rule: owner thread only.
#pragma once

#include "task/record_chooser.h"
#include "task/record_queue.h"

#include <pawl/model/clock.h>

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

namespace pawl::internal {

class PartitionGroup {
 public:
  // `max_idle`: how long a partition without data, at its end, holds up the others; negative = not
  // at all, not even a partition whose data has not arrived yet.
  PartitionGroup(std::unique_ptr<RecordChooser> chooser, std::chrono::milliseconds max_idle)
      : chooser_(std::move(chooser)), max_idle_(max_idle) {}

  // Returns: the index of the new partition.
  std::size_t add(std::unique_ptr<RecordQueue> queue);
  [[nodiscard]] std::size_t size() const { return queues_.size(); }
  [[nodiscard]] RecordQueue& queue(std::size_t partition) { return *queues_[partition]; }
  [[nodiscard]] const RecordQueue& queue(std::size_t partition) const {
    return *queues_[partition];
  }

  // Adds a record. Returns: false when it was refused as delivered before.
  bool push(std::size_t partition, ConsumedRecord record);

  // Decodes new heads, then says whether the next record may be taken now: every partition has a
  // head, or those without are known to be at their end and have been waited for long enough, each
  // since it ran dry itself (Source: PartitionGroup.idlePartitionDeadlines).
  // Errors: an unusable head that stops the task.
  Result<bool> ready(MonotonicTime now);
  // Returns: a partition without a record that is not known to be at its end, when records of
  // others wait for it.
  [[nodiscard]] std::optional<std::size_t> awaited() const;
  // Returns: the partition whose head is next. Requires: ready() said yes.
  std::size_t take();
  // The head of the taken partition has been processed.
  void done(std::size_t partition);

  [[nodiscard]] Timestamp stream_time() const { return stream_time_; }
  void advance_stream_time(Timestamp to) { stream_time_ = std::max(stream_time_, to); }
  // Forgets queued records and starts over at the queues' own starts.
  void clear_heads();
  // Takes a committed stream time, or goes back to it after an abort.
  void resume_stream_time(Timestamp time) { stream_time_ = time; }

 private:
  Result<void> load_heads();

  std::unique_ptr<RecordChooser> chooser_;
  std::chrono::milliseconds max_idle_;
  std::vector<std::unique_ptr<RecordQueue>> queues_;
  std::vector<bool> offered_;         // has its head in the chooser
  std::vector<std::size_t> to_load_;  // may have a head that is not in the chooser
  std::size_t without_head_ = 0;      // how many are not offered
  std::vector<std::optional<MonotonicTime>> idle_since_;  // at its end and without a head
  Timestamp stream_time_ = Timestamp::unknown();
};

}  // namespace pawl::internal

// RecordQueue: the records of one partition that wait for their task, and how far the task has come
// in it. Only the head is decoded.
//
// Invariants
//   1. Offsets leave the queue in strictly increasing order; a repeated delivery is refused and
//   counted (I6).
//   2. Committable is last done + 1; or, with nothing queued, the offset of an end-of-partition
//   event behind the last
//      record, so that lag reaches 0 behind transaction markers. It never goes back (I3).
//   3. A record that cannot be decoded, or has no valid time, moves neither partition time nor
//   stream time.
// Thread rule: owner thread only.
#pragma once

#include "client/consumer.h"

#include <pawl/engine/source_node.h>
#include <pawl/engine/topology.h>
#include <pawl/model/record_coordinates.h>
#include <pawl/model/topic_partition.h>

#include <deque>
#include <functional>
#include <memory>
#include <optional>

namespace pawl::internal {

enum class BadRecordReason {
  undecodable,              // the serde or the timestamp extractor refused it
  timestamp_must_be_valid,  // negative, and the source's policy is to fail
  timestamp_may_be_skipped  // negative, and the source's policy is to skip
};

class RecordQueue {
 public:
  // Decides about a head that cannot be used: returns to drop it, or an error to stop at it.
  using BadRecord = std::function<Result<void>(BadRecordReason reason, const InputRecord& record,
                                               const RecordCoordinates& where, const Error& why)>;

  // `policy`: never by_settings.
  RecordQueue(TopicPartition where, AnySourceNode& source, InvalidTimestamp policy,
              BadRecord bad_record);

  [[nodiscard]] const TopicPartition& where() const { return where_; }

  // Where processing starts; drops what is queued.
  void start_at(Offset offset);
  // Forgets the time of a partition, or resumes a committed one.
  void resume_time(Timestamp time) { partition_time_ = time; }

  // Returns: false when the record was delivered before and is refused.
  bool push(ConsumedRecord record);
  void end_of_partition(Offset offset);

  // Decodes heads until one can be used. Returns: its time, or nothing when the queue is empty.
  // Errors: what the BadRecord function returned; the head stays.
  Result<std::optional<Timestamp>> load_head();
  // Requires: load_head() returned a time. Moves the partition's time on and sends the head
  // downstream.
  void forward_head();
  // Whether processing took a record of this partition that was not refused, or skipped it as the
  // policies say. Requires: nothing is queued.
  [[nodiscard]] bool usable(const InputRecord& record);
  // The head is done. Requires: there is one.
  void pop_head();
  [[nodiscard]] RecordCoordinates head_coordinates() const;
  [[nodiscard]] const InputRecord& head() const { return records_.front().record(); }
  [[nodiscard]] Timestamp head_time() const { return head_time_; }

  [[nodiscard]] bool empty() const { return records_.empty(); }
  [[nodiscard]] std::size_t size() const { return records_.size(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  // Everything up to the end of the partition has been queued, as far as the last fetch knows.
  [[nodiscard]] bool at_end() const { return at_end_; }

  [[nodiscard]] Offset committable() const;
  [[nodiscard]] LeaderEpoch leader_epoch() const { return leader_epoch_; }
  [[nodiscard]] Timestamp partition_time() const { return partition_time_; }

 private:
  Result<Timestamp> decode(const InputRecord& record);
  Result<void> load_one();

  TopicPartition where_;
  std::unique_ptr<SourceSlot> slot_;
  InvalidTimestamp policy_;
  BadRecord bad_record_;
  std::deque<ConsumedRecord> records_;
  std::size_t bytes_ = 0;
  bool head_loaded_ = false;
  Timestamp head_time_;
  Offset next_expected_;       // lowest offset that may still arrive
  Offset done_;                // last done + 1
  std::optional<Offset> end_;  // of the last end-of-partition event, if no record came after it
  bool at_end_ = false;
  LeaderEpoch leader_epoch_{-1};
  Timestamp partition_time_ = Timestamp::unknown();
};

}  // namespace pawl::internal

// StreamTask: one active task: the nodes of one or more subtopologies on one partition number,
// their stores, and the queues of their source partitions. It only sequences; how a record is
// chosen, decoded, logged or committed is in the files it includes.
//
// One commit, seen from a task:
//   flush_caches() -> prepare_commit() -> (flush) -> offsets_to_commit() -> (send offsets, commit)
//   -> commit_succeeded() or commit_aborted()
//
// Invariants
//   1. Nothing is processed before the stores have reached the fixed end of their changelogs (I11).
//   2. The committed offset of a partition never goes back (I3), and stream time never goes back
//   but to its committed
//      value after an abort.
// Thread rule: owner thread only; release_thread() hands it to another owner.
#pragma once

#include "client/consumer.h"
#include "client/producer.h"
#include "state/task_stores.h"
#include "task/offset_metadata.h"
#include "task/partition_group.h"
#include "task/processor_chain.h"
#include "task/task_context.h"
#include "task/task_record_in_hand.h"
#include "task/task_state.h"

#include <pawl/model/thread_checker.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pawl::internal {

struct AwaitedRecords {
  TopicPartition where;
  Offset from;
  bool operator==(const AwaitedRecords&) const = default;
};

class StreamTask {
 public:
  // `subtopologies`: one in production; the driver may run all in one task. Throws what node
  // factories throw.
  StreamTask(const Topology& topology, const std::vector<SubtopologyId>& subtopologies, TaskId id,
             TaskEnvironment environment, TaskStoresOptions stores);
  StreamTask(const StreamTask&) = delete;
  StreamTask& operator=(const StreamTask&) = delete;
  // Closes dirty unless closed.
  ~StreamTask();

  [[nodiscard]] TaskId id() const { return id_; }
  [[nodiscard]] TaskState state() const { return state_; }
  [[nodiscard]] TaskStores& stores() { return stores_; }

  // --- created -> restoring
  // Errors: as TaskStores::open.
  Result<void> open_stores(const OpenBackend& open_persistent,
                           const std::map<std::string, std::string>& topic_ids);

  // --- restoring -> running
  // The source partitions in the order of their index.
  [[nodiscard]] std::vector<TopicPartition> partitions() const;
  // Where each source starts when nothing is committed.
  [[nodiscard]] OffsetReset offset_reset(std::size_t partition) const;
  // Whether a record of a source was taken when it was processed: what was skipped instead is not
  // in a store that mirrors the source. True for every record of another topic.
  [[nodiscard]] bool took(const TopicPartition& where, const InputRecord& record);
  // Takes offsets and times over from the last commit; `offsets` has an entry for each partition,
  // by index. Errors: fatal for metadata that cannot be read.
  Result<void> resume(const std::vector<CommittedOffset>& offsets);
  // Where sources start was only found now, and may be elsewhere the next time: nothing is
  // processed before the offsets of resume() are committed.
  void commit_start_first() { start_uncommitted_ = true; }
  // Initialises the nodes. Requires: the stores are restored. Errors: corrupted_state (init() read
  // a store); fatal (user code threw, times do not fit).
  Result<void> start();

  // --- running
  // Returns: false when the record was delivered before and is refused.
  bool push(std::size_t partition, ConsumedRecord record);
  void end_of_partition(std::size_t partition, Offset offset);
  [[nodiscard]] std::size_t queued_records(std::size_t partition) const;
  [[nodiscard]] std::size_t queued_bytes(std::size_t partition) const;

  // Processes the next record, if there is one and it may go now. Returns: whether it did.
  // Errors: fatal, corrupted_state; the record is not done then.
  Result<bool> process_one(MonotonicTime now);
  // Returns: the partition, and from which offset on, whose records those of others wait for.
  [[nodiscard]] std::optional<AwaitedRecords> awaited() const;
  // Fires due punctuations. Returns: whether any fired.
  Result<bool> punctuate_stream_time();
  Result<bool> punctuate_wall_clock();
  void set_wall_time(Timestamp now) { context_.wall_time = now; }
  // When the next wall-clock punctuation is due.
  [[nodiscard]] Timestamp next_wall_clock_punctuation() const {
    return context_.wall_clock_punctuations.next_due();
  }
  [[nodiscard]] Timestamp stream_time() const { return group_.stream_time(); }

  // --- commit
  // Whether anything happened since the last commit that a commit would keep.
  [[nodiscard]] bool dirty() const;
  // What init() wrote into stores is not committed yet: an abort takes it back for good, so the
  // task has to be made anew then.
  [[nodiscard]] bool init_uncommitted() const { return init_uncommitted_; }
  // Makes the next commit include this task although nothing happened, so that its offsets do not
  // expire.
  void touch() { touched_ = true; }
  // A processor asked for a commit, the uncommitted writes are over their bound, or the start has
  // to be committed first.
  [[nodiscard]] bool wants_commit() const;
  // Lets the record cache go, ahead of a commit: nodes process what it held. Requires: running.
  // Errors: as process_one(); nothing of the transaction may be committed then.
  Result<void> flush_caches();
  // What was written goes to the changelogs. Requires: the record cache holds nothing. Errors:
  // corrupted_state, fatal; nothing of the transaction may be committed then.
  Result<void> prepare_commit();
  [[nodiscard]] std::vector<OffsetToCommit> offsets_to_commit() const;
  // What the running commit carries in its metadata, and what the last one that stands carried.
  [[nodiscard]] CommitStamp attempted_stamp() const { return attempted_; }
  [[nodiscard]] CommitStamp committed_stamp() const { return committed_stamp_; }
  // Errors: corrupted_state: the commit stands, the local state is behind and must be rebuilt.
  Result<void> commit_succeeded();
  // Goes back to the last commit: drops writes, queues and times. The caller seeks to
  // committed_offsets().
  void commit_aborted();
  // By partition index.
  [[nodiscard]] const std::vector<Offset>& committed_offsets() const { return committed_; }

  // --- any state -> closed
  // Closes nodes and stores. What was not flushed is rolled forward from the changelog next time.
  void close();
  // Lets the next caller's thread become the owner.
  void release_thread() { thread_.release(); }

 private:
  void enter(TaskState next);
  Result<void> init_nodes();
  Result<bool> punctuate(PunctuationQueue& queue, Timestamp now);

  TaskId id_;
  TaskEnvironment environment_;
  TaskContext context_;
  TaskRecordInHand record_in_hand_;
  TaskStores stores_;
  std::vector<StoreSpec> store_specs_;
  ProcessorChain chain_;
  PartitionGroup group_;
  std::vector<OffsetReset> offset_resets_;
  TaskState state_ = TaskState::created;
  ThreadChecker thread_;

  bool touched_ = false;  // something to commit besides offsets
  bool init_uncommitted_ = false;
  bool start_uncommitted_ = false;
  std::vector<Offset> committed_;
  std::vector<Offset> committing_;  // sent with the running commit
  std::vector<Timestamp> committed_partition_times_;
  Timestamp committed_stream_time_ = Timestamp::unknown();
  std::map<std::string, Timestamp>
      committed_operator_times_;  // as read at resume(), by metadata entry
  CommitStamp attempted_;
  CommitStamp committed_stamp_;
  Counter& processed_;
  Counter& refetched_;
};

}  // namespace pawl::internal

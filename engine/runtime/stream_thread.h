// StreamThread: the loop of one thread: membership, tasks, records, commits. It owns the thread's
// consumer, producer and tasks, and only sequences: what a step does is in the file it calls.
//
// One turn (run_once): apply a change of the assignment -> open and restore tasks -> step a running
// commit, or else read, process, punctuate and begin a commit when it is due -> housekeeping.
// Thread rule: owner thread only, except request_stop().
#pragma once

#include "membership/membership.h"
#include "runtime/commit_cycle.h"
#include "runtime/flush_pace.h"
#include "runtime/housekeeping.h"
#include "runtime/producer_session.h"
#include "runtime/restoration.h"
#include "runtime/source_router.h"
#include "runtime/thread_surroundings.h"
#include "runtime/thread_tasks.h"
#include "runtime/wait_report.h"

#include <pawl/model/random.h>

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace pawl::internal {

enum class StopMode {
  stay,   // the member stays in the group, so that a restart finds its tasks at once
  leave,  // the tasks go to others now
};

class StreamThread {
 public:
  // Connects. `number` counts from 1. Errors: retriable, fatal.
  static Result<std::unique_ptr<StreamThread>> make(int number,
                                                    const ThreadSurroundings& surroundings,
                                                    std::uint64_t seed);
  StreamThread(const StreamThread&) = delete;
  StreamThread& operator=(const StreamThread&) = delete;
  ~StreamThread();

  // One turn. Errors: fatal: the application has to stop with this reason.
  Result<void> run_once();
  // Whether a requested stop is complete.
  [[nodiscard]] bool stopped() const { return stopped_; }
  // Gives up the open transaction, as far as the broker answers soon, and closes dirty. Exceptions
  // of listeners are logged: they may be the reason of the close.
  void close_dirty();

  // Asks for a clean stop: commit, flush, close. Thread rule: any thread.
  void request_stop(StopMode mode) { stop_requested_.store(mode == StopMode::leave ? 2 : 1); }

  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  StreamThread(int number, const ThreadSurroundings& surroundings, std::uint64_t seed);
  Result<void> connect();
  [[nodiscard]] TaskEnvironment environment_of(TaskId task);

  Result<void> turn();
  Result<void> advance_tasks();
  Result<void> serve_membership();
  Result<void> apply_change();
  Result<void> gain_tasks();
  Result<void> close_tasks_of(const AssignmentChange& change);
  // Begins what must be committed before these tasks can be closed clean: their work, then the
  // proof that the noted ends of their changelogs are theirs. Returns: whether a commit was begun.
  Result<bool> begin_last_commit(const std::vector<TaskId>& tasks);
  Result<void> step_commit();
  Result<void> apply_outcome(CommitOutcome outcome);
  // What a failed turn leads to. Errors: fatal.
  Result<void> recover(const Error& error);
  // Throws the state of corrupted tasks away. Requires: nothing is uncommitted.
  Result<void> rebuild_corrupted();
  Result<void> reopen_taken_over();
  // Runs a step of a dirty close, whatever becomes of it.
  template <class F>
  void attempt(F&& step);
  // The group may have been given to another topology before this member was in it. Returns: false
  // when the broker did not tell yet. Errors: fatal: it was.
  Result<bool> confirm_claim();
  // Returns: whether records may be processed. Errors: fatal.
  Result<bool> ready_producer();
  Result<void> work();
  Result<bool> process();
  // What the record caches of all tasks would let go at a commit.
  [[nodiscard]] std::size_t cached_rows() const;
  Result<void> punctuate();
  Result<void> maybe_commit();
  Result<void> begin_commit();
  [[nodiscard]] std::chrono::milliseconds idle_wait() const;
  Result<void> step_stop();

  int number_;
  std::string name_;
  const ThreadSurroundings& surroundings_;
  SeededRandom random_;
  MetricsRecorder metrics_;
  std::unique_ptr<ConsumerClient> sources_;
  std::unique_ptr<Membership> membership_;
  std::unique_ptr<ProducerSession> producer_;
  std::unique_ptr<Restoration> restoration_;
  std::unique_ptr<SourceRouter> router_;
  std::unique_ptr<ThreadTasks> tasks_;
  std::unique_ptr<CommitCycle> commit_;
  std::unique_ptr<Housekeeping> housekeeping_;
  FlushPace flush_pace_;

  WaitReport wait_;
  std::optional<TaskId> processing_;        // the task in hand
  std::size_t next_place_ = 0;              // of the running tasks: whose turn it is
  std::set<TaskId> taken_over_;             // to be opened anew once nothing is uncommitted
  std::set<TaskId> corrupted_;              // to be rebuilt once nothing is uncommitted
  std::optional<AssignmentChange> change_;  // delivered, not acknowledged yet
  bool ends_noted_ = false;                 // of the tasks that are about to be closed
  bool busy_ = false;                       // the last turn found something to process
  bool on_the_way_ = false;                 // tasks are being opened or restored
  MonotonicTime last_commit_{0};
  std::atomic<int> stop_requested_{0};
  bool left_ = false;
  bool joined_ = false;
  bool claim_confirmed_ = false;
  bool stopped_ = false;
};

}  // namespace pawl::internal

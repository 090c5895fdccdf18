// CommitCycle: one commit of one stream thread, as a state machine that is stepped, so that the
// thread can go on serving its membership while a broker is slow. Nothing is processed while it
// runs.
//
//                      ┌──────────────────────── abortable, deadline ───────────────────────┐
//                      │                     │                     │                         ▼
//   idle ──begin()──▶ flushing ──ok──▶ sending_offsets ──ok──▶ committing ──ok──▶ idle    aborting
//   ──ok──▶ idle
//                      │                     │                     │           (committed)   │
//                      (aborted) └── fenced, fatal ────┴──▶ replacing
//                      ◀──────┼─────────────────────────┘ other, deadline
//                                                  │ ready: idle (aborted)
//                                                  │               │ outcome unknown, fenced,
//                                                  fatal, deadline ▼               ▼
//                                                idle          resolving ──stamp is ours──▶ idle
//                                                (committed)
//                                                                          ──stamp is the last
//                                                                          one──▶ idle (aborted)
//                                                                          ──any other stamp──▶
//                                                                          idle (lost)
//
// resolving: whether the transaction was committed is not known, and is never assumed: the producer
// is destroyed and initialised again (which ends what was open), then the committed offsets are
// read, once nothing can change them any more, and the stamp in their metadata (CommitStamp) tells.
//
// An abort that fails after the commit was asked for proves nothing: resolving.
//
// fatal, before the commit: a new producer may help, so the work is done once more; when the next
// transaction fails like that too, the thread stops with the reason.
//
// at_least_once: flushing, then committing the offsets, without the transaction around them.
//
// Source: docs/ARCHITECTURE.md, "one commit"; the transition table is tested row by row.
// Thread rule: owner thread only.
#pragma once

#include "client/consumer.h"
#include "membership/membership.h"
#include "runtime/producer_session.h"
#include "runtime/wait_report.h"
#include "task/stream_task.h"

#include <pawl/model/clock.h>
#include <pawl/model/log.h>

#include <chrono>
#include <string_view>
#include <vector>

namespace pawl::internal {

enum class CommitState {
  idle,
  flushing,
  sending_offsets,
  committing,
  aborting,
  replacing,
  resolving
};

constexpr std::string_view to_string(CommitState state) {
  switch (state) {
    case CommitState::idle:
      return "idle";
    case CommitState::flushing:
      return "flushing";
    case CommitState::sending_offsets:
      return "sending_offsets";
    case CommitState::committing:
      return "committing";
    case CommitState::aborting:
      return "aborting";
    case CommitState::replacing:
      return "replacing";
    case CommitState::resolving:
      return "resolving";
  }
  return "?";
}

enum class CommitOutcome {
  in_progress,
  committed,  // the tasks have applied it
  aborted,    // the caller takes every task of the thread back to its last commit
  lost,       // another owner has gone on: the caller closes the tasks dirty
};

struct CommitOptions {
  // Longest time a step may wait for the broker.
  std::chrono::milliseconds step_timeout{500};
  // A transaction is given up after this long.
  std::chrono::milliseconds deadline{10'000};
};

class CommitCycle {
 public:
  // `offsets`: a read_committed consumer that can read the group's committed offsets. All outlive
  // the object.
  CommitCycle(ProducerSession& producer, Membership& membership, ConsumerClient& offsets,
              const Clock& clock, LogSink& log, CommitOptions options);

  // Begins a commit of these tasks. Requires: idle; tasks not empty, each of them prepared.
  void begin(std::vector<StreamTask*> tasks);
  // Gives up the open transaction. Requires: idle; a commit that runs ends by itself.
  void begin_abort();

  // Tasks of this commit were lost to another owner: it must not be finished under a later
  // identity. A commit that was already asked for goes on to its end. Requires: running.
  void give_up();

  [[nodiscard]] CommitState state() const { return state_; }
  [[nodiscard]] bool running() const { return state_ != CommitState::idle; }

  // Does the next steps as far as the broker answers in time.
  // Errors: fatal (stop with the reason), corrupted_state (committed, but a task's local state is
  // behind).
  Result<CommitOutcome> step();

 private:
  Result<CommitOutcome> step_once();
  Result<CommitOutcome> flush();
  Result<CommitOutcome> send_offsets();
  Result<CommitOutcome> commit();
  Result<CommitOutcome> abort();
  Result<CommitOutcome> replace();
  Result<CommitOutcome> resolve();
  // What a failure before the commit call leads to.
  Result<CommitOutcome> failed_before_commit(const Error& error);
  Result<CommitOutcome> finish_committed();
  Result<CommitOutcome> finish(CommitOutcome outcome);
  void enter(CommitState next, std::string_view why);
  // The step is repeated at the next turn.
  Result<CommitOutcome> wait(const Error& why);
  [[nodiscard]] bool overdue() const { return clock_.monotonic() >= deadline_; }

  ProducerSession& producer_;
  Membership& membership_;
  ConsumerClient& offsets_;
  const Clock& clock_;
  LogSink& log_;
  CommitOptions options_;
  CommitState state_ = CommitState::idle;
  std::vector<StreamTask*> tasks_;
  std::vector<OffsetToCommit> to_commit_;
  MonotonicTime deadline_{0};
  WaitReport wait_;
  bool commit_asked_ = false;    // the transaction may have been committed, whatever was answered
  bool failed_fatally_ = false;  // the last transaction, before its commit
};

}  // namespace pawl::internal

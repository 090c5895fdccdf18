#include "runtime/commit_cycle.h"

#include "task/offset_metadata.h"

#include <pawl/model/assert.h>
#include <pawl/model/crash_point.h>
#include <pawl/model/mark.h>

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace pawl::internal {

CommitCycle::CommitCycle(ProducerSession& producer, Membership& membership, ConsumerClient& offsets,
                         const Clock& clock, LogSink& log, CommitOptions options)
    : producer_(producer),
      membership_(membership),
      offsets_(offsets),
      clock_(clock),
      log_(log),
      options_(options),
      wait_(clock, log, "commit") {}

void CommitCycle::enter(CommitState next, std::string_view why) {
  if (!why.empty()) {
    log_.write(LogLevel::warning, "commit",
               fmt::format("{} -> {}: {}", to_string(state_), to_string(next), why));
  }
  state_ = next;
}

Result<CommitOutcome> CommitCycle::wait(const Error& why) {
  wait_.waiting(to_string(state_), why.message);
  return CommitOutcome::in_progress;
}

void CommitCycle::begin(std::vector<StreamTask*> tasks) {
  PAWL_ASSERT(state_ == CommitState::idle && !tasks.empty());
  tasks_ = std::move(tasks);
  to_commit_.clear();
  for (const StreamTask* task : tasks_) {
    const std::vector<OffsetToCommit> offsets = task->offsets_to_commit();
    to_commit_.insert(to_commit_.end(), offsets.begin(), offsets.end());
  }
  deadline_ = clock_.monotonic() + options_.deadline;
  commit_asked_ = false;
  enter(CommitState::flushing, {});
}

void CommitCycle::begin_abort() {
  PAWL_ASSERT(state_ == CommitState::idle);
  tasks_.clear();
  commit_asked_ = false;
  deadline_ = clock_.monotonic() + options_.deadline;
  enter(producer_.present() ? CommitState::aborting : CommitState::replacing, {});
}

void CommitCycle::give_up() {
  PAWL_ASSERT(running());
  const bool offsets_sent = producer_.transactional() && state_ == CommitState::committing;
  if (state_ == CommitState::flushing || state_ == CommitState::sending_offsets ||
      (state_ == CommitState::committing && !offsets_sent)) {
    const Mark mark("commit_given_up");
    enter(CommitState::aborting, "tasks were lost to another owner");
  }
}

Result<CommitOutcome> CommitCycle::step() {
  while (true) {
    const CommitState before = state_;
    const CommitOutcome outcome = PAWL_TRY(step_once());
    // A state that did not change is waiting for the broker: the thread has other things to do
    // meanwhile.
    if (outcome != CommitOutcome::in_progress || state_ == before) {
      return outcome;
    }
  }
}

Result<CommitOutcome> CommitCycle::step_once() {
  switch (state_) {
    case CommitState::idle:
      break;
    case CommitState::flushing:
      return flush();
    case CommitState::sending_offsets:
      return send_offsets();
    case CommitState::committing:
      return commit();
    case CommitState::aborting:
      return abort();
    case CommitState::replacing:
      return replace();
    case CommitState::resolving:
      return resolve();
  }
  PAWL_ASSERT(false, "step without a running commit");
  return CommitOutcome::in_progress;
}

Result<CommitOutcome> CommitCycle::failed_before_commit(const Error& error) {
  switch (error.kind) {
    case ErrorKind::retriable:
      if (!overdue()) {
        return wait(error);
      }
      enter(CommitState::aborting, error.message);
      return CommitOutcome::in_progress;
    case ErrorKind::abort_transaction:
      enter(CommitState::aborting, error.message);
      return CommitOutcome::in_progress;
    case ErrorKind::fatal:
      if (std::exchange(failed_fatally_, true)) {
        return error;
      }
      break;
    case ErrorKind::fenced:
    case ErrorKind::outcome_unknown:
    case ErrorKind::corrupted_state:
    case ErrorKind::invalid_record:
      break;
  }
  // The commit was never asked for, so the transaction cannot have been committed.
  enter(CommitState::replacing, error.message);
  producer_.discard();
  return CommitOutcome::in_progress;
}

Result<CommitOutcome> CommitCycle::flush() {
  if (const auto& failure = producer_.failure(); failure.has_value()) {
    return failed_before_commit(*failure);
  }
  // Offsets alone need a transaction as well.
  const Result<void> begun = [this]() -> Result<void> {
    if (!producer_.in_transaction()) {
      PAWL_TRY(producer_.ensure_ready(options_.step_timeout));
    }
    return producer_.ensure_begun();
  }();
  if (!begun.has_value()) {
    return failed_before_commit(begun.error());
  }
  const Result<void> flushed = producer_.client().flush(options_.step_timeout);
  if (!flushed.has_value()) {
    return failed_before_commit(flushed.error());
  }
  const CrashPoint after("commit.after_flush");
  enter(producer_.transactional() ? CommitState::sending_offsets : CommitState::committing, {});
  return CommitOutcome::in_progress;
}

Result<CommitOutcome> CommitCycle::send_offsets() {
  const Result<GroupIdentity> identity = membership_.commit_identity();
  if (!identity.has_value()) {
    return failed_before_commit(identity.error());
  }
  // Without a generation the broker would not fence this commit at all.
  PAWL_ASSERT(identity->generation >= 0 && !identity->member.empty());
  const Result<void> sent =
      producer_.client().send_offsets(to_commit_, *identity, options_.step_timeout);
  if (!sent.has_value()) {
    return failed_before_commit(sent.error());
  }
  const CrashPoint after("commit.after_offsets");
  enter(CommitState::committing, {});
  return CommitOutcome::in_progress;
}

Result<CommitOutcome> CommitCycle::commit() {
  if (!producer_.transactional()) {
    const Result<void> committed = membership_.commit_offsets(to_commit_, options_.step_timeout);
    if (committed.has_value()) {
      return finish_committed();
    }
    if (committed.error().kind == ErrorKind::retriable && !overdue()) {
      return wait(committed.error());
    }
    if (committed.error().kind == ErrorKind::fatal) {
      return committed.error();
    }
    log_.write(LogLevel::warning, "commit", committed.error().message);
    return finish(CommitOutcome::aborted);
  }
  commit_asked_ = true;
  const Result<void> committed = producer_.client().commit_transaction(options_.step_timeout);
  if (committed.has_value()) {
    producer_.ended();
    return finish_committed();
  }
  const Error& error = committed.error();
  if (error.kind == ErrorKind::retriable && !overdue()) {
    return wait(error);
  }
  if (error.kind == ErrorKind::abort_transaction) {
    enter(CommitState::aborting, error.message);
    return CommitOutcome::in_progress;
  }
  const Mark mark("commit_outcome_unknown");
  enter(CommitState::resolving, error.message);
  producer_.discard();
  return CommitOutcome::in_progress;
}

Result<CommitOutcome> CommitCycle::abort() {
  if (!producer_.transactional() || !producer_.in_transaction()) {
    producer_.ended();  // with what failed it
    return finish(CommitOutcome::aborted);
  }
  const Result<void> aborted = producer_.client().abort_transaction(options_.step_timeout);
  if (aborted.has_value()) {
    producer_.ended();
    return finish(CommitOutcome::aborted);
  }
  if (aborted.error().kind == ErrorKind::retriable && !overdue()) {
    return wait(aborted.error());
  }
  // The broker refuses to abort what it has committed.
  enter(commit_asked_ ? CommitState::resolving : CommitState::replacing, aborted.error().message);
  producer_.discard();
  return CommitOutcome::in_progress;
}

Result<CommitOutcome> CommitCycle::replace() {
  const Result<void> ready = producer_.ensure_ready(options_.step_timeout);
  if (ready.has_value()) {
    return finish(CommitOutcome::aborted);
  }
  if (ready.error().kind == ErrorKind::fatal) {
    return ready.error();
  }
  if (ready.error().kind != ErrorKind::retriable) {
    producer_.discard();
  }
  return wait(ready.error());
}

Result<CommitOutcome> CommitCycle::resolve() {
  const Result<void> ready = producer_.ensure_ready(options_.step_timeout);
  if (!ready.has_value()) {
    if (ready.error().kind == ErrorKind::fatal) {
      return ready.error();
    }
    if (ready.error().kind != ErrorKind::retriable) {
      producer_.discard();
    }
    return wait(ready.error());
  }
  std::vector<TopicPartition> partitions;
  partitions.reserve(to_commit_.size());
  for (const OffsetToCommit& offset : to_commit_) {
    partitions.push_back(offset.where);
  }
  const auto committed = offsets_.committed(partitions, options_.step_timeout);
  if (!committed.has_value()) {
    if (committed.error().kind == ErrorKind::fatal) {
      return committed.error();
    }
    return wait(committed.error());
  }
  std::size_t ours = 0;
  std::size_t unchanged = 0;
  for (StreamTask* task : tasks_) {
    CommitStamp stamp;
    for (const TopicPartition& where : task->partitions()) {
      const auto found = committed->find(where);
      if (found != committed->end()) {
        const OffsetMetadata metadata = PAWL_TRY(decode_offset_metadata(found->second.metadata));
        const CommitStamp other = commit_stamp_of(metadata);
        stamp = other.counter > stamp.counter ? other : stamp;
      }
    }
    ours += stamp == task->attempted_stamp() ? 1 : 0;
    unchanged += stamp == task->committed_stamp() ? 1 : 0;
  }
  if (ours == tasks_.size()) {
    const Mark mark("unknown_commit_was_committed");
    return finish_committed();
  }
  if (unchanged == tasks_.size()) {
    const Mark mark("unknown_commit_was_aborted");
    return finish(CommitOutcome::aborted);
  }
  if (ours > 0 && unchanged > 0) {
    return Error{ErrorKind::fatal,
                 "a transaction was committed for some tasks and not for others: the log is torn"};
  }
  const Mark mark("unknown_commit_was_overtaken");
  return finish(CommitOutcome::lost);
}

Result<CommitOutcome> CommitCycle::finish_committed() {
  const CrashPoint before("commit.acknowledged");
  const std::vector<StreamTask*> tasks = std::exchange(tasks_, {});
  state_ = CommitState::idle;
  wait_.over();
  failed_fatally_ = false;
  for (StreamTask* task : tasks) {
    PAWL_TRY(task->commit_succeeded());
  }
  return CommitOutcome::committed;
}

Result<CommitOutcome> CommitCycle::finish(CommitOutcome outcome) {
  state_ = CommitState::idle;
  wait_.over();
  tasks_.clear();
  return outcome;
}

}  // namespace pawl::internal

// ThreadTasks: the tasks of one stream thread in the three stages of their life there: opening,
// restoring, running. Thread rule: owner thread only.
#pragma once

#include "runtime/restoration.h"
#include "runtime/source_ends.h"
#include "runtime/source_router.h"
#include "runtime/task_opening.h"
#include "runtime/thread_surroundings.h"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

namespace pawl::internal {

class ThreadTasks {
 public:
  // Makes the environment of a task.
  using MakeEnvironment = std::function<TaskEnvironment(TaskId)>;

  ThreadTasks(const ThreadSurroundings& surroundings, std::string thread, ConsumerClient& sources,
              MakeEnvironment make_environment, Restoration& restoration, SourceRouter& router);
  // Closes dirty what is left.
  ~ThreadTasks();

  // The task is this thread's now.
  void gain(TaskId id);
  [[nodiscard]] bool owns(TaskId id) const;

  // Opens and restores; a task whose local state turns out to be unusable is rebuilt. Returns:
  // whether something is still on its way. Errors: fatal.
  Result<bool> advance(std::chrono::milliseconds timeout);
  // Makes tasks that are restored run. Requires: no commit is under way. Errors: as advance().
  Result<void> start_restored();

  // Lifetime: until the next call that opens or closes a task.
  [[nodiscard]] const std::vector<StreamTask*>& running() const { return running_list_; }
  [[nodiscard]] StreamTask* find_running(TaskId id) const;

  // Ends a task in whatever stage. Clean: with everything committed; its state is flushed, so that
  // the next start has little to roll forward. Dirty: uncommitted writes are dropped. Nothing
  // happens for a task that is not here.
  enum class Close { clean, dirty };
  Result<void> close(TaskId id, Close how);
  // After an abort: takes every running task back to its last commit. Opened anew are those that
  // another owner has gone on with, and those whose init() wrote what is not committed.
  enum class Owner { ours, another };
  Result<void> go_back(Owner owner);
  // Stops reading a task's partitions and hides its stores, ahead of close().
  Result<void> suspend(TaskId id);
  [[nodiscard]] std::vector<TaskId> all() const;
  // A task's local state is unusable: closes it, throws its directory away and opens it again.
  // Errors: fatal: that was done already, and the task has not been running since.
  Result<void> rebuild(TaskId id);

  // Flushes what is due. To be called right after a commit, before anything else is processed.
  // The ends of the changelogs that are read after one commit become positions after the next: only
  // that proves that nobody else owned the tasks when they were read (this process may have been
  // stopped for longer than its session).
  Result<void> flush_due();
  // Reads where the changelogs of these tasks end, ahead of a clean close. Requires: nothing is
  // uncommitted. Returns: whether a commit is wanted, which proves the ends (flush_due).
  bool note_ends(const std::vector<TaskId>& tasks);
  // Whether a commit of this task would prove something.
  [[nodiscard]] bool has_unproven_ends(TaskId id) const { return unproven_ends_.contains(id); }

 private:
  struct UnprovenEnds {
    std::map<TopicPartition, Offset> ends;
    ChangelogGrowth growth;
    std::map<TopicPartition, Timestamp> times;
  };

  // Moves a task that may be restored on to there.
  Result<void> begin_restore(TaskId id);
  Result<void> start_running(TaskId id);
  // Rebuilds a task that is on its way when its local state is the reason of `error`. Errors: any
  // other, and those of rebuild().
  Result<void> rebuild_unusable(std::optional<TaskId> id, const Error& error);
  // Makes the ends of sources that the task's stores mirror those of what it has committed.
  void cut_at_committed(const StreamTask& task, Timestamp read_at, UnprovenEnds& ends);
  void refresh_list();

  const ThreadSurroundings& surroundings_;
  OpeningSurroundings opening_surroundings_;
  MakeEnvironment make_environment_;
  CacheBudget record_cache_;
  Restoration& restoration_;
  SourceRouter& router_;
  std::map<TaskId, std::unique_ptr<TaskOpening>> opening_;
  std::map<TaskId, OwnedTask> restoring_;
  std::vector<TaskId> restored_;  // of restoring_, waiting for start_restored()
  std::map<TaskId, OwnedTask> running_;
  std::vector<StreamTask*> running_list_;
  std::map<TaskId, UnprovenEnds> unproven_ends_;
  SourceEnds source_ends_;
  MonotonicTime next_ends_{0};          // not read before
  std::set<TaskId> rebuilding_;         // not running since
  std::optional<TaskId> next_opening_;  // whose turn it is
};

}  // namespace pawl::internal

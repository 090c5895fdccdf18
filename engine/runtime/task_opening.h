// TaskOpening: a task on its way from "assigned to this thread" to "may be restored": its directory
// is waited for, its stores are opened, then the committed offsets and the ends of its changelogs
// are read, in this order: only when no transaction can change the offsets any more is the end of
// the changelogs final. Thread rule: owner thread only.
#pragma once

#include "client/clients.h"
#include "runtime/changelog_bounds.h"
#include "runtime/startup_topics.h"
#include "runtime/wait_report.h"
#include "state/state_directory.h"
#include "task/stream_task.h"

#include <pawl/statestore/backends.h>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pawl::internal {

// A task of a thread, with its directory. The directory outlives what is open in it.
struct OwnedTask {
  std::unique_ptr<StateDirectory::TaskDirectory> directory;  // null without a state directory
  std::unique_ptr<StreamTask> task;
  std::vector<CommittedOffset> offsets;  // by partition index, once read
  // Some of them are not committed, and might be others when they were looked up again.
  bool start_moves = false;
};

// What openings need. Lifetime: outlives them.
struct OpeningSurroundings {
  const Topology* topology = nullptr;
  StateDirectory* directory = nullptr;  // null: state is kept in memory
  std::shared_ptr<RocksdbMemory> memory;
  const AdminClient* admin = nullptr;
  ConsumerClient* offsets = nullptr;
  const ResolvedTopics* topics = nullptr;
  const Clock* clock = nullptr;
  LogSink* log = nullptr;
  std::string thread;
  std::chrono::milliseconds step_timeout{500};
};

class TaskOpening {
 public:
  TaskOpening(TaskId id, const OpeningSurroundings& surroundings, TaskEnvironment environment,
              TaskStoresOptions stores);

  [[nodiscard]] TaskId id() const { return id_; }

  // Goes on as far as it can without waiting long. Returns: whether the task may be restored now.
  // Errors: corrupted_state, fatal.
  Result<bool> step();

  // Requires: step() returned true.
  OwnedTask take_task() { return std::move(owned_); }
  [[nodiscard]] const ChangelogBoundsOfTask& changelogs() const { return changelogs_; }

 private:
  Result<bool> acquire_directory();
  Result<bool> open_stores();
  Result<void> make_task();
  Result<bool> read_offsets();
  // Returns: where sources without a committed offset start, as they are told to; nothing when the
  // call has to be repeated.
  Result<std::optional<std::map<TopicPartition, Offset>>> find_starts(
      const std::map<TopicPartition, CommittedOffset>& committed);
  Result<bool> read_changelogs();
  // Returns: nothing when the call has to be repeated.
  template <class T>
  Result<std::optional<T>> unless_retriable(std::string_view step, Result<T> result);

  TaskId id_;
  const OpeningSurroundings& surroundings_;
  TaskEnvironment environment_;
  TaskStoresOptions stores_;
  OwnedTask owned_;
  WaitReport wait_;
  bool waiting_logged_ = false;
  bool offsets_read_ = false;
  ChangelogBoundsOfTask changelogs_;
};

}  // namespace pawl::internal

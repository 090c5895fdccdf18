#include "runtime/thread_tasks.h"

#include <pawl/model/assert.h>
#include <pawl/model/crash_point.h>
#include <pawl/model/mark.h>

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace pawl::internal {
namespace {

constexpr std::chrono::milliseconds kAdminTimeout{2'000};
// After the ends could not be read.
constexpr std::chrono::milliseconds kEndsPause{5'000};
// Openings wait for the broker. Those of one turn take no longer than this and one more wait, so
// that running tasks can commit.
constexpr std::chrono::milliseconds kOpeningShare{200};

// A thread's share of the record cache.
CacheBudget record_cache(const Settings& settings) {
  CacheBudget budget;
  budget.bytes_max = settings.record_cache_bytes_max / static_cast<std::size_t>(settings.threads);
  budget.order = settings.compatibility == Compatibility::native ? EvictionOrder::by_change
                                                                 : EvictionOrder::evicted_first;
  return budget;
}

TaskStoresOptions store_options(const Settings& settings, TaskId task, CacheBudget& record_cache) {
  TaskStoresOptions options;
  options.application_id = settings.application_id;
  options.task = task;
  options.compatibility = settings.compatibility;
  options.store_cache_bytes_max = settings.store_cache_bytes_max;
  options.record_cache = &record_cache;
  options.roll_forward_records_max = settings.roll_forward_max;
  options.roll_forward_bytes_max = settings.roll_forward_bytes_max;
  return options;
}

}  // namespace

ThreadTasks::ThreadTasks(const ThreadSurroundings& surroundings, std::string thread,
                         ConsumerClient& sources, MakeEnvironment make_environment,
                         Restoration& restoration, SourceRouter& router)
    : surroundings_(surroundings),
      make_environment_(std::move(make_environment)),
      record_cache_(record_cache(*surroundings.settings)),
      restoration_(restoration),
      router_(router) {
  opening_surroundings_.topology = surroundings.topology;
  opening_surroundings_.directory = surroundings.directory;
  opening_surroundings_.memory = surroundings.memory;
  opening_surroundings_.admin = &surroundings.clients->admin();
  opening_surroundings_.offsets = &sources;
  opening_surroundings_.topics = surroundings.topics;
  opening_surroundings_.clock = surroundings.clock;
  opening_surroundings_.log = surroundings.log;
  opening_surroundings_.thread = std::move(thread);
}

ThreadTasks::~ThreadTasks() {
  for (const TaskId id : all()) {
    const Result<void> closed = close(id, Close::dirty);
    if (!closed.has_value()) {
      surroundings_.log->write(LogLevel::warning, "task " + to_string(id), closed.error().message);
    }
  }
}

void ThreadTasks::gain(TaskId id) {
  PAWL_ASSERT(!owns(id), to_string(id));
  opening_.emplace(
      id, std::make_unique<TaskOpening>(id, opening_surroundings_, make_environment_(id),
                                        store_options(*surroundings_.settings, id, record_cache_)));
}

bool ThreadTasks::owns(TaskId id) const {
  return opening_.contains(id) || restoring_.contains(id) || running_.contains(id);
}

std::vector<TaskId> ThreadTasks::all() const {
  std::vector<TaskId> ids;
  ids.reserve(opening_.size() + restoring_.size() + running_.size());
  for (const auto& [id, opening] : opening_) {
    ids.push_back(id);
  }
  for (const auto& [id, owned] : restoring_) {
    ids.push_back(id);
  }
  for (const auto& [id, owned] : running_) {
    ids.push_back(id);
  }
  return ids;
}

StreamTask* ThreadTasks::find_running(TaskId id) const {
  const auto found = running_.find(id);
  return found == running_.end() ? nullptr : found->second.task.get();
}

void ThreadTasks::refresh_list() {
  running_list_.clear();
  for (const auto& [id, owned] : running_) {
    running_list_.push_back(owned.task.get());
  }
}

Result<void> ThreadTasks::rebuild_unusable(std::optional<TaskId> id, const Error& error) {
  if (error.kind != ErrorKind::corrupted_state || !id.has_value()) {
    return error;
  }
  const Mark mark("task_rebuilt_on_its_way");
  surroundings_.log->write(LogLevel::error, "task " + to_string(*id),
                           error.message + ": rebuilding it from its changelogs");
  return rebuild(*id);
}

Result<void> ThreadTasks::begin_restore(TaskId id) {
  const std::unique_ptr<TaskOpening> opening = std::move(opening_.extract(id).mapped());
  StreamTask& task = *restoring_.emplace(id, opening->take_task()).first->second.task;
  return restoration_.add(task, opening->changelogs());
}

Result<bool> ThreadTasks::advance(std::chrono::milliseconds timeout) {
  const MonotonicTime enough = surroundings_.clock->monotonic() + kOpeningShare;
  std::vector<TaskId> ids;  // whose turn it is first
  ids.reserve(opening_.size());
  for (const auto& [id, opening] : opening_) {
    ids.push_back(id);
  }
  if (next_opening_.has_value()) {
    std::rotate(ids.begin(), std::lower_bound(ids.begin(), ids.end(), *next_opening_), ids.end());
  }
  next_opening_.reset();
  for (const TaskId id : ids) {
    if (surroundings_.clock->monotonic() >= enough) {
      next_opening_ = id;
      break;
    }
    const Result<bool> opened = opening_.at(id)->step();
    const Result<void> moved = !opened.has_value() ? Result<void>(opened.error())
                               : *opened           ? begin_restore(id)
                                                   : Result<void>();
    if (!moved.has_value()) {
      PAWL_TRY(rebuild_unusable(id, moved.error()));
    }
  }
  if (!restoration_.idle()) {
    const auto restored = restoration_.step(timeout);
    if (!restored.has_value()) {
      PAWL_TRY(rebuild_unusable(restoration_.failed(), restored.error()));
    } else {
      for (const StreamTask* task : *restored) {
        restored_.push_back(task->id());
      }
    }
  }
  return !opening_.empty() || !restoring_.empty();
}

Result<void> ThreadTasks::start_restored() {
  while (!restored_.empty()) {
    const TaskId id = restored_.back();
    restored_.pop_back();
    const Result<void> started = start_running(id);
    if (!started.has_value()) {
      PAWL_TRY(rebuild_unusable(id, started.error()));
    }
  }
  return {};
}

Result<void> ThreadTasks::start_running(TaskId id) {
  // What was rolled forward must not be rolled forward again.
  StreamTask& task = *restoring_.at(id).task;
  TaskStores& stores = task.stores();
  PAWL_TRY(stores.flush({}, stores.growth(), FlushMode::wait, surroundings_.clock->monotonic()));
  PAWL_TRY(task.resume(restoring_.at(id).offsets));
  if (restoring_.at(id).start_moves) {
    task.commit_start_first();
  }
  PAWL_TRY(task.start());
  auto owned = restoring_.extract(id);
  PAWL_TRY(router_.add(task, task.committed_offsets()));
  for (TaskStores::NamedSnapshots& named : task.stores().snapshot_sources()) {
    surroundings_.stores->add(named.store, id, opening_surroundings_.thread,
                              std::move(named.snapshots));
  }
  running_.insert(std::move(owned));
  rebuilding_.erase(id);
  refresh_list();
  surroundings_.log->write(LogLevel::info, "task " + to_string(id), "running");
  return {};
}

void ThreadTasks::cut_at_committed(const StreamTask& task, Timestamp read_at, UnprovenEnds& ends) {
  const std::vector<TopicPartition> partitions = task.partitions();
  for (std::size_t partition = 0; partition < partitions.size(); ++partition) {
    const auto end = ends.ends.find(partitions[partition]);
    if (end == ends.ends.end()) {
      continue;
    }
    const Offset committed = task.committed_offsets()[partition];
    ends.times.erase(end->first);
    if (const auto time = source_ends_.reached(end->first, end->second, committed, read_at)) {
      ends.times[end->first] = *time;
    }
    end->second = committed;
  }
}

bool ThreadTasks::note_ends(const std::vector<TaskId>& tasks) {
  const MonotonicTime now = surroundings_.clock->monotonic();
  const Timestamp read_at = surroundings_.clock->wall();
  std::vector<StreamTask*> unflushed;
  std::vector<TopicPartition> changelogs;
  for (const TaskId id : tasks) {
    StreamTask* const task = find_running(id);
    if (task != nullptr && (task->stores().unflushed() || task->stores().flush_due(now))) {
      const std::vector<TopicPartition> of_task = task->stores().changelogs();
      changelogs.insert(changelogs.end(), of_task.begin(), of_task.end());
      unflushed.push_back(task);
    }
  }
  UnprovenEnds noted;
  if (!changelogs.empty()) {
    auto read = surroundings_.clients->admin().end_offsets(changelogs, kAdminTimeout);
    if (!read.has_value()) {
      // Without the ends the old positions stay, which only makes the next roll-forward longer.
      surroundings_.log->write(
          LogLevel::warning, opening_surroundings_.thread,
          "the positions in the changelogs stay as they are: " + read.error().message);
      next_ends_ = surroundings_.clock->monotonic() + kEndsPause;
      return false;
    }
    noted.ends = *std::move(read);
    for (const auto& [changelog, end] : noted.ends) {
      noted.times[changelog] = read_at;
    }
  }
  for (StreamTask* task : unflushed) {
    // A task takes its own of the ends. A store that mirrors a source topic has seen it up to what
    // is committed.
    cut_at_committed(*task, read_at, noted);
    noted.growth = task->stores().growth();
    unproven_ends_[task->id()] = noted;
  }
  return !unflushed.empty();
}

Result<void> ThreadTasks::flush_due() {
  std::vector<TaskId> due;
  const MonotonicTime now = surroundings_.clock->monotonic();
  for (StreamTask* task : running_list_) {
    if (const auto proven = unproven_ends_.extract(task->id())) {
      PAWL_TRY(task->stores().flush(proven.mapped().ends, proven.mapped().growth,
                                    FlushMode::background, now, proven.mapped().times));
    }
    if (task->stores().flush_due(now)) {
      due.push_back(task->id());
    }
  }
  if (now >= next_ends_) {  // a commit must not wait for a silent broker every time
    note_ends(due);
  }
  return {};
}

Result<void> ThreadTasks::suspend(TaskId id) {
  StreamTask* const task = find_running(id);
  if (task == nullptr) {
    return {};
  }
  surroundings_.stores->remove(id, opening_surroundings_.thread);
  return router_.remove(*task);
}

Result<void> ThreadTasks::close(TaskId id, Close how) {
  opening_.erase(id);
  unproven_ends_.erase(id);
  rebuilding_.erase(id);
  std::erase(restored_, id);
  if (auto owned = restoring_.extract(id)) {
    PAWL_TRY(restoration_.remove(*owned.mapped().task));
    owned.mapped().task->close();
  }
  PAWL_TRY(suspend(id));
  auto owned = running_.extract(id);
  refresh_list();
  if (!owned) {
    return {};
  }
  StreamTask& task = *owned.mapped().task;
  if (how == Close::dirty) {
    task.commit_aborted();
  } else {
    const CrashPoint before("task.before_final_flush");
    const Result<void> flushed = task.stores().flush({}, task.stores().growth(), FlushMode::wait,
                                                     surroundings_.clock->monotonic());
    if (!flushed.has_value()) {
      surroundings_.log->write(
          LogLevel::warning, "task " + to_string(id),
          fmt::format("its state could not be flushed, the next start rolls forward: {}",
                      flushed.error().message));
    }
  }
  task.close();
  surroundings_.log->write(LogLevel::info, "task " + to_string(id),
                           how == Close::clean ? "closed clean" : "closed dirty");
  // The task, with its open stores, dies before the directory is given away.
  owned.mapped().task.reset();
  owned.mapped().directory.reset();
  return {};
}

Result<void> ThreadTasks::go_back(Owner owner) {
  for (const TaskId id : all()) {
    StreamTask* const task = find_running(id);
    if (task == nullptr) {
      continue;
    }
    if (owner == Owner::another || task->init_uncommitted()) {
      PAWL_TRY(close(id, Close::dirty));
      gain(id);
    } else {
      task->commit_aborted();
      PAWL_TRY(router_.rewind(*task));
    }
  }
  return {};
}

Result<void> ThreadTasks::rebuild(TaskId id) {
  if (!rebuilding_.insert(id).second) {
    return Error{
        ErrorKind::fatal,
        fmt::format("the state of task {} was rebuilt and is unusable again. Remedy: check "
                    "its changelog topics and the disk",
                    to_string(id))};
  }
  unproven_ends_.erase(id);
  opening_.erase(id);
  std::erase(restored_, id);
  const auto reopen = [&](OwnedTask owned) -> Result<void> {
    owned.task->close();
    owned.task.reset();
    return owned.directory != nullptr ? owned.directory->wipe() : Result<void>();
  };
  if (auto owned = restoring_.extract(id)) {
    PAWL_TRY(restoration_.remove(*owned.mapped().task));
    PAWL_TRY(reopen(std::move(owned.mapped())));
  }
  PAWL_TRY(suspend(id));
  if (auto owned = running_.extract(id)) {
    refresh_list();
    PAWL_TRY(reopen(std::move(owned.mapped())));
  }
  gain(id);
  return {};
}

}  // namespace pawl::internal

#include "runtime/thread_tasks.h"

#include <pawl/model/assert.h>
#include <pawl/model/crash_point.h>

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
  opening_surroundings_.topic_ids = &surroundings.topics->changelog_ids;
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

std::vector<TaskId> ThreadTasks::restoring() const {
  std::vector<TaskId> ids;
  ids.reserve(restoring_.size());
  for (const auto& [id, owned] : restoring_) {
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

Result<bool> ThreadTasks::advance(std::chrono::milliseconds timeout) {
  const MonotonicTime enough = surroundings_.clock->monotonic() + kOpeningShare;
  auto opening =
      next_opening_.has_value() ? opening_.lower_bound(*next_opening_) : opening_.begin();
  next_opening_.reset();
  for (std::size_t left = opening_.size(); left > 0; --left) {
    if (opening == opening_.end()) {
      opening = opening_.begin();
    }
    if (surroundings_.clock->monotonic() >= enough) {
      next_opening_ = opening->first;
      break;
    }
    if (!PAWL_TRY(opening->second->step())) {
      ++opening;
      continue;
    }
    const TaskId id = opening->first;
    OwnedTask owned = opening->second->take_task();
    StreamTask& task = *owned.task;
    const std::map<TopicPartition, Offset> starts = opening->second->changelog_starts();
    const std::map<TopicPartition, Offset> ends = opening->second->changelog_ends();
    opening = opening_.erase(opening);
    restoring_.emplace(id, std::move(owned));
    PAWL_TRY(restoration_.add(task, starts, ends));
  }
  if (!restoration_.idle()) {
    for (const StreamTask* task : PAWL_TRY(restoration_.step(timeout))) {
      restored_.push_back(task->id());
    }
  }
  return !opening_.empty() || !restoring_.empty();
}

Result<void> ThreadTasks::start_restored() {
  while (!restored_.empty()) {
    const TaskId id = restored_.back();
    restored_.pop_back();
    PAWL_TRY(start_running(id));
  }
  return {};
}

Result<void> ThreadTasks::start_running(TaskId id) {
  // What was rolled forward must not be rolled forward again.
  TaskStores& stores = restoring_.at(id).task->stores();
  PAWL_TRY(stores.flush({}, stores.growth(), FlushMode::wait, surroundings_.clock->monotonic()));
  auto owned = restoring_.extract(id);
  StreamTask& task = *owned.mapped().task;
  PAWL_TRY(task.resume(owned.mapped().offsets));
  PAWL_TRY(task.start());
  PAWL_TRY(router_.add(task, task.committed_offsets()));
  for (TaskStores::NamedSnapshots& named : task.stores().snapshot_sources()) {
    surroundings_.stores->add(named.store, id, std::move(named.snapshots));
  }
  running_.insert(std::move(owned));
  rebuilding_.erase(id);
  refresh_list();
  surroundings_.log->write(LogLevel::info, "task " + to_string(id), "running");
  return {};
}

bool ThreadTasks::note_ends(const std::vector<TaskId>& tasks) {
  std::vector<StreamTask*> unflushed;
  std::vector<TopicPartition> changelogs;
  for (const TaskId id : tasks) {
    StreamTask* const task = find_running(id);
    if (task != nullptr && task->stores().unflushed()) {
      const std::vector<TopicPartition> of_task = task->stores().changelogs();
      changelogs.insert(changelogs.end(), of_task.begin(), of_task.end());
      unflushed.push_back(task);
    }
  }
  std::map<TopicPartition, Offset> ends;
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
    ends = *std::move(read);
  }
  for (StreamTask* task : unflushed) {
    // A task takes its own of the ends. A store that mirrors a source topic has seen it up to what
    // is committed.
    const std::vector<TopicPartition> partitions = task->partitions();
    for (std::size_t partition = 0; partition < partitions.size(); ++partition) {
      if (const auto end = ends.find(partitions[partition]); end != ends.end()) {
        end->second = task->committed_offsets()[partition];
      }
    }
    unproven_ends_[task->id()] = {ends, task->stores().growth()};
  }
  return !unflushed.empty();
}

Result<void> ThreadTasks::flush_due() {
  std::vector<TaskId> due;
  const MonotonicTime now = surroundings_.clock->monotonic();
  for (StreamTask* task : running_list_) {
    if (const auto proven = unproven_ends_.extract(task->id())) {
      PAWL_TRY(task->stores().flush(proven.mapped().ends, proven.mapped().growth,
                                    FlushMode::background, now));
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
  surroundings_.stores->remove(id);
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

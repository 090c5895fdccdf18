#include "runtime/task_opening.h"

#include <pawl/model/crash_point.h>
#include <pawl/model/mark.h>

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace pawl::internal {
namespace {

// How partitions without a committed offset start.
struct StartsByReset {
  std::vector<TopicPartition> from_start;
  std::vector<TopicPartition> from_end;           // those of from_time included
  std::map<TopicPartition, Timestamp> from_time;  // else at the end

  // Errors: fatal: it must not start without one.
  Result<void> add(const TopicPartition& where, OffsetReset reset, Timestamp now) {
    switch (reset.kind()) {
      case OffsetReset::Kind::earliest:
        from_start.push_back(where);
        break;
      case OffsetReset::Kind::by_duration:
        from_time[where] = std::max(now - reset.duration(), Timestamp(0));
        from_end.push_back(where);
        break;
      case OffsetReset::Kind::latest:
        from_end.push_back(where);
        break;
      case OffsetReset::Kind::none:
        return Error{ErrorKind::fatal,
                     fmt::format("the group has no committed offset in topic '{}' partition {}, "
                                 "and its source starts nowhere by itself (OffsetReset::none). "
                                 "Remedy: set the group's offset there on purpose, such as with "
                                 "kafka-consumer-groups.sh --reset-offsets, or choose another "
                                 "OffsetReset",
                                 where.topic, where.partition.value())};
    }
    return {};
  }
};

}  // namespace

template <class T>
Result<std::optional<T>> TaskOpening::unless_retriable(std::string_view step, Result<T> result) {
  if (result.has_value()) {
    return std::optional<T>(std::move(result).value());
  }
  if (result.error().kind == ErrorKind::retriable) {
    wait_.waiting(step, result.error().message);
    return std::optional<T>();
  }
  return std::move(result).error();
}

TaskOpening::TaskOpening(TaskId id, const OpeningSurroundings& surroundings,
                         TaskEnvironment environment, TaskStoresOptions stores)
    : id_(id),
      surroundings_(surroundings),
      environment_(std::move(environment)),
      stores_(std::move(stores)),
      wait_(*surroundings.clock, *surroundings.log, "task " + to_string(id)) {}

Result<bool> TaskOpening::step() {
  if (owned_.task == nullptr) {
    if (!PAWL_TRY(acquire_directory()) || !PAWL_TRY(open_stores())) {
      return false;
    }
  }
  if (!offsets_read_ && !PAWL_TRY(read_offsets())) {
    return false;
  }
  offsets_read_ = true;
  if (!PAWL_TRY(read_changelogs())) {
    return false;
  }
  wait_.over();
  return true;
}

Result<bool> TaskOpening::acquire_directory() {
  if (surroundings_.directory == nullptr || owned_.directory != nullptr) {
    return true;
  }
  owned_.directory = surroundings_.directory->try_acquire(id_, surroundings_.thread);
  if (owned_.directory != nullptr) {
    environment_.directory = owned_.directory->path();
    return true;
  }
  wait_.waiting("its directory", surroundings_.directory->owner_of(id_).value_or("?") + " has it");
  if (!waiting_logged_) {
    waiting_logged_ = true;
    const Mark mark("waiting_for_task_directory");
    surroundings_.log->write(LogLevel::info, "task " + to_string(id_),
                             fmt::format("waiting for thread {} to let go of the task's directory",
                                         surroundings_.directory->owner_of(id_).value_or("?")));
  }
  return false;
}

Result<void> TaskOpening::make_task() {
  const auto open_backend = [this]() -> Result<std::unique_ptr<StoreBackend>> {
    if (owned_.directory == nullptr) {
      return make_memory_backend();
    }
    return open_rocksdb_backend(owned_.directory->path(), surroundings_.memory);
  };
  std::unique_ptr<StreamTask> task;
  try {
    task = std::make_unique<StreamTask>(*surroundings_.topology,
                                        std::vector<SubtopologyId>{id_.subtopology}, id_,
                                        environment_, stores_);
  } catch (const std::exception& failure) {
    return Error{ErrorKind::fatal, fmt::format("task {}: its processors cannot be made: {}",
                                               to_string(id_), failure.what())};
  }
  PAWL_TRY(task->open_stores(open_backend, surroundings_.topics->changelog_ids));
  owned_.task = std::move(task);
  return {};
}

Result<bool> TaskOpening::open_stores() {
  const CrashPoint before("task.before_open");
  const Result<void> opened = make_task();
  if (opened.has_value()) {
    return true;
  }
  if (opened.error().kind == ErrorKind::retriable) {
    // A query reads on in what the task's former life had open. The other tasks must not wait.
    const Mark mark("waiting_for_queries");
    wait_.waiting("its stores", opened.error().message);
    return false;
  }
  if (opened.error().kind != ErrorKind::corrupted_state || owned_.directory == nullptr) {
    return opened.error();
  }
  const Mark mark("task_directory_wiped");
  surroundings_.log->write(
      LogLevel::warning, "task " + to_string(id_),
      fmt::format("its directory is wiped and every store rebuilt from its changelog: {}",
                  opened.error().message));
  PAWL_TRY(owned_.directory->wipe());
  PAWL_TRY(make_task());
  return true;
}

Result<bool> TaskOpening::read_offsets() {
  const std::vector<TopicPartition> partitions = owned_.task->partitions();
  const auto committed = PAWL_TRY(
      unless_retriable("its committed offsets",
                       surroundings_.offsets->committed(partitions, surroundings_.step_timeout)));
  if (!committed.has_value()) {
    return false;
  }
  const auto starts = PAWL_TRY(find_starts(*committed));
  if (!starts.has_value()) {
    return false;
  }
  owned_.offsets.clear();
  for (const TopicPartition& where : partitions) {
    const auto found = committed->find(where);
    if (found != committed->end()) {
      owned_.offsets.push_back(found->second);
    } else if (const auto start = starts->find(where); start != starts->end()) {
      owned_.offsets.push_back({start->second, ""});
    } else {
      return false;
    }
  }
  return true;
}

Result<std::optional<std::map<TopicPartition, Offset>>> TaskOpening::find_starts(
    const std::map<TopicPartition, CommittedOffset>& committed) {
  using Starts = std::map<TopicPartition, Offset>;
  StartsByReset wanted;
  const std::vector<TopicPartition> partitions = owned_.task->partitions();
  for (std::size_t partition = 0; partition < partitions.size(); ++partition) {
    if (!committed.contains(partitions[partition])) {
      PAWL_TRY(wanted.add(partitions[partition], owned_.task->offset_reset(partition),
                          surroundings_.clock->wall()));
    }
  }
  // Where nothing is committed yet the start is made a number at once, so that it can be committed
  // and never moves.
  owned_.start_moves = !wanted.from_end.empty();
  auto starts = PAWL_TRY(unless_retriable(
      "the starts of its sources",
      surroundings_.admin->start_offsets(wanted.from_start, surroundings_.step_timeout)));
  if (!starts.has_value()) {
    return std::optional<Starts>();
  }
  // Sources are read_committed: their end lies before the records of transactions that are open,
  // which are to be read once they are committed.
  // A broker that does not know a partition well yet says so when it is asked for the end, but may
  // say that it has no record of a time: so it is asked in this order.
  auto ends = PAWL_TRY(unless_retriable(
      "the ends of its sources",
      surroundings_.admin->last_stable_offsets(wanted.from_end, surroundings_.step_timeout)));
  if (!ends.has_value()) {
    return std::optional<Starts>();
  }
  auto by_time = PAWL_TRY(unless_retriable(
      "the offsets of a time in its sources",
      surroundings_.admin->offsets_for_times(wanted.from_time, surroundings_.step_timeout)));
  if (!by_time.has_value()) {
    return std::optional<Starts>();
  }
  starts->merge(*by_time);
  starts->merge(*ends);  // where none is young enough
  return starts;
}

Result<bool> TaskOpening::read_changelogs() {
  const Timestamp read_at = surroundings_.clock->wall();
  const std::vector<TopicPartition> changelogs = owned_.task->stores().changelogs();
  if (changelogs.empty()) {
    return true;
  }
  auto ends = PAWL_TRY(
      unless_retriable("the ends of its changelogs",
                       surroundings_.admin->end_offsets(changelogs, surroundings_.step_timeout)));
  if (!ends.has_value()) {
    return false;
  }
  auto starts = PAWL_TRY(
      unless_retriable("the starts of its changelogs",
                       surroundings_.admin->start_offsets(changelogs, surroundings_.step_timeout)));
  if (!starts.has_value()) {
    return false;
  }
  changelogs_.clear();
  for (const TopicPartition& where : changelogs) {
    const auto start = starts->find(where);
    const auto end = ends->find(where);
    if (start == starts->end() || end == ends->end()) {
      return Error{ErrorKind::fatal,
                   fmt::format("the offsets of changelog {} are not known", to_string(where))};
    }
    const auto kept = surroundings_.topics->deletions_kept.find(where.topic);
    changelogs_[where] = {start->second, end->second, read_at,
                          kept == surroundings_.topics->deletions_kept.end()
                              ? std::nullopt
                              : std::optional(kept->second)};
  }
  // A store that mirrors a source topic has seen it up to what is committed.
  const std::vector<TopicPartition> partitions = owned_.task->partitions();
  for (std::size_t partition = 0; partition < partitions.size(); ++partition) {
    if (const auto own = changelogs_.find(partitions[partition]); own != changelogs_.end()) {
      own->second.end = owned_.offsets[partition].offset;
    }
  }
  return true;
}

}  // namespace pawl::internal

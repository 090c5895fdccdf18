#include "runtime/restoration.h"

#include <pawl/engine/metric_names.h>
#include <pawl/model/assert.h>
#include <pawl/model/crash_point.h>
#include <pawl/model/mark.h>

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace pawl::internal {
namespace {

// A batch is applied when it has this many records or bytes: large enough to be sorted well, small
// enough to hold.
constexpr std::uint64_t kBatchRecordsMax = 50'000;
constexpr std::uint64_t kBatchBytesMax = 8U << 20U;
constexpr std::size_t kPollRecordsMax = 10'000;

bool reads(const StreamTask& task, const TopicPartition& topic) {
  const std::vector<TopicPartition> sources = task.partitions();
  return std::find(sources.begin(), sources.end(), topic) != sources.end();
}

}  // namespace

Restoration::Restoration(const Clients& clients, ConsumerOptions options, const Clock& clock,
                         LogSink& log, RestoreListener* listener, MetricsRecorder& metrics,
                         const MetricLabels& labels)
    : clients_(clients),
      options_(std::move(options)),
      clock_(clock),
      log_(log),
      listener_(listener),
      restored_records_(metrics.counter(metric_names::kRecordsRestored, labels)),
      wait_(clock, log, options_.client_id) {}

Result<Restoration::Position> Restoration::position_of(StreamTask& task,
                                                       const TaskStores::Changelog& changelog,
                                                       const ChangelogBounds& bounds) {
  const bool source = reads(task, changelog.where);
  const auto [start, end, read_at, kept] = bounds;
  if (changelog.position.has_value() && *changelog.position > end) {
    return Error{
        ErrorKind::fatal,
        fmt::format("store {} of task {} has applied its changelog {} up to offset {}, but {} {}. "
                    "Causes: {}the topic was deleted and made anew, the cluster lost records, or "
                    "the state directory comes from another cluster. Remedy: if the changelog is "
                    "right, delete the state directory of the task",
                    changelog.store_name, to_string(task.id()), to_string(changelog.where),
                    changelog.position->value(),
                    source ? "the group's committed offset is" : "that ends at", end.value(),
                    source ? "the group's offsets were reset, " : "")};
  }
  if (!changelog.position.has_value() || *changelog.position < start) {
    if (start > end) {
      return Error{
          ErrorKind::fatal,
          fmt::format(
              "store {} of task {} is to be restored from {} up to offset {}, {}, but that "
              "begins at offset {}. Causes: the records below were deleted before they "
              "were processed, or the group's offsets were reset to an offset that is gone. "
              "Remedy: reset the group's offsets on purpose, to the start of the log or "
              "behind it",
              changelog.store_name, to_string(task.id()), to_string(changelog.where), end.value(),
              source ? "the group's committed offset" : "its end", start.value())};
    }
    if (changelog.position.has_value()) {
      const Mark mark("position_below_log_start");
      PAWL_TRY(task.stores().rebuild(
          changelog.store,
          fmt::format("its position {} lies before the start {} of changelog {}",
                      changelog.position->value(), start.value(), to_string(changelog.where))));
    }
    return Position{start, read_at};
  }
  if (*changelog.position < end && may_miss_deletions(bounds, changelog.position_time)) {
    const Mark mark("position_too_old");
    PAWL_TRY(task.stores().rebuild(
        changelog.store,
        fmt::format("its position {} in changelog {} is of the time {}: deletions that came after "
                    "it may be compacted away, which the topic's delete.retention.ms = {} allows",
                    changelog.position->value(), to_string(changelog.where),
                    changelog.position_time.value(), kept->count())));
    return Position{start, read_at};
  }
  return Position{*changelog.position, changelog.position_time};
}

Result<std::optional<PartitionStart>> Restoration::begin(StreamTask& task,
                                                         const TaskStores::Changelog& changelog,
                                                         const ChangelogBounds& bounds) {
  const auto [from, began_at] = PAWL_TRY(position_of(task, changelog, bounds));
  const Offset end = bounds.end;
  // Behind the committed offset of a source there may be deletions of any age.
  const Timestamp end_at = reads(task, changelog.where) ? began_at : bounds.read_at;
  log_.write(
      LogLevel::info, "task " + to_string(task.id()),
      fmt::format("store {}: rolling forward from offset {} to {} of {} ({} records at most)",
                  changelog.store_name, from.value(), end.value(), to_string(changelog.where),
                  end.value() - from.value()));
  if (from == end) {
    // The position is known now, which the next flush relies on.
    PAWL_TRY(task.stores().commit_replayed(changelog.store, from, end, end_at));
    return std::optional<PartitionStart>();
  }
  auto slot = std::find_if(changelogs_.begin(), changelogs_.end(),
                           [](const Changelog& candidate) { return candidate.task == nullptr; });
  if (slot == changelogs_.end()) {
    slot = changelogs_.insert(changelogs_.end(), Changelog{});
  }
  *slot = Changelog{};
  slot->task = &task;
  slot->store = changelog.store;
  slot->progress = {task.id(), changelog.store_name, changelog.where, from, end, from};
  slot->began_at = began_at;
  slot->end_at = end_at;
  slot->batch_first = from;
  slot->began = clock_.monotonic();
  slot->source = reads(task, changelog.where);
  if (listener_ != nullptr) {
    listener_->on_start(slot->progress);
  }
  return std::optional(PartitionStart{changelog.where, from,
                                      static_cast<PartitionToken>(slot - changelogs_.begin())});
}

Result<void> Restoration::add(StreamTask& task, const ChangelogBoundsOfTask& changelogs) {
  std::vector<PartitionStart> partitions;
  for (const TaskStores::Changelog& changelog : task.stores().to_restore()) {
    const ChangelogBounds& bounds = changelogs.at(changelog.where);
    if (auto partition = PAWL_TRY(begin(task, changelog, bounds))) {
      partitions.push_back(*std::move(partition));
    }
  }
  tasks_.insert(&task);
  if (partitions.empty()) {
    return {};
  }
  if (consumer_ == nullptr) {
    consumer_ = PAWL_TRY(clients_.make_consumer(options_));
  }
  return consumer_->assign(partitions);
}

Result<void> Restoration::remove(StreamTask& task) {
  std::vector<TopicPartition> partitions;
  std::vector<RestoreProgress> suspended;
  for (Changelog& changelog : changelogs_) {
    if (changelog.task == &task) {
      if (!changelog.done) {
        partitions.push_back(changelog.progress.changelog);
        suspended.push_back(std::move(changelog.progress));
      }
      changelog = Changelog{};
    }
  }
  tasks_.erase(&task);
  failures_.erase(task.id());
  if (tasks_.empty()) {
    consumer_.reset();
  } else if (consumer_ != nullptr && !partitions.empty()) {
    PAWL_TRY(consumer_->unassign(partitions));
  }
  // Last, because it may throw.
  for (const RestoreProgress& progress : suspended) {
    if (listener_ != nullptr) {
      listener_->on_suspended(progress);
    }
  }
  return {};
}

bool Restoration::restored(const StreamTask& task) const {
  return std::none_of(changelogs_.begin(), changelogs_.end(), [&](const Changelog& changelog) {
    return changelog.task == &task && !changelog.done;
  });
}

Result<std::vector<StreamTask*>> Restoration::step(std::chrono::milliseconds timeout) {
  failed_.reset();
  if (consumer_ != nullptr) {
    progressed_ = false;
    PAWL_TRY(consumer_->poll(timeout, kPollRecordsMax, *this));
    if (!failures_.empty()) {
      failed_ = failures_.begin()->first;
      return failures_.begin()->second;
    }
    PAWL_TRY(apply_batches());
    report_waiting();
  }
  std::vector<StreamTask*> finished;
  for (StreamTask* task : tasks_) {
    if (restored(*task)) {
      finished.push_back(task);
    }
  }
  for (StreamTask* task : finished) {
    PAWL_TRY(remove(*task));
  }
  return finished;
}

void Restoration::report_waiting() {
  const auto pending = std::find_if(changelogs_.begin(), changelogs_.end(), [](const auto& each) {
    return each.task != nullptr && !each.done;
  });
  if (progressed_ || pending == changelogs_.end()) {
    wait_.over();
    return;
  }
  wait_.waiting(fmt::format("restoring task {}", to_string(pending->progress.task)),
                fmt::format("nothing has come from changelog {} at offset {} of {}: its broker is "
                            "away, or a transaction is still open there",
                            to_string(pending->progress.changelog), pending->progress.at.value(),
                            pending->progress.end.value()));
}

Result<void> Restoration::apply_batches() {
  std::vector<TopicPartition> finished;
  Result<void> applied;
  for (Changelog& changelog : changelogs_) {
    if (changelog.task == nullptr || changelog.done) {
      continue;
    }
    const bool at_end = changelog.progress.at >= changelog.progress.end;
    if (at_end || changelog.batch_records >= kBatchRecordsMax ||
        changelog.batch_bytes >= kBatchBytesMax) {
      applied = apply_batch(changelog);
      if (!applied.has_value()) {
        failed_ = changelog.progress.task;
        break;
      }
    }
    if (at_end) {
      finish(changelog);
      finished.push_back(changelog.progress.changelog);
    }
  }
  // Also beside one that failed: what their tasks write there from now on is not to come back.
  if (!finished.empty()) {
    PAWL_TRY(consumer_->unassign(finished));
  }
  return applied;
}

void Restoration::finish(Changelog& changelog) {
  changelog.done = true;
  log_.write(
      LogLevel::info, "task " + to_string(changelog.progress.task),
      fmt::format("store {}: restored {} records in {} ms", changelog.progress.store,
                  changelog.progress.records,
                  std::chrono::duration_cast<std::chrono::milliseconds>(changelog.progress.elapsed)
                      .count()));
  if (listener_ != nullptr) {
    listener_->on_end(changelog.progress);
  }
}

Result<void> Restoration::apply_batch(Changelog& changelog) {
  const CrashPoint before("restore.before_apply");
  const bool at_end = changelog.progress.at >= changelog.progress.end;
  PAWL_TRY(changelog.task->stores().commit_replayed(
      changelog.store, changelog.batch_first, changelog.progress.at,
      at_end ? changelog.end_at : changelog.began_at));
  if (changelog.task->stores().has_dead_segments()) {
    // A long changelog passes through many segments; those behind it must not pile up.
    TaskStores& stores = changelog.task->stores();
    PAWL_TRY(stores.flush({}, stores.growth(), FlushMode::wait, clock_.monotonic()));
  }
  changelog.progress.records += changelog.batch_records;
  changelog.progress.bytes += changelog.batch_bytes;
  changelog.progress.elapsed = clock_.monotonic() - changelog.began;
  restored_records_.add(changelog.batch_records);
  changelog.batch_first = changelog.progress.at;
  changelog.batch_records = 0;
  changelog.batch_bytes = 0;
  if (listener_ != nullptr) {
    listener_->on_batch(changelog.progress);
  }
  return {};
}

void Restoration::record(PartitionToken token, ConsumedRecord record) {
  Changelog& changelog = changelogs_[token];
  const InputRecord& input = record.record();
  if (changelog.task == nullptr || changelog.done || failures_.contains(changelog.progress.task) ||
      input.offset < changelog.progress.at) {
    return;
  }
  if (input.offset >= changelog.progress.end) {
    // A source topic goes on behind what is committed, whose last records may be compacted away.
    progressed_ = true;
    changelog.progress.at = changelog.progress.end;
    return;
  }
  // Nobody writes a changelog record without a key; Kafka Streams skips them as well.
  if (input.key.has_value() &&
      (!changelog.source || changelog.task->took(changelog.progress.changelog, input))) {
    Result<void> replayed = changelog.task->stores().replay(
        changelog.store, {*input.key, input.value, input.timestamp, input.headers});
    if (!replayed.has_value()) {
      failures_.emplace(
          changelog.progress.task,
          with_context(fmt::format("{} offset {}", to_string(changelog.progress.changelog),
                                   input.offset.value()),
                       std::move(replayed).error()));
      return;
    }
  }
  progressed_ = true;
  changelog.progress.at = next(input.offset);
  ++changelog.batch_records;
  changelog.batch_bytes += record.bytes();
}

void Restoration::end_of_partition(PartitionToken token, Offset offset) {
  Changelog& changelog = changelogs_[token];
  if (changelog.task == nullptr || changelog.done) {
    return;
  }
  if (offset >= changelog.progress.end) {
    progressed_ = true;
    changelog.progress.at = changelog.progress.end;
  } else {
    const Mark mark("restore_waits_for_open_transaction");
  }
}

void Restoration::out_of_range(PartitionToken token, const Error& error) {
  const Changelog& changelog = changelogs_[token];
  if (changelog.task != nullptr) {
    failures_.try_emplace(
        changelog.progress.task,
        Error{ErrorKind::corrupted_state,
              fmt::format("changelog {} was trimmed while it was read: {}",
                          to_string(changelog.progress.changelog), error.message)});
  }
}

}  // namespace pawl::internal

#include "task/stream_task.h"

#include <pawl/engine/metric_names.h>
#include <pawl/model/assert.h>
#include <pawl/model/crash_point.h>

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace pawl::internal {
namespace {

// Uncommitted writes over this bound are committed before the interval is over.

MetricLabels task_labels(const TaskEnvironment& environment, TaskId id) {
  MetricLabels labels = environment.labels;
  labels["task"] = to_string(id);
  return labels;
}

std::vector<StoreSpec> stores_of(const Topology& topology,
                                 const std::vector<SubtopologyId>& subtopologies) {
  std::vector<StoreSpec> specs;
  for (const SubtopologyId id : subtopologies) {
    for (const std::string& name :
         topology.subtopologies()[static_cast<std::size_t>(id.value())].stores) {
      specs.push_back(topology.store(name));
    }
  }
  return specs;
}

bool has_partition(const TaskEnvironment& environment, const std::string& topic,
                   PartitionId partition) {
  if (environment.source_partitions == nullptr) {
    return true;
  }
  const auto count = environment.source_partitions->find(topic);
  return count == environment.source_partitions->end() || partition.value() < count->second;
}

TaskStoresOptions with_record_in_hand(TaskStoresOptions options, RecordInHand& record) {
  options.record_in_hand = &record;
  return options;
}

}  // namespace

StreamTask::StreamTask(const Topology& topology, const std::vector<SubtopologyId>& subtopologies,
                       TaskId id, TaskEnvironment environment, TaskStoresOptions stores)
    : id_(id),
      environment_(std::move(environment)),
      context_(environment_, id),
      record_in_hand_(context_),
      stores_(with_record_in_hand(std::move(stores), record_in_hand_), context_.write,
              *environment_.outputs, *environment_.log),
      store_specs_(stores_of(topology, subtopologies)),
      chain_(topology, subtopologies, context_),
      group_(environment_.make_chooser(), environment_.max_task_idle),
      processed_(environment_.metrics->counter(metric_names::kRecordsProcessed,
                                               task_labels(environment_, id))),
      refetched_(environment_.metrics->counter(metric_names::kRecordsRefetched,
                                               task_labels(environment_, id))) {
  context_.stores = &stores_;
  context_.wall_time = environment_.clock->wall();
  for (StoreSpec& store : store_specs_) {
    if (store.source_topic.has_value() &&
        !has_partition(environment_, *store.source_topic, id.partition)) {
      store.logging = Logging::disabled;  // it stays empty
    }
  }
  for (const ProcessorChain::Source& source : chain_.sources()) {
    if (!has_partition(environment_, source.topic, id.partition)) {
      continue;  // topics that are only merged may have different counts
    }
    const InvalidTimestamp policy = source.spec->invalid_timestamp == InvalidTimestamp::by_settings
                                        ? environment_.errors.invalid_timestamp
                                        : source.spec->invalid_timestamp;
    group_.add(std::make_unique<RecordQueue>(
        TopicPartition{source.topic, id.partition}, *source.node, policy,
        [this](BadRecordReason reason, const InputRecord& record, const RecordCoordinates& where,
               const Error& why) {
          return context_.errors.bad_record(reason, record, where, why);
        }));
    offset_resets_.push_back(source.spec->offset_reset);
  }
  committed_.resize(group_.size());
  committing_.resize(group_.size());
  committed_partition_times_.resize(group_.size(), Timestamp::unknown());
}

StreamTask::~StreamTask() {
  close();
}

void StreamTask::enter(TaskState next) {
  PAWL_ASSERT(may_follow(state_, next), to_string(state_), to_string(next));
  state_ = next;
}

Result<void> StreamTask::open_stores(const OpenBackend& open_persistent,
                                     const std::map<std::string, std::string>& topic_ids) {
  thread_.check();
  PAWL_TRY(stores_.open(store_specs_, open_persistent, topic_ids));
  enter(TaskState::restoring);
  return {};
}

std::vector<TopicPartition> StreamTask::partitions() const {
  std::vector<TopicPartition> result;
  result.reserve(group_.size());
  for (std::size_t partition = 0; partition < group_.size(); ++partition) {
    result.push_back(group_.queue(partition).where());
  }
  return result;
}

OffsetReset StreamTask::offset_reset(std::size_t partition) const {
  return offset_resets_[partition];
}

bool StreamTask::took(const TopicPartition& where, const InputRecord& record) {
  for (std::size_t partition = 0; partition < group_.size(); ++partition) {
    if (group_.queue(partition).where() == where) {
      return group_.queue(partition).usable(record);
    }
  }
  return true;
}

Result<void> StreamTask::resume(const std::vector<CommittedOffset>& offsets) {
  PAWL_ASSERT(offsets.size() == group_.size(), offsets.size(), group_.size());
  std::map<std::string, Timestamp> operator_times;
  Timestamp stream_time = Timestamp::unknown();
  for (std::size_t partition = 0; partition < offsets.size(); ++partition) {
    RecordQueue& queue = group_.queue(partition);
    const Result<OffsetMetadata> metadata = decode_offset_metadata(offsets[partition].metadata);
    if (!metadata.has_value()) {
      return Error{ErrorKind::fatal,
                   fmt::format("{}: {}", to_string(queue.where()), metadata.error().message)};
    }
    if (is_foreign_offset_metadata(offsets[partition].metadata)) {
      environment_.log->write(
          LogLevel::warning, "task " + to_string(id_),
          fmt::format(
              "the offset of {} was committed to group '{}' by another tool, whose metadata "
              "'{}' does not say the times of the operators: what would be late by them is "
              "not, unless other partitions of the task know them",
              to_string(queue.where()), environment_.application_id, offsets[partition].metadata));
    }
    queue.start_at(offsets[partition].offset);
    queue.resume_time(metadata->partition_time);
    committed_[partition] = offsets[partition].offset;
    committed_partition_times_[partition] = metadata->partition_time;
    stream_time = std::max(stream_time, metadata->partition_time);
    const CommitStamp stamp = commit_stamp_of(*metadata);
    if (stamp.counter > committed_stamp_.counter) {
      committed_stamp_ = stamp;
    }
    for (const auto& [name, value] : metadata->entries) {
      if (name != kCommitCounterEntry && name != kCommitOwnerEntry) {
        const auto [time, fresh] = operator_times.try_emplace(name, Timestamp(value));
        time->second = std::max(time->second, Timestamp(value));
      }
    }
  }
  group_.resume_stream_time(stream_time);
  committed_stream_time_ = stream_time;
  context_.stream_time = stream_time;
  committed_operator_times_ = std::move(operator_times);
  return {};
}

Result<void> StreamTask::init_nodes() {
  return context_.errors.run_nodes(context_.coordinates, [&]() -> Result<void> {
    try {
      chain_.init();
    } catch (const StoreFailure& failure) {
      return with_context(fmt::format("task {}, a processor's init", to_string(id_)),
                          failure.error());
    } catch (const std::exception& failure) {
      return Error{ErrorKind::fatal, fmt::format("task {}: a processor's init failed: {}",
                                                 to_string(id_), failure.what())};
    }
    return {};
  });
}

Result<void> StreamTask::start() {
  thread_.check();
  context_.wall_time = environment_.clock->wall();  // schedules begin now
  PAWL_TRY(init_nodes());
  // An operator without an entry had the task's own time.
  for (auto& [node, time] : context_.operator_times) {
    const auto committed = committed_operator_times_.find(operator_time_entry(node));
    time.resume(committed == committed_operator_times_.end() ? committed_stream_time_
                                                             : committed->second);
  }
  // Every time takes at most 34 bytes, and base64 makes 4 of 3.
  std::size_t metadata_bytes = context_.operator_times.size() * 34;
  for (auto& [name, time] : context_.processor_metadata) {
    const auto committed = committed_operator_times_.find(name);
    if (committed != committed_operator_times_.end()) {
      time.resume(committed->second);
    }
    metadata_bytes += 12 + name.size();
  }
  if (metadata_bytes * 4 / 3 + 200 > kOffsetMetadataBytesMax) {
    return Error{
        ErrorKind::fatal,
        fmt::format(
            "subtopology {} has {} operators with a time of their own; their times do not fit into "
            "the {} bytes of offset metadata: split it with repartition()",
            id_.subtopology.value(), context_.operator_times.size(), kOffsetMetadataBytesMax)};
  }
  context_.stream_time_punctuations.commit();
  context_.wall_clock_punctuations.commit();
  init_uncommitted_ = stores_.uncommitted();
  touched_ = init_uncommitted_;
  enter(TaskState::running);
  return {};
}

bool StreamTask::push(std::size_t partition, ConsumedRecord record) {
  const bool taken = group_.push(partition, std::move(record));
  if (!taken) {
    refetched_.add();
  }
  return taken;
}

void StreamTask::end_of_partition(std::size_t partition, Offset offset) {
  group_.queue(partition).end_of_partition(offset);
}

std::size_t StreamTask::queued_records(std::size_t partition) const {
  return group_.queue(partition).size();
}

std::size_t StreamTask::queued_bytes(std::size_t partition) const {
  return group_.queue(partition).bytes();
}

Result<bool> StreamTask::process_one(MonotonicTime now) {
  thread_.check();
  PAWL_ASSERT(state_ == TaskState::running, to_string(state_));
  if (start_uncommitted_ || !PAWL_TRY(group_.ready(now))) {
    return false;
  }
  const std::size_t partition = group_.take();
  RecordQueue& queue = group_.queue(partition);
  context_.coordinates = queue.head_coordinates();
  context_.input = &queue.head();
  context_.sent_before_input = environment_.outputs->sent();
  context_.write = {queue.head_time(), queue.head().headers};
  group_.advance_stream_time(queue.head_time());
  context_.stream_time = group_.stream_time();
  touched_ = true;
  PAWL_TRY(context_.errors.run_nodes(context_.coordinates, [&]() -> Result<void> {
    queue.forward_head();
    return {};
  }));
  context_.input = nullptr;
  group_.done(partition);
  processed_.add();
  return true;
}

std::optional<AwaitedRecords> StreamTask::awaited() const {
  const std::optional<std::size_t> partition = group_.awaited();
  if (!partition.has_value()) {
    return std::nullopt;
  }
  const RecordQueue& queue = group_.queue(*partition);
  return AwaitedRecords{queue.where(), queue.committable()};
}

Result<bool> StreamTask::punctuate(PunctuationQueue& queue, Timestamp now) {
  if (queue.next_due() > now) {
    return false;
  }
  thread_.check();
  context_.coordinates = {};
  context_.input = nullptr;
  context_.sent_before_input = environment_.outputs->sent();
  context_.write = {now, &Headers::none()};
  touched_ = true;
  PAWL_TRY(context_.errors.run_nodes(context_.coordinates, [&]() -> Result<void> {
    queue.punctuate(now, [&](const Node& node, const Punctuator& punctuator, Timestamp at) {
      try {
        punctuator(at);
      } catch (const ProcessingStopped&) {
        throw;
      } catch (...) {
        context_.errors.processing_failed(node, nullptr, context_.coordinates, false);
      }
    });
    return {};
  }));
  return true;
}

Result<bool> StreamTask::punctuate_stream_time() {
  if (group_.stream_time() == Timestamp::unknown()) {
    return false;
  }
  return punctuate(context_.stream_time_punctuations, group_.stream_time());
}

Result<bool> StreamTask::punctuate_wall_clock() {
  return punctuate(context_.wall_clock_punctuations, context_.wall_time);
}

bool StreamTask::dirty() const {
  if (touched_ || start_uncommitted_) {
    return true;
  }
  for (std::size_t partition = 0; partition < group_.size(); ++partition) {
    if (group_.queue(partition).committable() != committed_[partition]) {
      return true;
    }
  }
  return false;
}

bool StreamTask::wants_commit() const {
  return context_.commit_requested || start_uncommitted_ || stores_.commit_due();
}

Result<void> StreamTask::flush_caches() {
  thread_.check();
  if (!stores_.caches_dirty()) {
    return {};
  }
  context_.coordinates = {};
  context_.input = nullptr;
  context_.sent_before_input = environment_.outputs->sent();
  return context_.errors.run_nodes(context_.coordinates, [&]() -> Result<void> {
    try {
      return stores_.flush_caches();
    } catch (const StoreFailure& failure) {
      return with_context(fmt::format("task {}, record cache", to_string(id_)), failure.error());
    }
  });
}

Result<void> StreamTask::prepare_commit() {
  thread_.check();
  try {
    stores_.log_pending();
  } catch (const StoreFailure& failure) {
    return with_context(fmt::format("task {}, its changelogs", to_string(id_)), failure.error());
  }
  attempted_ = {environment_.owner, std::max(attempted_.counter, committed_stamp_.counter) + 1};
  // Positions may move on while the commit is under way (an end of partition); what is committed is
  // what is sent.
  for (std::size_t partition = 0; partition < group_.size(); ++partition) {
    PAWL_ASSERT(group_.queue(partition).committable() >= committed_[partition],
                to_string(group_.queue(partition).where()),
                group_.queue(partition).committable().value(), committed_[partition].value());
    committing_[partition] = group_.queue(partition).committable();
  }
  return {};
}

std::vector<OffsetToCommit> StreamTask::offsets_to_commit() const {
  OffsetMetadata metadata;
  metadata.entries[std::string(kCommitCounterEntry)] = attempted_.counter;
  metadata.entries[std::string(kCommitOwnerEntry)] = attempted_.owner;
  for (const auto& [node, time] : context_.operator_times) {
    if (time.value() != group_.stream_time()) {
      metadata.entries[operator_time_entry(node)] = time.value().value();
    }
  }
  for (const auto& [name, time] : context_.processor_metadata) {
    if (time.value() != Timestamp::unknown()) {
      metadata.entries[name] = time.value().value();
    }
  }
  std::vector<OffsetToCommit> result;
  for (std::size_t partition = 0; partition < group_.size(); ++partition) {
    const RecordQueue& queue = group_.queue(partition);
    metadata.partition_time = queue.partition_time();
    result.push_back({queue.where(), committing_[partition], queue.leader_epoch(),
                      encode_offset_metadata(metadata)});
  }
  return result;
}

Result<void> StreamTask::commit_succeeded() {
  for (std::size_t partition = 0; partition < group_.size(); ++partition) {
    committed_[partition] = committing_[partition];
    committed_partition_times_[partition] = group_.queue(partition).partition_time();
  }
  committed_stream_time_ = group_.stream_time();
  committed_stamp_ = attempted_;
  for (auto* times : {&context_.operator_times, &context_.processor_metadata}) {
    for (auto& [name, time] : *times) {
      time.commit();
    }
  }
  context_.stream_time_punctuations.commit();
  context_.wall_clock_punctuations.commit();
  touched_ = false;
  init_uncommitted_ = false;
  start_uncommitted_ = false;
  context_.commit_requested = false;
  return stores_.commit();
}

void StreamTask::commit_aborted() {
  stores_.drop();
  group_.clear_heads();
  for (std::size_t partition = 0; partition < group_.size(); ++partition) {
    group_.queue(partition).start_at(committed_[partition]);
    group_.queue(partition).resume_time(committed_partition_times_[partition]);
  }
  group_.resume_stream_time(committed_stream_time_);
  context_.stream_time = committed_stream_time_;
  for (auto* times : {&context_.operator_times, &context_.processor_metadata}) {
    for (auto& [name, time] : *times) {
      time.drop();
    }
  }
  context_.stream_time_punctuations.drop();
  context_.wall_clock_punctuations.drop();
  touched_ = false;
  context_.commit_requested = false;
}

void StreamTask::close() {
  if (state_ == TaskState::closed) {
    return;
  }
  const CrashPoint before("task.before_close");
  chain_.close();
  enter(TaskState::closed);
}

}  // namespace pawl::internal

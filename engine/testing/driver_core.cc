#include "testing/driver_core.h"

#include "topology/internal_topics.h"

#include <pawl/model/assert.h>
#include <pawl/statestore/backends.h>

#include <algorithm>
#include <fmt/format.h>
#include <stdexcept>
#include <utility>

namespace pawl::testing::internal {

using pawl::internal::CommittedOffset;
using pawl::internal::ConsumedRecord;
using pawl::internal::TaskStores;
using pawl::internal::TaskStoresOptions;

namespace {

// Turns an error of a task into the exception that the driver's functions throw.
template <class T>
T or_throw(Result<T> result) {
  if (!result.has_value()) {
    throw ProcessingStopped(std::move(result).error());
  }
  return std::move(result).value();
}

std::optional<Bytes> owned(NullableBytesView bytes) {
  return bytes.has_value() ? std::optional<Bytes>(*bytes) : std::nullopt;
}

ConsumedRecord consumed(const TestRecordBytes& bytes, pawl::Offset offset) {
  auto* const copy = new TestRecordBytes(
      bytes);  // NOLINT(cppcoreguidelines-owning-memory): owned by ConsumedRecord
  InputRecord record;
  record.offset = offset;
  record.timestamp = copy->timestamp;
  if (copy->key.has_value()) {
    record.key = *copy->key;
  }
  if (copy->value.has_value()) {
    record.value = *copy->value;
  }
  return {record, std::make_unique<Headers>(copy->headers), copy,
          [](void* memory) { delete static_cast<TestRecordBytes*>(memory); }};
}

}  // namespace

void DriverCollector::send(const OutputRecord& record) {
  ++sent_;
  ProducedRecord produced;
  produced.topic = *record.topic;
  produced.partition = record.partition;
  produced.key = owned(record.key);
  produced.value = owned(record.value);
  produced.timestamp = record.timestamp;
  produced.headers = *record.headers;
  records_.push_back(std::move(produced));
}

DriverCore::DriverCore(Topology topology, DriverOptions options)
    : topology_(std::move(topology)),
      options_(std::move(options)),
      clock_(options_.wall_clock_start),
      record_cache_{options_.record_cache_bytes_max, 0,
                    options_.compatibility == Compatibility::native
                        ? EvictionOrder::by_change
                        : EvictionOrder::evicted_first} {
  for (const RepartitionTopicSpec& topic : topology_.repartition_topics()) {
    repartition_topics_.insert(
        pawl::internal::internal_topic_name(options_.application_id, topic.name));
  }
  start_tasks(true);
}

DriverCore::~DriverCore() = default;

void DriverCore::start_tasks(bool from_scratch) {
  std::vector<std::vector<SubtopologyId>> groups;
  for (const Subtopology& subtopology : topology_.subtopologies()) {
    if (subtopology.global) {
      continue;
    }
    if (options_.layout == DriverLayout::per_subtopology || groups.empty()) {
      groups.emplace_back();
    }
    groups.back().push_back(subtopology.id);
  }
  if (from_scratch && !options_.state_dir.empty()) {
    std::filesystem::remove_all(options_.state_dir);
  }
  start_global_task();
  for (const std::vector<SubtopologyId>& group : groups) {
    TaskStoresOptions stores;
    stores.application_id = options_.application_id;
    stores.task = {group.front(), PartitionId(0)};
    stores.compatibility = options_.compatibility;
    stores.record_cache = &record_cache_;
    Task& task = *tasks_.emplace_back(
        std::make_unique<Task>(topology_, group, stores.task, environment(), stores));
    or_throw(task.open_stores(
        [&]() -> Result<std::unique_ptr<StoreBackend>> {
          if (options_.state_dir.empty()) {
            return make_memory_backend();
          }
          return open_rocksdb_backend(options_.state_dir / to_string(stores.task),
                                      make_rocksdb_memory({}));
        },
        {}));
    std::vector<CommittedOffset> offsets;
    for (const TopicPartition& where : task.partitions()) {
      const auto committed = committed_.find(where);
      offsets.push_back(committed == committed_.end() ? CommittedOffset{} : committed->second);
      sources_.emplace(where.topic, Source{&task, offsets.size() - 1});
      logs_[where.topic];
    }
    or_throw(task.resume(offsets));
    restore(task);
    or_throw(task.start());
  }
  capture();
  if (std::any_of(tasks_.begin(), tasks_.end(),
                  [](const auto& task) { return task->init_uncommitted(); })) {
    commit_tasks();  // no abort may take back what init() wrote
  }
}

DriverCore::TaskEnvironment DriverCore::environment() {
  TaskEnvironment environment;
  environment.application_id = options_.application_id;
  environment.compatibility = options_.compatibility;
  environment.errors = options_.errors;
  environment.max_task_idle = std::chrono::milliseconds(-1);
  environment.emit_interval = options_.emit_interval;
  environment.clock = &clock_;
  environment.outputs = &collector_;
  environment.global_stores = global_ == nullptr ? nullptr : &global_->stores();
  environment.metrics = &metrics_;
  environment.log = options_.log != nullptr ? options_.log.get() : &no_log_;
  if (options_.layout == DriverLayout::one_task) {
    environment.make_chooser = &pawl::internal::make_java_chooser;
  }
  return environment;
}

void DriverCore::start_global_task() {
  if (!pawl::internal::has_global_stores(topology_)) {
    return;
  }
  std::map<std::string, std::int32_t> partitions;
  for (const Subtopology& subtopology : topology_.subtopologies()) {
    for (const std::string& topic : subtopology.source_topics) {
      partitions[topic] = 1;
    }
  }
  global_ = std::make_unique<GlobalTask>(topology_, environment());
  or_throw(global_->open(
      [&]() -> Result<std::unique_ptr<StoreBackend>> {
        if (options_.state_dir.empty()) {
          return make_memory_backend();
        }
        std::filesystem::remove_all(options_.state_dir / "global");
        return open_rocksdb_backend(options_.state_dir / "global", make_rocksdb_memory({}));
      },
      partitions));
  const std::vector<TopicPartition> read = global_->partitions();
  for (std::size_t partition = 0; partition < read.size(); ++partition) {
    const std::string& topic = read[partition].topic;
    global_partitions_[topic] = partition;
    for (std::size_t index = 0; index < logs_[topic].records.size(); ++index) {
      feed_global(topic, index);
    }
  }
}

void DriverCore::feed_global(const std::string& topic, std::size_t index) {
  or_throw(global_->process(
      global_partitions_.at(topic),
      consumed(logs_[topic].records[index], pawl::Offset(static_cast<std::int64_t>(index)))));
  or_throw(global_->apply());
}

void DriverCore::restore(Task& task) {
  for (const TaskStores::Changelog& changelog : task.stores().to_restore()) {
    const pawl::Offset first = changelog.position.value_or(pawl::Offset(0));
    const pawl::Offset end = end_of(changelog.where);
    const bool is_source = logs_.contains(changelog.where.topic);
    for (pawl::Offset at = first; at < end; at = next(at)) {
      const auto index = static_cast<std::size_t>(at.value());
      const auto replay = [&](const auto& logged) {
        if (!logged.key.has_value()) {
          return;
        }
        InputRecord record;
        record.key = *logged.key;
        if (logged.value.has_value()) {
          record.value = *logged.value;
        }
        record.offset = at;
        record.timestamp = logged.timestamp;
        record.headers = &logged.headers;
        if (task.took(changelog.where, record)) {
          or_throw(task.stores().replay(
              changelog.store, {*record.key, record.value, record.timestamp, record.headers}));
        }
      };
      if (is_source) {
        replay(logs_[changelog.where.topic].records[index]);
      } else {
        replay(changelogs_[changelog.where.topic][index]);
      }
    }
    or_throw(task.stores().commit_replayed(changelog.store, first, end));
  }
}

pawl::Offset DriverCore::end_of(const TopicPartition& changelog) {
  if (logs_.contains(changelog.topic)) {  // a source: what is committed of it
    const auto committed = committed_.find(changelog);
    return committed == committed_.end() ? pawl::Offset(0) : committed->second.offset;
  }
  return pawl::Offset(static_cast<std::int64_t>(changelogs_[changelog.topic].size()));
}

void DriverCore::pipe(const std::string& topic, const TestRecordBytes& record) {
  if (global_partitions_.contains(topic)) {
    logs_[topic].records.push_back(record);
    feed_global(topic, logs_[topic].records.size() - 1);
    return;
  }
  if (!sources_.contains(topic)) {
    throw std::invalid_argument(fmt::format("the topology has no source topic '{}'", topic));
  }
  append(topic, record);
  run();
}

void DriverCore::append(const std::string& topic, TestRecordBytes record) {
  Log& log = logs_[topic];
  log.records.push_back(std::move(record));
  feed(topic, log.records.size() - 1);
}

void DriverCore::feed(const std::string& topic, std::size_t index) {
  const auto [begin, end] = sources_.equal_range(topic);
  for (auto source = begin; source != end; ++source) {
    source->second.task->push(
        source->second.partition,
        consumed(logs_[topic].records[index], pawl::Offset(static_cast<std::int64_t>(index))));
  }
}

void DriverCore::feed_from(const std::string& topic, pawl::Offset from) {
  for (auto index = static_cast<std::size_t>(from.value()); index < logs_[topic].records.size();
       ++index) {
    feed(topic, index);
  }
}

void DriverCore::run() {
  try {
    process_all();
  } catch (...) {
    capture();  // what the failing record sent before it failed can be looked at
    throw;
  }
  capture();
}

void DriverCore::process_all() {
  bool progress = true;
  while (progress) {
    progress = false;
    for (const auto& task : tasks_) {
      task->set_wall_time(clock_.wall());
      while (or_throw(task->process_one(clock_.monotonic()))) {
        progress = true;
        or_throw(task->punctuate_stream_time());
        if (options_.commit == DriverCommit::each_record) {
          commit_tasks();
        }
        capture();
      }
    }
  }
}

void DriverCore::commit_tasks() {
  for (const auto& task : tasks_) {
    or_throw(task->flush_caches());
  }
  for (const auto& task : tasks_) {
    if (!task->dirty()) {
      continue;
    }
    task->prepare_commit();
    for (const pawl::internal::OffsetToCommit& offset : task->offsets_to_commit()) {
      committed_[offset.where] = {offset.offset, offset.metadata};
    }
    or_throw(task->commit_succeeded());
  }
  capture();
  for (ProducedRecord& record : uncommitted_changelog_) {
    changelogs_[record.topic].push_back(std::move(record));
  }
  uncommitted_changelog_.clear();
  for (const ProducedRecord& record : std::exchange(uncommitted_global_, {})) {
    pipe(record.topic, {record.key, record.value, record.timestamp, record.headers});
  }
  uncommitted_unread_.clear();
  uncommitted_produced_ = 0;
  for (auto& [topic, log] : logs_) {
    log.committed = log.records.size();
  }
}

ProducedRecord::Kind DriverCore::kind_of(const std::string& topic) const {
  if (repartition_topics_.contains(topic)) {
    return ProducedRecord::Kind::repartition;
  }
  for (const StoreSpec& store : topology_.stores()) {
    if (topic == pawl::internal::changelog_topic_name(options_.application_id, store.name)) {
      return ProducedRecord::Kind::changelog;
    }
  }
  return ProducedRecord::Kind::sink;
}

void DriverCore::capture() {
  for (ProducedRecord& record : collector_.take()) {
    record.kind = kind_of(record.topic);
    if (record.kind == ProducedRecord::Kind::changelog) {
      uncommitted_changelog_.push_back(record);
    } else {
      if (global_partitions_.contains(record.topic)) {
        uncommitted_global_.push_back(record);
      } else if (logs_.contains(record.topic)) {
        logs_[record.topic].produced_into = true;
        append(record.topic, {record.key, record.value, record.timestamp, record.headers});
      }
      unread_[record.topic].push_back(record);
      ++uncommitted_unread_[record.topic];
    }
    produced_.push_back(std::move(record));
    ++uncommitted_produced_;
  }
}

void DriverCore::commit() {
  const bool cached = std::any_of(tasks_.begin(), tasks_.end(),
                                  [](const auto& task) { return task->stores().caches_dirty(); });
  try {
    commit_tasks();
  } catch (...) {
    capture();
    throw;
  }
  if (cached) {
    run();  // what the caches let go may be input again
  }
}

void DriverCore::take_back_outputs() {
  collector_.drop();
  uncommitted_changelog_.clear();
  uncommitted_global_.clear();
  for (const auto& [topic, count] : uncommitted_unread_) {
    std::deque<ProducedRecord>& unread = unread_[topic];
    unread.erase(unread.end() - static_cast<std::ptrdiff_t>(std::min(count, unread.size())),
                 unread.end());
  }
  uncommitted_unread_.clear();
  produced_.erase(produced_.end() - static_cast<std::ptrdiff_t>(
                                        std::min(uncommitted_produced_, produced_.size())),
                  produced_.end());
  uncommitted_produced_ = 0;
}

void DriverCore::abort() {
  take_back_outputs();
  for (const auto& task : tasks_) {
    task->commit_aborted();
  }
  for (auto& [topic, log] : logs_) {
    if (log.produced_into) {
      log.records.resize(log.committed);
    }
  }
  for (const auto& [topic, source] : sources_) {
    feed_from(topic, source.task->committed_offsets()[source.partition]);
  }
}

void DriverCore::restart(TopologyDriver::State state) {
  abort();
  if (state == TopologyDriver::State::kept) {
    for (const auto& task : tasks_) {
      std::map<TopicPartition, pawl::Offset> ends;
      for (const TopicPartition& changelog : task->stores().changelogs()) {
        ends[changelog] = end_of(changelog);
      }
      TaskStores& stores = task->stores();
      or_throw(stores.flush(ends, stores.growth(), FlushMode::wait, clock_.monotonic()));
    }
  }
  sources_.clear();
  tasks_.clear();
  global_.reset();
  start_tasks(state == TopologyDriver::State::lost);
  for (const auto& [topic, source] : sources_) {
    feed_from(topic, source.task->committed_offsets()[source.partition]);
  }
}

void DriverCore::advance_wall_clock(std::chrono::milliseconds by) {
  clock_.advance(by);
  for (const auto& task : tasks_) {
    task->set_wall_time(clock_.wall());
    or_throw(task->punctuate_wall_clock());
  }
  if (options_.commit == DriverCommit::each_record) {
    commit_tasks();
  }
  capture();
  run();
}

std::optional<ProducedRecord> DriverCore::read(const std::string& topic) {
  std::deque<ProducedRecord>& records = unread_[topic];
  if (records.empty()) {
    return std::nullopt;
  }
  ProducedRecord record = std::move(records.front());
  records.pop_front();
  return record;
}

std::size_t DriverCore::unread(const std::string& topic) const {
  const auto found = unread_.find(topic);
  return found == unread_.end() ? 0 : found->second.size();
}

std::vector<ProducedRecord> DriverCore::take_produced() {
  return std::exchange(produced_, {});
}

StateStore& DriverCore::state_store(const std::string& name) {
  for (const auto& task : tasks_) {
    if (StateStore* const store = task->stores().find(name)) {
      return *store;
    }
  }
  if (StateStore* const store = global_ == nullptr ? nullptr : global_->find(name)) {
    return *store;
  }
  throw std::invalid_argument(fmt::format("the topology has no store '{}'", name));
}

std::map<std::string, std::string> DriverCore::committed_metadata() const {
  std::map<std::string, std::string> result;
  for (const auto& [where, committed] : committed_) {
    result[to_string(where)] = committed.metadata;
  }
  return result;
}

void pipe(DriverCore& core, const std::string& topic, const TestRecordBytes& record) {
  core.pipe(topic, record);
}

std::optional<ProducedRecord> read(DriverCore& core, const std::string& topic) {
  return core.read(topic);
}

std::size_t unread(const DriverCore& core, const std::string& topic) {
  return core.unread(topic);
}

void undecodable(const std::string& topic, const Error& why) {
  throw std::invalid_argument(fmt::format(
      "a record of topic '{}' does not fit the serde it is read with: {}", topic, why.message));
}

}  // namespace pawl::testing::internal

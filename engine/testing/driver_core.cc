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

// The topics that patterns can match.
std::set<std::string> topics_of(const DriverOptions& options) {
  std::set<std::string> topics = options.topics;
  for (const auto& [topic, partitions] : options.partitions_of) {
    topics.insert(topic);
  }
  return topics;
}

}  // namespace

DriverCore::DriverCore(Topology topology, DriverOptions options)
    : topology_(topology.has_patterns() ? topology.reading(topics_of(options))
                                        : std::move(topology)),
      options_(std::move(options)),
      partitions_(topology_, options_),
      clock_(options_.wall_clock_start),
      record_cache_{options_.record_cache_bytes_max, 0,
                    options_.compatibility == Compatibility::native
                        ? EvictionOrder::by_change
                        : EvictionOrder::evicted_first} {
  for (const RepartitionTopicSpec& topic : topology_.repartition_topics()) {
    repartition_topics_.insert(
        pawl::internal::internal_topic_name(options_.application_id, topic.name));
  }
  for (const StoreSpec& store : topology_.stores()) {
    changelog_topics_.insert(
        pawl::internal::changelog_topic_name(options_.application_id, store.name));
  }
  start_tasks(true);
}

DriverCore::~DriverCore() = default;

void DriverCore::start_tasks(bool from_scratch) {
  if (from_scratch && !options_.state_dir.empty()) {
    std::filesystem::remove_all(options_.state_dir);
  }
  start_global_task();
  std::vector<SubtopologyId> all;
  for (const Subtopology& subtopology : topology_.subtopologies()) {
    if (subtopology.global) {
      continue;
    }
    all.push_back(subtopology.id);
    if (options_.layout == DriverLayout::per_subtopology) {
      for (std::int32_t task = 0; task < partitions_.tasks_of(subtopology.id); ++task) {
        start_task({subtopology.id}, PartitionId(task));
      }
    }
  }
  if (options_.layout == DriverLayout::one_task && !all.empty()) {
    start_task(all, PartitionId(0));
  }
  capture();
  if (std::any_of(tasks_.begin(), tasks_.end(),
                  [](const auto& task) { return task->init_uncommitted(); })) {
    commit_tasks();  // no abort may take back what init() wrote
  }
}

void DriverCore::start_task(const std::vector<SubtopologyId>& subtopologies,
                            PartitionId partition) {
  TaskStoresOptions stores;
  stores.application_id = options_.application_id;
  stores.task = {subtopologies.front(), partition};
  stores.compatibility = options_.compatibility;
  stores.record_cache = &record_cache_;
  TaskEnvironment surroundings = environment();
  if (!options_.state_dir.empty()) {
    surroundings.directory = options_.state_dir / to_string(stores.task);
  }
  Task& task = *tasks_.emplace_back(
      std::make_unique<Task>(topology_, subtopologies, stores.task, surroundings, stores));
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
    sources_.emplace(where, Source{&task, offsets.size() - 1});
  }
  or_throw(task.resume(offsets));
  restore(task);
  or_throw(task.start());
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
      partitions[topic] = partitions_.of(topic);
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
  for (std::size_t source = 0; source < read.size(); ++source) {
    global_sources_[read[source]] = source;
    for (pawl::Offset at(0); at < logs_.end(read[source]); at = next(at)) {
      feed_global(read[source], at);
    }
  }
}

void DriverCore::feed_global(const TopicPartition& where, pawl::Offset offset) {
  or_throw(global_->process(global_sources_.at(where), consumed(logs_.at(where, offset), offset)));
  or_throw(global_->apply());
}

void DriverCore::restore(Task& task) {
  for (const TaskStores::Changelog& changelog : task.stores().to_restore()) {
    const pawl::Offset first = changelog.position.value_or(pawl::Offset(0));
    const pawl::Offset end = end_of(changelog.where);
    for (pawl::Offset at = first; at < end; at = next(at)) {
      const TestRecordBytes& logged = logs_.at(changelog.where, at);
      if (!logged.key.has_value()) {
        continue;
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
    }
    or_throw(task.stores().commit_replayed(changelog.store, first, end));
  }
}

pawl::Offset DriverCore::end_of(const TopicPartition& changelog) const {
  if (sources_.contains(changelog)) {  // what is committed of it
    const auto committed = committed_.find(changelog);
    return committed == committed_.end() ? pawl::Offset(0) : committed->second.offset;
  }
  return logs_.end(changelog);
}

void DriverCore::pipe(const std::string& topic, const TestRecordBytes& record) {
  const TopicPartition first{topic, PartitionId(0)};
  if (!global_sources_.contains(first) && !sources_.contains(first)) {
    throw std::invalid_argument(fmt::format("the topology has no source topic '{}'", topic));
  }
  const TopicPartition where{topic, record.partition.has_value()
                                        ? *record.partition
                                        : partitions_.choose(topic, record.key)};
  partitions_.check(topic, where.partition);
  if (global_sources_.contains(first)) {
    feed_global(where, logs_.append(where, record, DriverLogs::Writer::user));
    return;
  }
  append(where, record, DriverLogs::Writer::user);
  run();
}

void DriverCore::append(const TopicPartition& where, TestRecordBytes record,
                        DriverLogs::Writer writer) {
  feed(where, logs_.append(where, std::move(record), writer));
}

void DriverCore::feed(const TopicPartition& where, pawl::Offset offset) {
  const auto [begin, end] = sources_.equal_range(where);
  for (auto source = begin; source != end; ++source) {
    source->second.task->push(source->second.partition, consumed(logs_.at(where, offset), offset));
  }
}

void DriverCore::feed_again() {
  for (const auto& [where, source] : sources_) {
    for (pawl::Offset at = source.task->committed_offsets()[source.partition];
         at < logs_.end(where); at = next(at)) {
      source.task->push(source.partition, consumed(logs_.at(where, at), at));
    }
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
        if (options_.commit != DriverCommit::by_hand && ++since_commit_ >= commit_every()) {
          commit_tasks();
        }
        capture();
      }
    }
  }
}

std::uint64_t DriverCore::commit_every() const {
  return options_.commit == DriverCommit::each_record ? 1 : options_.commit_every;
}

void DriverCore::commit_tasks() {
  for (const auto& task : tasks_) {
    or_throw(task->flush_caches());
  }
  for (const auto& task : tasks_) {
    if (!task->dirty()) {
      continue;
    }
    or_throw(task->prepare_commit());
    for (const pawl::internal::OffsetToCommit& offset : task->offsets_to_commit()) {
      committed_[offset.where] = {offset.offset, offset.metadata};
    }
    or_throw(task->commit_succeeded());
  }
  capture();
  logs_.commit();
  outputs_.commit();
  since_commit_ = 0;
  for (auto& [where, record] : std::exchange(uncommitted_global_, {})) {
    feed_global(where, logs_.append(where, std::move(record), DriverLogs::Writer::user));
  }
}

ProducedRecord::Kind DriverCore::kind_of(const std::string& topic) const {
  if (repartition_topics_.contains(topic)) {
    return ProducedRecord::Kind::repartition;
  }
  return changelog_topics_.contains(topic) ? ProducedRecord::Kind::changelog
                                           : ProducedRecord::Kind::sink;
}

void DriverCore::capture() {
  for (ProducedRecord& record : collector_.take()) {
    record.kind = kind_of(record.topic);
    const TopicPartition where{record.topic, record.partition.has_value()
                                                 ? *record.partition
                                                 : partitions_.choose(record.topic, record.key)};
    if (partitions_.of(record.topic) > 1) {
      record.partition = where.partition;
    }
    TestRecordBytes logged{record.key, record.value, record.timestamp, record.headers};
    if (record.kind == ProducedRecord::Kind::changelog) {
      logs_.append(where, std::move(logged), DriverLogs::Writer::topology);
    } else if (global_sources_.contains(where)) {
      uncommitted_global_.emplace_back(where, std::move(logged));
    } else if (sources_.contains(where)) {
      append(where, std::move(logged), DriverLogs::Writer::topology);
    }
    outputs_.add(record);
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

void DriverCore::abort() {
  collector_.drop();
  uncommitted_global_.clear();
  outputs_.abort();
  logs_.abort();
  since_commit_ = 0;
  for (const auto& task : tasks_) {
    task->commit_aborted();
  }
  feed_again();
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
  feed_again();
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

StateStore& DriverCore::state_store(const std::string& name, std::optional<PartitionId> partition) {
  StateStore* found = nullptr;
  for (const auto& task : tasks_) {
    StateStore* const store = task->stores().find(name);
    if (store == nullptr || (partition.has_value() && task->id().partition != *partition)) {
      continue;
    }
    if (found != nullptr) {
      throw std::invalid_argument(
          fmt::format("store '{}' has a part in each partition: name one of them, or read all with "
                      "key_value_store() and the like",
                      name));
    }
    found = store;
  }
  if (found == nullptr && global_ != nullptr) {
    found = global_->find(name);
  }
  if (found == nullptr) {
    throw std::invalid_argument(fmt::format(
        "the topology has no store '{}'{}", name,
        partition.has_value() ? fmt::format(" in a partition {}", partition->value()) : ""));
  }
  return *found;
}

RowSnapshotSources DriverCore::parts_of(const std::string& name, StoreKind kind) const {
  const auto spec = std::find_if(topology_.stores().begin(), topology_.stores().end(),
                                 [&](const StoreSpec& store) { return store.name == name; });
  if (spec == topology_.stores().end() || spec->kind != kind) {
    throw std::invalid_argument(
        fmt::format("the topology has no store '{}' of the kind that is asked for", name));
  }
  RowSnapshotSources parts;
  const auto add = [&](const std::vector<TaskStores::NamedSnapshots>& sources) {
    for (const TaskStores::NamedSnapshots& source : sources) {
      if (source.store == name) {
        parts.push_back(source.snapshots);
      }
    }
  };
  for (const auto& task : tasks_) {
    add(task->stores().snapshot_sources());
  }
  if (global_ != nullptr) {
    if (const auto store = global_->stores().find(name); store != global_->stores().end()) {
      parts.push_back(store->second.rows);
    }
  }
  return parts;
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
  return core.outputs().read(topic);
}

std::size_t unread(DriverCore& core, const std::string& topic) {
  return core.outputs().unread(topic);
}

bool has_several_partitions(const DriverCore& core, const std::string& topic) {
  return core.partitions_of(topic) > 1;
}

void undecodable(const std::string& topic, const Error& why) {
  throw std::invalid_argument(fmt::format(
      "a record of topic '{}' does not fit the serde it is read with: {}", topic, why.message));
}

}  // namespace pawl::testing::internal

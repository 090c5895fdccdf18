#include "task/global_task.h"

#include <pawl/model/assert.h>

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace pawl::internal {
namespace {

std::vector<SubtopologyId> global_subtopologies(const Topology& topology) {
  std::vector<SubtopologyId> ids;
  for (const Subtopology& subtopology : topology.subtopologies()) {
    if (subtopology.global) {
      ids.push_back(subtopology.id);
    }
  }
  return ids;
}

TaskId id_of(const Topology& topology) {
  return {global_subtopologies(topology).front(), PartitionId(0)};
}

ErrorPolicy without_dead_letters(ErrorPolicy policy) {
  for (OnBadRecord* rule : {&policy.undecodable, &policy.processing}) {
    *rule = *rule == OnBadRecord::dead_letter ? OnBadRecord::skip : *rule;
  }
  return policy;
}

TaskStoresOptions options_of(const Topology& topology, const TaskEnvironment& environment) {
  TaskStoresOptions options;
  options.application_id = environment.application_id;
  options.task = id_of(topology);
  options.compatibility = environment.compatibility;
  return options;
}

}  // namespace

class GlobalTask::NoOutputs final : public OutputCollector {
 public:
  void send(const OutputRecord& record) override { PAWL_ASSERT(false, *record.topic); }
  [[nodiscard]] std::uint64_t sent() const override { return 0; }
  std::int32_t partition_count(const std::string& topic) override {
    PAWL_ASSERT(false, topic);
    return 0;
  }
};

bool has_global_stores(const Topology& topology) {
  return std::any_of(topology.subtopologies().begin(), topology.subtopologies().end(),
                     [](const Subtopology& subtopology) { return subtopology.global; });
}

GlobalTask::GlobalTask(const Topology& topology, TaskEnvironment environment)
    : topology_(topology),
      outputs_(std::make_unique<NoOutputs>()),
      environment_(std::move(environment)),
      context_(environment_, id_of(topology)),
      stores_(options_of(topology, environment_), context_.write, *outputs_, *environment_.log),
      chain_(topology, global_subtopologies(topology), context_) {
  environment_.outputs = outputs_.get();
  environment_.errors = without_dead_letters(environment_.errors);
  context_.stores = &stores_;
  context_.wall_time = environment_.clock->wall();
  context_.punctuates = false;
}

GlobalTask::~GlobalTask() {
  chain_.close();
}

Result<void> GlobalTask::open(const OpenBackend& open_persistent,
                              const std::map<std::string, std::int32_t>& partitions) {
  std::vector<StoreSpec> specs;
  for (const StoreSpec& store : topology_.stores()) {
    if (store.global) {
      specs.push_back(store);
    }
  }
  PAWL_TRY(stores_.open(specs, open_persistent, {}));
  for (TaskStores::NamedSnapshots& source : stores_.snapshot_sources()) {
    shown_[source.store] = {topology_.store(source.store), std::move(source.snapshots)};
  }
  try {
    chain_.init();
  } catch (const std::exception& failure) {
    return Error{ErrorKind::fatal,
                 fmt::format("the init of a global store's processor failed: {}", failure.what())};
  }
  for (const ProcessorChain::Source& source : chain_.sources()) {
    const InvalidTimestamp policy = source.spec->invalid_timestamp == InvalidTimestamp::by_settings
                                        ? environment_.errors.invalid_timestamp
                                        : source.spec->invalid_timestamp;
    for (std::int32_t partition = 0; partition < partitions.at(source.topic); ++partition) {
      queues_.push_back(std::make_unique<RecordQueue>(
          TopicPartition{source.topic, PartitionId(partition)}, *source.node, policy,
          [this](BadRecordReason reason, const InputRecord& record, const RecordCoordinates& where,
                 const Error& why) {
            return context_.errors.bad_record(reason, record, where, why);
          }));
    }
  }
  return {};
}

std::vector<TopicPartition> GlobalTask::partitions() const {
  std::vector<TopicPartition> result;
  result.reserve(queues_.size());
  for (const auto& queue : queues_) {
    result.push_back(queue->where());
  }
  return result;
}

Result<void> GlobalTask::process(std::size_t partition, ConsumedRecord record) {
  RecordQueue& queue = *queues_[partition];
  if (!queue.push(std::move(record))) {
    return {};
  }
  if (!PAWL_TRY(queue.load_head()).has_value()) {
    return {};  // it cannot be used, and the policy says to skip it
  }
  return process_head(queue);
}

Result<void> GlobalTask::process_head(RecordQueue& queue) {
  context_.wall_time = environment_.clock->wall();
  context_.coordinates = queue.head_coordinates();
  context_.input = &queue.head();
  context_.write = {queue.head_time(), queue.head().headers};
  context_.stream_time = std::max(context_.stream_time, queue.head_time());
  PAWL_TRY(context_.errors.run_nodes(context_.coordinates, [&]() -> Result<void> {
    queue.forward_head();
    return {};
  }));
  context_.input = nullptr;
  queue.pop_head();
  return {};
}

}  // namespace pawl::internal

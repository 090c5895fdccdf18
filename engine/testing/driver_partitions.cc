#include "testing/driver_partitions.h"

#include "topology/internal_topics.h"

#include <pawl/engine/partitioner.h>

#include <algorithm>
#include <fmt/format.h>
#include <stdexcept>

namespace pawl::testing::internal {

DriverPartitions::DriverPartitions(const Topology& topology, const DriverOptions& options)
    : otherwise_(options.partitions),
      several_(options.partitions != 1 || !options.partitions_of.empty()),
      topics_(options.partitions_of) {
  const bool positive =
      otherwise_ > 0 && std::all_of(topics_.begin(), topics_.end(),
                                    [](const auto& topic) { return topic.second > 0; });
  if (!positive) {
    throw std::invalid_argument("every topic has at least one partition");
  }
  if (!several_) {
    return;
  }
  if (options.layout == DriverLayout::one_task) {
    throw std::invalid_argument(
        "DriverLayout::one_task is Kafka Streams' driver, which has one partition: use "
        "per_subtopology with several");
  }
  const pawl::internal::PartitionCounts counts = pawl::internal::count_partitions(
      topology, [&](const std::string& topic) { return std::optional(of(topic)); });
  tasks_ = counts.tasks;
  for (const auto& [name, count] : counts.repartition_topics) {
    topics_[pawl::internal::internal_topic_name(options.application_id, name)] = count;
  }
}

std::int32_t DriverPartitions::of(const std::string& topic) const {
  const auto found = topics_.find(topic);
  return found == topics_.end() ? otherwise_ : found->second;
}

std::int32_t DriverPartitions::tasks_of(SubtopologyId subtopology) const {
  return several_ ? tasks_.at(subtopology) : 1;
}

PartitionId DriverPartitions::choose(const std::string& topic, const std::optional<Bytes>& key) {
  const std::int32_t partitions = of(topic);
  return key.has_value() ? partition_of_key(*key, partitions)
                         : PartitionId(turns_[topic]++ % partitions);
}

void DriverPartitions::check(const std::string& topic, PartitionId partition) const {
  if (partition.value() < 0 || partition.value() >= of(topic)) {
    throw std::invalid_argument(
        fmt::format("topic '{}' has {} partitions, and none with number {}: see "
                    "DriverOptions::partitions",
                    topic, of(topic), partition.value()));
  }
}

}  // namespace pawl::testing::internal

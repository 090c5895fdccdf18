// DriverPartitions: how many partitions the topics of a driver have, how many tasks follow from
// that, and which partition takes a record whose sender leaves it open. With one partition, the
// default, every topic has one, whatever the topology says; with several, internal topics get
// theirs as on a broker. Thread rule: one thread.
#pragma once

#include "topology/partition_counts.h"

#include <pawl/testing/topology_driver.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace pawl::testing::internal {

class DriverPartitions {
 public:
  // Throws std::invalid_argument for options that contradict each other, TopologyError for topics
  // that must have equally many partitions and have not.
  DriverPartitions(const Topology& topology, const DriverOptions& options);

  [[nodiscard]] std::int32_t of(const std::string& topic) const;
  [[nodiscard]] std::int32_t tasks_of(SubtopologyId subtopology) const;

  // Returns: the partition that a producer chooses: by the key, without one each in turn.
  PartitionId choose(const std::string& topic, const std::optional<Bytes>& key);
  // Throws std::invalid_argument for a partition that the topic does not have.
  void check(const std::string& topic, PartitionId partition) const;

 private:
  std::int32_t otherwise_;
  bool several_;
  std::map<std::string, std::int32_t> topics_;  // full names
  std::map<SubtopologyId, std::int32_t> tasks_;
  std::map<std::string, std::int32_t> turns_;
};

}  // namespace pawl::testing::internal

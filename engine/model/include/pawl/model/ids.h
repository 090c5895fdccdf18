// The integers that name a place in Kafka or in a topology, each a type of its own.
// Thread rule: values.
#pragma once

#include <pawl/model/strong.h>

#include <compare>
#include <cstdint>
#include <functional>
#include <string>

namespace pawl {

// Position of a record in a partition, counted from 0.
using Offset = Strong<struct OffsetTag, std::int64_t>;
// The offset after `offset`.
constexpr Offset next(Offset offset) {
  return Offset(offset.value() + 1);
}

// Number of a partition within its topic, counted from 0.
using PartitionId = Strong<struct PartitionIdTag, std::int32_t>;

// Leader epoch of a partition (KIP-320); -1 = unknown.
using LeaderEpoch = Strong<struct LeaderEpochTag, std::int32_t>;

// Number of a subtopology: a connected part of the topology, counted from 0 in order of its first
// node.
using SubtopologyId = Strong<struct SubtopologyIdTag, std::int32_t>;

// A task: one subtopology on one partition number of its source topics. Written
// `<subtopology>_<partition>`.
struct TaskId {
  SubtopologyId subtopology;
  PartitionId partition;
  friend constexpr auto operator<=>(const TaskId&, const TaskId&) = default;
};

inline std::string to_string(const TaskId& task) {
  return std::to_string(task.subtopology.value()) + "_" + std::to_string(task.partition.value());
}

}  // namespace pawl

template <>
struct std::hash<pawl::TaskId> {
  std::size_t operator()(const pawl::TaskId& task) const noexcept {
    return (static_cast<std::size_t>(task.subtopology.value()) << 32U) ^
           static_cast<std::size_t>(task.partition.value());
  }
};

// TopicPartition: one partition of one topic, as a value that can be a map key.
// Thread rule: a value.
#pragma once

#include <pawl/model/ids.h>

#include <compare>
#include <functional>
#include <string>

namespace pawl {

struct TopicPartition {
  std::string topic;
  PartitionId partition;
  friend auto operator<=>(const TopicPartition&, const TopicPartition&) = default;
};

// Returns: `topic-partition`, as Kafka's tools write it.
inline std::string to_string(const TopicPartition& where) {
  return where.topic + "-" + std::to_string(where.partition.value());
}

}  // namespace pawl

template <>
struct std::hash<pawl::TopicPartition> {
  std::size_t operator()(const pawl::TopicPartition& where) const noexcept {
    return std::hash<std::string>{}(where.topic) * 31U +
           static_cast<std::size_t>(where.partition.value());
  }
};

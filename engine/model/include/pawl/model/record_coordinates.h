// RecordCoordinates: where the record in hand came from. Nothing in hand (a punctuation): topic
// empty, partition and offset -1, as Kafka Streams shows it. Thread rule: a value. Lifetime:
// `topic` is borrowed from the task and valid while the record is processed.
#pragma once

#include <pawl/model/ids.h>

#include <string>
#include <string_view>

namespace pawl {

struct RecordCoordinates {
  std::string_view topic;
  PartitionId partition{-1};
  Offset offset{-1};
  LeaderEpoch leader_epoch{-1};
  friend bool operator==(const RecordCoordinates&, const RecordCoordinates&) = default;
};

// Returns: `topic-partition@offset`, for messages.
inline std::string to_string(const RecordCoordinates& where) {
  return std::string(where.topic) + "-" + std::to_string(where.partition.value()) + "@" +
         std::to_string(where.offset.value());
}

}  // namespace pawl

// ChangelogBounds: what a task's opening found out about one of its changelogs, and whether a store
// may be rolled forward in it.
//
// Compaction drops a deletion when the topic's delete.retention.ms has passed since the cleaning
// that dropped what it deletes: a store that has not looked for longer would keep the deleted row
// for ever. Kafka promises every deletion to a reader that gets from its position to the end in
// less than that time. Half of it is left for the roll-forward itself and for clocks that differ.
// Kafka Streams has KIP-1259 for it, off by default. Thread rule: values.
#pragma once

#include <pawl/model/ids.h>
#include <pawl/model/timestamp.h>
#include <pawl/model/topic_partition.h>

#include <chrono>
#include <map>
#include <optional>

namespace pawl::internal {

struct ChangelogBounds {
  Offset start;
  Offset end;  // fixed: see Restoration
  // Wall-clock time before they were read.
  Timestamp read_at = Timestamp::unknown();
  // delete.retention.ms of the topic; nothing: it is not compacted.
  std::optional<std::chrono::milliseconds> deletions_kept;
};

using ChangelogBoundsOfTask = std::map<TopicPartition, ChangelogBounds>;

// Returns: whether deletions can be gone that were logged behind a position of that time (see
// TaskStores). A time in the future says nothing either.
inline bool may_miss_deletions(const ChangelogBounds& bounds, Timestamp position_time) {
  if (!bounds.deletions_kept.has_value()) {
    return false;
  }
  const std::chrono::milliseconds trusted = *bounds.deletions_kept / 2;
  return position_time == Timestamp::unknown() || bounds.read_at - position_time > trusted ||
         position_time - bounds.read_at > trusted;
}

}  // namespace pawl::internal

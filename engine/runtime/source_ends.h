// SourceEnds: since when a store that mirrors a source topic has missed no deletion. Behind what is
// committed of a source there may be deletions of any age, so the time at which the offset was read
// says nothing; what counts is how long ago the source ended where the task is now. The end of a
// source that is written all the time is never reached, but ends that were read earlier are.
// Thread rule: owner thread only.
#pragma once

#include <pawl/model/ids.h>
#include <pawl/model/timestamp.h>
#include <pawl/model/topic_partition.h>

#include <map>
#include <optional>

namespace pawl::internal {

class SourceEnds {
 public:
  // The source ended at `end` at `read_at`, when `committed` of it was committed. Returns: a time
  // at which nothing was behind that; nothing = no later one than before.
  std::optional<Timestamp> reached(const TopicPartition& source, Offset end, Offset committed,
                                   Timestamp read_at) {
    if (end <= committed) {
      ends_.erase(source);
      return read_at;
    }
    std::optional<Timestamp> time;
    const auto [noted, fresh] = ends_.try_emplace(source, End{end, read_at});
    if (!fresh && noted->second.offset <= committed) {
      time = noted->second.time;
      noted->second = {end, read_at};
    }
    return time;
  }

 private:
  struct End {
    Offset offset;
    Timestamp time;
  };
  std::map<TopicPartition, End> ends_;
};

}  // namespace pawl::internal

// DriverLogs: stands in for the logs of a broker: the partitions that a topology reads, and its
// changelogs. Thread rule: one thread.
#pragma once

#include <pawl/model/ids.h>
#include <pawl/model/topic_partition.h>
#include <pawl/testing/test_topics.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace pawl::testing::internal {

class DriverLogs {
 public:
  enum class Writer { user, topology };

  // Returns: the offset of the record.
  pawl::Offset append(const TopicPartition& where, TestRecordBytes record, Writer writer) {
    std::vector<Entry>& entries = logs_[where].entries;
    entries.push_back({std::move(record), writer});
    return pawl::Offset(static_cast<std::int64_t>(entries.size()) - 1);
  }
  // Requires: an offset below the end.
  [[nodiscard]] const TestRecordBytes& at(const TopicPartition& where, pawl::Offset offset) const {
    return logs_.at(where).entries.at(static_cast<std::size_t>(offset.value())).record;
  }
  [[nodiscard]] pawl::Offset end(const TopicPartition& where) const {
    const auto log = logs_.find(where);
    return pawl::Offset(log == logs_.end() ? 0
                                           : static_cast<std::int64_t>(log->second.entries.size()));
  }

  // What a transaction does with the records of the topology; those of the user stay.
  void commit() {
    for (auto& [where, log] : logs_) {
      log.committed = log.entries.size();
    }
  }
  void abort() {
    for (auto& [where, log] : logs_) {
      const auto since = log.entries.begin() + static_cast<std::ptrdiff_t>(log.committed);
      log.entries.erase(std::remove_if(since, log.entries.end(), written_by_topology),
                        log.entries.end());
    }
  }

 private:
  struct Entry {
    TestRecordBytes record;
    Writer writer;
  };
  struct Log {
    std::vector<Entry> entries;
    std::size_t committed = 0;  // how many of them are
  };
  static bool written_by_topology(const Entry& entry) { return entry.writer == Writer::topology; }

  std::map<TopicPartition, Log> logs_;
};

}  // namespace pawl::testing::internal

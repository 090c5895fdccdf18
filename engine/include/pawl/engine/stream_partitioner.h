// StreamPartitioner: chooses the partitions of each record that a sink or a repartition topic
// takes, in place of the hash of the key. Source:
// org.apache.kafka.streams.processor.StreamPartitioner (KIP-837: dropping and multicasting). Thread
// rule: called from several threads at once.
#pragma once

#include <pawl/model/ids.h>
#include <pawl/model/record.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pawl {

// Where one record goes.
class PartitionChoice {
 public:
  // To one partition.
  // NOLINTNEXTLINE(google-explicit-constructor): the usual case is to be written as what it is.
  PartitionChoice(PartitionId partition) : partition_(partition) {}
  // To several: one copy each, however often one is named.
  explicit PartitionChoice(std::vector<PartitionId> partitions) {
    std::sort(partitions.begin(), partitions.end());
    partitions.erase(std::unique(partitions.begin(), partitions.end()), partitions.end());
    several_ = std::move(partitions);
  }
  // As if there were no partitioner.
  static PartitionChoice by_default() {
    PartitionChoice choice(PartitionId(-1));
    choice.partition_.reset();
    return choice;
  }
  // Nowhere: the record is dropped, counted (records.dropped, reason partitioner).
  static PartitionChoice nowhere() { return PartitionChoice(std::vector<PartitionId>()); }

  // Calls `use(std::optional<PartitionId>)` for every copy, by partition. Returns: how many.
  template <class Use>
  std::size_t for_each(Use use) const {
    if (several_.has_value()) {
      for (const PartitionId partition : *several_) {
        use(std::optional(partition));
      }
      return several_->size();
    }
    use(partition_);
    return 1;
  }

 private:
  std::optional<PartitionId> partition_;
  std::optional<std::vector<PartitionId>> several_;
};

// `partitions`: how many the topic has.
template <class K, class V>
using StreamPartitioner = std::function<PartitionChoice(
    const Record<K, V>& record, const std::string& topic, std::int32_t partitions)>;

}  // namespace pawl

// RecordChooser: which partition of a task goes next: the one whose head record is earliest. The
// rule for ties is what differs: natively the lowest partition index wins, so the order never
// depends on when records arrived; Kafka Streams' own driver has the ties of
// java.util.PriorityQueue. Thread rule: owner thread only.
#pragma once

#include <pawl/model/timestamp.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

namespace pawl::internal {

class RecordChooser {
 public:
  RecordChooser() = default;
  RecordChooser(const RecordChooser&) = delete;
  RecordChooser& operator=(const RecordChooser&) = delete;
  virtual ~RecordChooser() = default;

  // A partition has a head record with this time. Requires: it had none since take() or from the
  // start.
  virtual void offer(std::size_t partition, Timestamp head) = 0;
  // Returns: the partition to go next, if any has a head.
  [[nodiscard]] virtual std::optional<std::size_t> peek() const = 0;
  // Removes what peek() returned. Requires: not empty.
  virtual std::size_t take() = 0;
  virtual void clear() = 0;
};

std::unique_ptr<RecordChooser> make_lowest_partition_chooser();
// Source: PartitionGroup.nonEmptyQueuesByTime, java.util.PriorityQueue.
std::unique_ptr<RecordChooser> make_java_chooser();

}  // namespace pawl::internal

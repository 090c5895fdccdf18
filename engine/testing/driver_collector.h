// DriverCollector: keeps what tasks send until somebody takes it. Thread rule: one thread.
#pragma once

#include "testing/driver_partitions.h"

#include <pawl/engine/output_collector.h>
#include <pawl/testing/test_topics.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace pawl::testing::internal {

class DriverCollector final : public OutputCollector {
 public:
  // `partitions`: of the topics; null: every topic has one. Outlives the object.
  explicit DriverCollector(const DriverPartitions* partitions = nullptr)
      : partitions_(partitions) {}

  void send(const OutputRecord& record) override;
  [[nodiscard]] std::uint64_t sent() const override { return sent_; }
  std::int32_t partition_count(const std::string& topic) override {
    return partitions_ == nullptr ? 1 : partitions_->of(topic);
  }
  // Returns: everything sent since the last call.
  std::vector<ProducedRecord> take() { return std::exchange(records_, {}); }
  void drop() { records_.clear(); }

 private:
  const DriverPartitions* partitions_;
  std::vector<ProducedRecord> records_;
  std::uint64_t sent_ = 0;
};

}  // namespace pawl::testing::internal

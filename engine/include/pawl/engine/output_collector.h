// OutputCollector: where sinks put their records. The engine sends them to Kafka inside the running
// transaction, the driver keeps them for the test to read. Thread rule: owner thread only.
#pragma once

#include <pawl/model/bytes.h>
#include <pawl/model/headers.h>
#include <pawl/model/ids.h>
#include <pawl/model/timestamp.h>

#include <cstdint>
#include <optional>
#include <string>

namespace pawl {

// A record on its way out. Lifetime: borrowed during send().
struct OutputRecord {
  const std::string* topic = nullptr;
  std::optional<PartitionId>
      partition;  // absent: the producer's partitioner decides (murmur2 of the key)
  NullableBytesView key;
  NullableBytesView value;
  Timestamp timestamp;  // unknown() = left to the producer
  const Headers* headers = &Headers::none();
};

class OutputCollector {
 public:
  OutputCollector() = default;
  OutputCollector(const OutputCollector&) = delete;
  OutputCollector& operator=(const OutputCollector&) = delete;
  virtual ~OutputCollector() = default;

  // Copies the record into the producer's queue; serves the producer while that is full. A failed
  // delivery fails the commit, so there is nothing to check here.
  virtual void send(const OutputRecord& record) = 0;
  // Returns: how many records were sent so far.
  [[nodiscard]] virtual std::uint64_t sent() const = 0;
  // Returns: how many partitions a topic has. Throws ProcessingStopped when the topic does not
  // exist.
  virtual std::int32_t partition_count(const std::string& topic) = 0;
};

}  // namespace pawl

// ConsumerClient: reads records of explicitly assigned partitions (no group membership: that is
// membership/). One per stream thread for its sources, one more while it restores. Thread rule:
// owner thread only; nothing is called back except inside poll().
#pragma once

#include <pawl/engine/input_record.h>
#include <pawl/model/result.h>
#include <pawl/model/topic_partition.h>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace pawl::internal {

// A number of the caller's that comes back with every record of a partition, so that records need
// no lookup by name.
using PartitionToken = std::uint32_t;

// A record together with the memory it views. Move-only; the views stay valid wherever it is moved.
class ConsumedRecord {
 public:
  using Release = void (*)(void* memory);

  ConsumedRecord() = default;
  // `headers` may be null. `memory` is released when the record dies.
  ConsumedRecord(const InputRecord& record, std::unique_ptr<Headers> headers, void* memory,
                 Release release)
      : record_(record), headers_(std::move(headers)), memory_(memory, release) {
    record_.headers = headers_ == nullptr ? &Headers::none() : headers_.get();
  }

  [[nodiscard]] const InputRecord& record() const { return record_; }
  // Memory it occupies, for back-pressure.
  [[nodiscard]] std::size_t bytes() const {
    return sizeof(ConsumedRecord) + record_.key.value_or(BytesView()).size() +
           record_.value.value_or(BytesView()).size();
  }

 private:
  static void release_nothing(void* /*memory*/) {}
  InputRecord record_;
  std::unique_ptr<Headers> headers_;
  std::unique_ptr<void, Release> memory_{nullptr, &release_nothing};
};

enum class LogicalOffset { beginning, end };

struct PartitionStart {
  TopicPartition where;
  std::variant<Offset, LogicalOffset> from;
  PartitionToken token = 0;
};

// What poll() delivers.
class ConsumerSink {
 public:
  ConsumerSink() = default;
  ConsumerSink(const ConsumerSink&) = delete;
  ConsumerSink& operator=(const ConsumerSink&) = delete;
  virtual ~ConsumerSink() = default;

  virtual void record(PartitionToken token, ConsumedRecord record) = 0;
  // Everything before `offset` was delivered (or is a transaction marker or aborted), and right now
  // there is no more: `offset` is the last stable offset for read_committed, the high watermark for
  // read_uncommitted.
  virtual void end_of_partition(PartitionToken token, Offset offset) = 0;
  // The position does not exist any more (retention, DeleteRecords, a topic made anew).
  virtual void out_of_range(PartitionToken token, const Error& error) = 0;
};

// What is committed for a partition.
struct CommittedOffset {
  Offset offset;
  std::string metadata;
};

class ConsumerClient {
 public:
  ConsumerClient() = default;
  ConsumerClient(const ConsumerClient&) = delete;
  ConsumerClient& operator=(const ConsumerClient&) = delete;
  virtual ~ConsumerClient() = default;

  // Starts reading further partitions. Requires: none of them is assigned.
  virtual Result<void> assign(std::span<const PartitionStart> partitions) = 0;
  // Stops reading partitions; no record of them comes any more, queued ones included.
  virtual Result<void> unassign(std::span<const TopicPartition> partitions) = 0;
  virtual Result<void> pause(std::span<const TopicPartition> partitions) = 0;
  virtual Result<void> resume(std::span<const TopicPartition> partitions) = 0;
  // Goes on from `offset`; after it returns no record read before the seek is delivered.
  virtual Result<void> seek(const TopicPartition& where, Offset offset) = 0;

  // Delivers what has arrived, waiting up to `timeout` for the first piece. At most `records_max`
  // records. Errors: fatal only; passing troubles (broker away) are logged and retried inside.
  virtual Result<void> poll(std::chrono::milliseconds timeout, std::size_t records_max,
                            ConsumerSink& sink) = 0;

  // Returns: the group's committed offsets, once no transaction can still change them
  // (RequireStable, KIP-447); partitions without one are missing. Errors: retriable (unstable or no
  // broker within `timeout`), fatal.
  virtual Result<std::map<TopicPartition, CommittedOffset>> committed(
      std::span<const TopicPartition> partitions, std::chrono::milliseconds timeout) = 0;
};

}  // namespace pawl::internal

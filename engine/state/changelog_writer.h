// ChangelogWriter: puts one store's writes on its partition of its changelog topic, and counts
// them. Thread rule: owner thread only.
#pragma once

#include <pawl/engine/output_collector.h>
#include <pawl/model/topic_partition.h>
#include <pawl/statestore/changelog.h>

#include <cstdint>
#include <utility>

namespace pawl::internal {

class ChangelogWriter final : public ChangelogSink {
 public:
  ChangelogWriter(TopicPartition changelog, OutputCollector& outputs)
      : changelog_(std::move(changelog)), outputs_(outputs) {}

  void append(BytesView key, NullableBytesView value, Timestamp timestamp,
              const Headers& headers) override {
    OutputRecord record;
    record.topic = &changelog_.topic;
    record.partition = changelog_.partition;
    record.key = key;
    record.value = value;
    record.timestamp = timestamp;
    record.headers = &headers;
    outputs_.send(record);
    ++records_;
    bytes_ += key.size() + value.value_or(BytesView()).size();
  }

  [[nodiscard]] const TopicPartition& changelog() const { return changelog_; }
  // Sent since the object was made, aborted transactions included.
  [[nodiscard]] std::uint64_t records() const { return records_; }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

 private:
  TopicPartition changelog_;
  OutputCollector& outputs_;
  std::uint64_t records_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace pawl::internal

// ChangelogWriter: puts one store's writes on its partition of its changelog topic, and counts
// them. The changelog of a store that mirrors a source topic is that topic: its writes are there
// already and are only counted. Thread rule: owner thread only.
#pragma once

#include <pawl/engine/output_collector.h>
#include <pawl/model/topic_partition.h>
#include <pawl/statestore/changelog.h>

#include <cstdint>
#include <utility>

namespace pawl::internal {

enum class ChangelogKind { own_topic, source_topic };

class ChangelogWriter final : public ChangelogSink {
 public:
  ChangelogWriter(TopicPartition changelog, ChangelogKind kind, OutputCollector& outputs)
      : changelog_(std::move(changelog)), kind_(kind), outputs_(outputs) {}

  void append(BytesView key, NullableBytesView value, Timestamp timestamp,
              const Headers& headers) override {
    ++written_;
    written_bytes_ += key.size() + value.value_or(BytesView()).size();
    if (kind_ == ChangelogKind::source_topic) {
      return;
    }
    OutputRecord record;
    record.topic = &changelog_.topic;
    record.partition = changelog_.partition;
    record.key = key;
    record.value = value;
    record.timestamp = timestamp;
    record.headers = &headers;
    outputs_.send(record);
  }

  // The transaction is over, and its marker is in the changelog if a record is.
  void end_transaction() {
    offsets_ += written_ + (written_ > 0 ? 1 : 0);
    bytes_ += written_bytes_;
    written_ = 0;
    written_bytes_ = 0;
  }

  [[nodiscard]] const TopicPartition& changelog() const { return changelog_; }
  // How far the changelog has grown since the object was made: records and markers, aborted
  // transactions included.
  [[nodiscard]] std::uint64_t offsets() const { return offsets_ + written_; }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_ + written_bytes_; }
  // Of these, the records of the transaction that is open.
  [[nodiscard]] std::uint64_t written() const { return written_; }
  [[nodiscard]] std::uint64_t written_bytes() const { return written_bytes_; }

 private:
  TopicPartition changelog_;
  ChangelogKind kind_;
  OutputCollector& outputs_;
  std::uint64_t offsets_ = 0;
  std::uint64_t written_ = 0;
  std::uint64_t written_bytes_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace pawl::internal

// InputTopic and OutputTopic: the typed ends of a TopologyDriver.
// Thread rule: one thread. Lifetime: as the driver that made them.
#pragma once

#include <pawl/model/bytes.h>
#include <pawl/model/headers.h>
#include <pawl/model/ids.h>
#include <pawl/model/timestamp.h>
#include <pawl/serde/serde.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pawl::testing {

struct TestRecordBytes {
  std::optional<Bytes> key;
  std::optional<Bytes> value;
  Timestamp timestamp;
  Headers headers;
  // Absent: as a producer chooses, by the key.
  std::optional<PartitionId> partition{};
};

struct ProducedRecord {
  enum class Kind { sink, repartition, changelog };
  Kind kind = Kind::sink;
  std::string topic;
  // Present if the topic has several, or the topology chose it.
  std::optional<PartitionId> partition;
  std::optional<Bytes> key;
  std::optional<Bytes> value;
  Timestamp timestamp;  // unknown() = left to the producer
  Headers headers;
};

template <class K, class V>
struct TestRecord {
  std::optional<K> key;
  std::optional<V> value;
  Timestamp timestamp;
  Headers headers;
  // Going in: absent: as a producer chooses, by the key. Coming out: present if the topic has
  // several.
  std::optional<PartitionId> partition{};
  friend bool operator==(const TestRecord&, const TestRecord&) = default;
};

namespace internal {

// The untyped driver.
class DriverCore;
void pipe(DriverCore& core, const std::string& topic, const TestRecordBytes& record);
// Returns: the next record of a topic that was not read yet.
std::optional<ProducedRecord> read(DriverCore& core, const std::string& topic);
std::size_t unread(DriverCore& core, const std::string& topic);
bool has_several_partitions(const DriverCore& core, const std::string& topic);
[[noreturn]] void undecodable(const std::string& topic, const Error& why);

}  // namespace internal

template <class K, class V>
class InputTopic {
 public:
  InputTopic(internal::DriverCore& core, std::string topic, Serde<K> key, Serde<V> value)
      : core_(core), topic_(std::move(topic)), key_(std::move(key)), value_(std::move(value)) {}

  // Sends a record and processes it, and what follows from it, to the end.
  void pipe(const K& key, const V& value, Timestamp timestamp, Headers headers = {}) {
    pipe(TestRecord<K, V>{key, value, timestamp, std::move(headers)});
  }
  void pipe(const TestRecord<K, V>& record) {
    TestRecordBytes bytes{std::nullopt, std::nullopt, record.timestamp, record.headers,
                          record.partition};
    if (record.key.has_value()) {
      bytes.key = key_.encode(*record.key);
    }
    if (record.value.has_value()) {
      bytes.value = value_.encode(*record.value);
    }
    internal::pipe(core_, topic_, bytes);
  }

 private:
  internal::DriverCore& core_;
  std::string topic_;
  Serde<K> key_;
  Serde<V> value_;
};

template <class K, class V>
class OutputTopic {
 public:
  OutputTopic(internal::DriverCore& core, std::string topic, Serde<K> key, Serde<V> value)
      : core_(core), topic_(std::move(topic)), key_(std::move(key)), value_(std::move(value)) {}

  // Returns: the next record, or nothing when all were read.
  std::optional<TestRecord<K, V>> read() {
    const std::optional<ProducedRecord> produced = internal::read(core_, topic_);
    if (!produced.has_value()) {
      return std::nullopt;
    }
    TestRecord<K, V> record{std::nullopt, std::nullopt, produced->timestamp, produced->headers};
    if (internal::has_several_partitions(core_, topic_)) {
      record.partition = produced->partition;
    }
    if (produced->key.has_value()) {
      check(key_.decode(*produced->key, record.key.emplace()));
    }
    if (produced->value.has_value()) {
      check(value_.decode(*produced->value, record.value.emplace()));
    }
    return record;
  }
  std::vector<TestRecord<K, V>> read_all() {
    std::vector<TestRecord<K, V>> records;
    while (auto record = read()) {
      records.push_back(*std::move(record));
    }
    return records;
  }
  [[nodiscard]] std::size_t unread() const { return internal::unread(core_, topic_); }
  [[nodiscard]] bool empty() const { return unread() == 0; }

 private:
  void check(const Result<void>& decoded) const {
    if (!decoded.has_value()) {
      internal::undecodable(topic_, decoded.error());
    }
  }
  internal::DriverCore& core_;
  std::string topic_;
  Serde<K> key_;
  Serde<V> value_;
};

}  // namespace pawl::testing

// AdminClient: topics, watermarks, deletion of records, the group's members.
// Thread rule: any thread, several at once. Every call ends within its timeout.
// Errors: retriable (no broker, timed out), fatal (authorization, unsupported); messages name the
// topic or group.
#pragma once

#include <pawl/model/result.h>
#include <pawl/model/timestamp.h>
#include <pawl/model/topic_partition.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace pawl::internal {

struct TopicDescription {
  std::int32_t partitions = 0;
  std::string id;  // Kafka's topic id (KIP-516) as text; empty where the broker has none
};

struct NewTopic {
  std::string name;
  std::int32_t partitions = 1;
  std::int32_t replication_factor = -1;  // -1: the broker's default
  std::map<std::string, std::string> config;
};

struct GroupMember {
  std::string member_id;
  std::string instance_id;
  std::string client_id;
};

struct GroupDescription {
  std::string state;  // Kafka's own word: Stable, Empty, Dead, PreparingRebalance...
  std::vector<GroupMember> members;
};

class AdminClient {
 public:
  AdminClient() = default;
  AdminClient(const AdminClient&) = delete;
  AdminClient& operator=(const AdminClient&) = delete;
  virtual ~AdminClient() = default;

  // Returns: the topics that exist.
  [[nodiscard]] virtual Result<std::map<std::string, TopicDescription>> describe_topics(
      const std::set<std::string>& topics, std::chrono::milliseconds timeout) const = 0;
  // Returns: the names of all topics that this client may see, those of the brokers included.
  [[nodiscard]] virtual Result<std::set<std::string>> list_topics(
      std::chrono::milliseconds timeout) const = 0;
  // Creates topics; one that exists already is no error (the caller verifies what it is).
  [[nodiscard]] virtual Result<void> create_topics(std::span<const NewTopic> topics,
                                                   std::chrono::milliseconds timeout) const = 0;
  // Returns: for each topic every config entry with its value, defaults included.
  [[nodiscard]] virtual Result<std::map<std::string, std::map<std::string, std::string>>>
  topic_configs(const std::set<std::string>& topics, std::chrono::milliseconds timeout) const = 0;

  // Returns: the high watermarks as read_uncommitted sees them: behind records of open
  // transactions.
  [[nodiscard]] virtual Result<std::map<TopicPartition, Offset>> end_offsets(
      std::span<const TopicPartition> partitions, std::chrono::milliseconds timeout) const = 0;
  // Returns: the last stable offsets, where a read_committed reader ends now: before the first
  // record of an open transaction.
  [[nodiscard]] virtual Result<std::map<TopicPartition, Offset>> last_stable_offsets(
      std::span<const TopicPartition> partitions, std::chrono::milliseconds timeout) const = 0;
  // Returns: the log start offsets.
  [[nodiscard]] virtual Result<std::map<TopicPartition, Offset>> start_offsets(
      std::span<const TopicPartition> partitions, std::chrono::milliseconds timeout) const = 0;
  // Returns: for each partition the offset of its first record whose timestamp is not below the
  // given one, as read_uncommitted sees it; partitions without such a record are missing. Requires:
  // no negative timestamp.
  [[nodiscard]] virtual Result<std::map<TopicPartition, Offset>> offsets_for_times(
      const std::map<TopicPartition, Timestamp>& times,
      std::chrono::milliseconds timeout) const = 0;
  // Deletes the records below the given offsets.
  [[nodiscard]] virtual Result<void> delete_records(const std::map<TopicPartition, Offset>& below,
                                                    std::chrono::milliseconds timeout) const = 0;

  [[nodiscard]] virtual Result<GroupDescription> describe_group(
      const std::string& group, std::chrono::milliseconds timeout) const = 0;
};

}  // namespace pawl::internal

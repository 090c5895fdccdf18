// Admin: AdminClient on librdkafka, one for the process. Every call has a queue of its own, so that
// several threads can ask at once. Thread rule: any thread.
#pragma once

#include "client/admin.h"
#include "client/rdkafka/instance.h"

#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>

namespace pawl::internal::rdkafka {

class Admin final : public AdminClient {
 public:
  explicit Admin(std::shared_ptr<Instance> instance) : instance_(std::move(instance)) {}

  [[nodiscard]] Result<std::map<std::string, TopicDescription>> describe_topics(
      const std::set<std::string>& topics, std::chrono::milliseconds timeout) const override;
  [[nodiscard]] Result<std::set<std::string>> list_topics(
      std::chrono::milliseconds timeout) const override;
  [[nodiscard]] Result<void> create_topics(std::span<const NewTopic> topics,
                                           std::chrono::milliseconds timeout) const override;
  [[nodiscard]] Result<std::map<std::string, std::map<std::string, std::string>>> topic_configs(
      const std::set<std::string>& topics, std::chrono::milliseconds timeout) const override;
  [[nodiscard]] Result<std::map<TopicPartition, Offset>> end_offsets(
      std::span<const TopicPartition> partitions, std::chrono::milliseconds timeout) const override;
  [[nodiscard]] Result<std::map<TopicPartition, Offset>> last_stable_offsets(
      std::span<const TopicPartition> partitions, std::chrono::milliseconds timeout) const override;
  [[nodiscard]] Result<std::map<TopicPartition, Offset>> start_offsets(
      std::span<const TopicPartition> partitions, std::chrono::milliseconds timeout) const override;
  [[nodiscard]] Result<std::map<TopicPartition, Offset>> offsets_for_times(
      const std::map<TopicPartition, Timestamp>& times,
      std::chrono::milliseconds timeout) const override;
  [[nodiscard]] Result<void> delete_records(const std::map<TopicPartition, Offset>& below,
                                            std::chrono::milliseconds timeout) const override;
  [[nodiscard]] Result<GroupDescription> describe_group(
      const std::string& group, std::chrono::milliseconds timeout) const override;

 private:
  std::shared_ptr<Instance> instance_;
};

}  // namespace pawl::internal::rdkafka

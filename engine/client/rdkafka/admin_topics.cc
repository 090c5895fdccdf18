// The part of Admin that is about topics: what exists, creating, configurations.
#include "client/rdkafka/admin.h"
#include "client/rdkafka/admin_call.h"
#include "client/rdkafka/error.h"

#include <array>
#include <fmt/format.h>
#include <span>
#include <utility>
#include <vector>

namespace pawl::internal::rdkafka {
namespace {

using NewTopicHandle = std::unique_ptr<rd_kafka_NewTopic_t, Deleter<rd_kafka_NewTopic_destroy>>;
using ResourceHandle =
    std::unique_ptr<rd_kafka_ConfigResource_t, Deleter<rd_kafka_ConfigResource_destroy>>;
using TopicNamesHandle =
    std::unique_ptr<rd_kafka_TopicCollection_t, Deleter<rd_kafka_TopicCollection_destroy>>;

using MetadataHandle =
    std::unique_ptr<const rd_kafka_metadata_t, Deleter<rd_kafka_metadata_destroy>>;

std::string topic_id(const rd_kafka_TopicDescription_t* topic) {
  const rd_kafka_Uuid_t* const id = rd_kafka_TopicDescription_topic_id(topic);
  const bool none = id == nullptr || (rd_kafka_Uuid_most_significant_bits(id) == 0 &&
                                      rd_kafka_Uuid_least_significant_bits(id) == 0);
  return none ? std::string() : std::string(rd_kafka_Uuid_base64str(id));
}

Result<NewTopicHandle> make_topic(const NewTopic& topic) {
  std::array<char, 256> why{};
  NewTopicHandle native(rd_kafka_NewTopic_new(topic.name.c_str(), topic.partitions,
                                              topic.replication_factor, why.data(), why.size()));
  if (native == nullptr) {
    return Error{ErrorKind::fatal, fmt::format("creating topic '{}': {}", topic.name, why.data())};
  }
  for (const auto& [name, value] : topic.config) {
    rd_kafka_NewTopic_set_config(native.get(), name.c_str(), value.c_str());
  }
  return native;
}

std::map<std::string, std::string> entries_of(const rd_kafka_ConfigResource_t* resource) {
  std::map<std::string, std::string> config;
  std::size_t count = 0;
  const rd_kafka_ConfigEntry_t* const* const entries =
      rd_kafka_ConfigResource_configs(resource, &count);
  for (std::size_t index = 0; index < count; ++index) {
    const char* const value = rd_kafka_ConfigEntry_value(entries[index]);
    config[rd_kafka_ConfigEntry_name(entries[index])] = value == nullptr ? "" : value;
  }
  return config;
}

}  // namespace

Result<std::map<std::string, TopicDescription>> Admin::describe_topics(
    const std::set<std::string>& topics, std::chrono::milliseconds timeout) const {
  std::map<std::string, TopicDescription> found;
  if (topics.empty()) {
    return found;
  }
  AdminCall call(instance_->get(), RD_KAFKA_ADMIN_OP_DESCRIBETOPICS, "describing topics", timeout);
  std::vector<const char*> names;
  names.reserve(topics.size());
  for (const std::string& topic : topics) {
    names.push_back(topic.c_str());
  }
  const TopicNamesHandle collection(
      rd_kafka_TopicCollection_of_topic_names(names.data(), names.size()));
  rd_kafka_DescribeTopics(call.client(), collection.get(), call.options(), call.queue());
  const EventHandle answer = PAWL_TRY(call.answer());
  std::size_t count = 0;
  const rd_kafka_TopicDescription_t** const descriptions = rd_kafka_DescribeTopics_result_topics(
      rd_kafka_event_DescribeTopics_result(answer.get()), &count);
  for (std::size_t index = 0; index < count; ++index) {
    const rd_kafka_TopicDescription_t* const topic = descriptions[index];
    const std::string name = rd_kafka_TopicDescription_name(topic);
    const rd_kafka_resp_err_t code = rd_kafka_error_code(rd_kafka_TopicDescription_error(topic));
    if (code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) {
      continue;
    }
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return to_error(code, fmt::format("describing topic '{}'", name));
    }
    std::size_t partitions = 0;
    rd_kafka_TopicDescription_partitions(topic, &partitions);
    found[name] = {static_cast<std::int32_t>(partitions), topic_id(topic)};
  }
  return found;
}

Result<std::set<std::string>> Admin::list_topics(std::chrono::milliseconds timeout) const {
  const rd_kafka_metadata_t* metadata = nullptr;
  const rd_kafka_resp_err_t code =
      rd_kafka_metadata(instance_->get(), 1, nullptr, &metadata, static_cast<int>(timeout.count()));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return to_error(code, "listing the topics");
  }
  const MetadataHandle owner(metadata);
  std::set<std::string> topics;
  const std::span all(metadata->topics, static_cast<std::size_t>(metadata->topic_cnt));
  for (const rd_kafka_metadata_topic_t& topic : all) {
    topics.insert(topic.topic);
  }
  return topics;
}

Result<void> Admin::create_topics(std::span<const NewTopic> topics,
                                  std::chrono::milliseconds timeout) const {
  if (topics.empty()) {
    return {};
  }
  AdminCall call(instance_->get(), RD_KAFKA_ADMIN_OP_CREATETOPICS, "creating topics", timeout);
  std::vector<NewTopicHandle> owners;
  std::vector<rd_kafka_NewTopic_t*> natives;
  for (const NewTopic& topic : topics) {
    owners.push_back(PAWL_TRY(make_topic(topic)));
    natives.push_back(owners.back().get());
  }
  rd_kafka_CreateTopics(call.client(), natives.data(), natives.size(), call.options(),
                        call.queue());
  const EventHandle answer = PAWL_TRY(call.answer());
  std::size_t count = 0;
  const rd_kafka_topic_result_t** const results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(answer.get()), &count);
  for (std::size_t index = 0; index < count; ++index) {
    const rd_kafka_resp_err_t code = rd_kafka_topic_result_error(results[index]);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR && code != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
      const char* const why = rd_kafka_topic_result_error_string(results[index]);
      return to_error(
          code, fmt::format("creating topic '{}'", rd_kafka_topic_result_name(results[index])),
          why == nullptr ? rd_kafka_err2str(code) : why);
    }
  }
  return {};
}

Result<std::map<std::string, std::map<std::string, std::string>>> Admin::topic_configs(
    const std::set<std::string>& topics, std::chrono::milliseconds timeout) const {
  std::map<std::string, std::map<std::string, std::string>> configs;
  if (topics.empty()) {
    return configs;
  }
  AdminCall call(instance_->get(), RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS,
                 "describing topic configurations", timeout);
  std::vector<ResourceHandle> owners;
  std::vector<rd_kafka_ConfigResource_t*> natives;
  for (const std::string& topic : topics) {
    owners.emplace_back(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
    natives.push_back(owners.back().get());
  }
  rd_kafka_DescribeConfigs(call.client(), natives.data(), natives.size(), call.options(),
                           call.queue());
  const EventHandle answer = PAWL_TRY(call.answer());
  std::size_t count = 0;
  const rd_kafka_ConfigResource_t** const resources = rd_kafka_DescribeConfigs_result_resources(
      rd_kafka_event_DescribeConfigs_result(answer.get()), &count);
  for (std::size_t index = 0; index < count; ++index) {
    const std::string name = rd_kafka_ConfigResource_name(resources[index]);
    const rd_kafka_resp_err_t code = rd_kafka_ConfigResource_error(resources[index]);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return to_error(code, fmt::format("describing the configuration of topic '{}'", name));
    }
    configs[name] = entries_of(resources[index]);
  }
  return configs;
}

}  // namespace pawl::internal::rdkafka

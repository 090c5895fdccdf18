#include "runtime/startup_topics.h"

#include "topology/internal_topics.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>
#include <utility>
#include <vector>

namespace pawl::internal {
namespace {

std::set<std::string> user_sources(const Topology& topology) {
  std::set<std::string> topics;
  for (const Subtopology& subtopology : topology.subtopologies()) {
    topics.insert(subtopology.source_topics.begin(), subtopology.source_topics.end());
  }
  return topics;
}

// Every internal topic as it ought to be.
std::vector<NewTopic> internal_topics(const Topology& topology, const Settings& settings,
                                      const PartitionCounts& counts) {
  std::vector<NewTopic> topics;
  topics.reserve(counts.repartition_topics.size());
  for (const auto& [name, partitions] : counts.repartition_topics) {
    topics.push_back({internal_topic_name(settings.application_id, name), partitions,
                      settings.replication_factor, repartition_topic_config()});
  }
  for (const Subtopology& subtopology : topology.subtopologies()) {
    if (subtopology.global) {
      continue;
    }
    const std::int32_t tasks = counts.tasks.at(subtopology.id);
    topics.push_back({task_topic_name(settings.application_id, subtopology.id), tasks,
                      settings.replication_factor, task_topic_config()});
    for (const std::string& store : subtopology.stores) {
      const StoreSpec& spec = topology.store(store);
      if (spec.logging == Logging::enabled && !spec.source_topic.has_value()) {
        topics.push_back({changelog_topic_name(settings.application_id, store), tasks,
                          settings.replication_factor,
                          changelog_topic_config(spec, settings.compatibility)});
      }
    }
  }
  return topics;
}

// `compact,delete` and `delete, compact` are the same policy.
std::set<std::string> policies(const std::string& text) {
  std::set<std::string> result;
  std::string word;
  for (const char c : text + ",") {
    if (c == ',') {
      result.insert(std::exchange(word, {}));
    } else if (c != ' ') {
      word += c;
    }
  }
  return result;
}

Result<void> verify_topic(const NewTopic& wanted, const TopicDescription& found,
                          const std::map<std::string, std::string>& config, LogSink& log) {
  if (found.partitions != wanted.partitions) {
    return Error{
        ErrorKind::fatal,
        fmt::format(
            "internal topic '{}' has {} partitions but the topology needs {}: did the partition "
            "count "
            "of an input topic change? Remedy: the former count, or another application_id (state "
            "starts anew)",
            wanted.name, found.partitions, wanted.partitions)};
  }
  const auto actual = config.find("cleanup.policy");
  const std::string& policy = wanted.config.at("cleanup.policy");
  if (actual != config.end() && policies(actual->second) != policies(policy)) {
    return Error{
        ErrorKind::fatal,
        fmt::format(
            "internal topic '{}' has cleanup.policy={} but needs {}: records that are still needed "
            "could be deleted. Remedy: alter the topic's cleanup.policy",
            wanted.name, actual->second, policy)};
  }
  const auto retention = wanted.config.find("retention.ms");
  const auto actual_retention = config.find("retention.ms");
  if (retention != wanted.config.end() && actual_retention != config.end() &&
      actual_retention->second != retention->second) {
    log.write(
        LogLevel::warning, "topics",
        fmt::format(
            "internal topic '{}' has retention.ms={} instead of {}: the broker may delete records "
            "that an "
            "open window still needs, when their event time is old. Remedy: alter its retention.ms",
            wanted.name, actual_retention->second, retention->second));
  }
  return {};
}

using TopicConfigs = std::map<std::string, std::map<std::string, std::string>>;

// Returns: the configs as they are.
Result<TopicConfigs> verify_topics(const std::vector<NewTopic>& wanted, const AdminClient& admin,
                                   LogSink& log, std::chrono::milliseconds timeout,
                                   const std::map<std::string, TopicDescription>& found) {
  std::set<std::string> names;
  for (const NewTopic& topic : wanted) {
    names.insert(topic.name);
  }
  TopicConfigs configs = PAWL_TRY(admin.topic_configs(names, timeout));
  for (const NewTopic& topic : wanted) {
    const auto config = configs.find(topic.name);
    PAWL_TRY(verify_topic(
        topic, found.at(topic.name),
        config == configs.end() ? std::map<std::string, std::string>() : config->second, log));
  }
  return configs;
}

// How long compacted topics keep deletions.
void note_deletions_kept(const TopicConfigs& configs, ResolvedTopics& resolved) {
  for (const auto& [topic, config] : configs) {
    const auto policy = config.find("cleanup.policy");
    const auto kept = config.find("delete.retention.ms");
    if (policy == config.end() || kept == config.end() ||
        !policies(policy->second).contains("compact")) {
      continue;
    }
    std::int64_t milliseconds = 0;
    const char* const end = kept->second.data() + kept->second.size();
    if (std::from_chars(kept->second.data(), end, milliseconds).ptr == end) {
      resolved.deletions_kept[topic] = std::chrono::milliseconds(milliseconds);
    }
  }
}

// Creates what is missing. Returns: all of them as they are; retriable while the brokers do not
// know a new one yet.
Result<std::map<std::string, TopicDescription>> create_missing(const std::vector<NewTopic>& wanted,
                                                               const AdminClient& admin,
                                                               LogSink& log,
                                                               std::chrono::milliseconds timeout) {
  std::set<std::string> names;
  for (const NewTopic& topic : wanted) {
    names.insert(topic.name);
  }
  auto found = PAWL_TRY(admin.describe_topics(names, timeout));
  std::vector<NewTopic> missing;
  for (const NewTopic& topic : wanted) {
    if (!found.contains(topic.name)) {
      missing.push_back(topic);
      log.write(LogLevel::info, "topics",
                fmt::format("creating internal topic '{}' with {} partitions", topic.name,
                            topic.partitions));
    }
  }
  if (missing.empty()) {
    return found;
  }
  PAWL_TRY(admin.create_topics(missing, timeout));
  found = PAWL_TRY(admin.describe_topics(names, timeout));
  for (const NewTopic& topic : missing) {
    if (!found.contains(topic.name)) {
      return Error{
          ErrorKind::retriable,
          fmt::format("internal topic '{}' was created and is not visible yet", topic.name)};
    }
  }
  return found;
}

// Stores that are restored from a topic of the user's. What such a topic forgets is missing after
// the next restore: a compacted one keeps the newest record of every key. Returns: the configs of
// these topics.
Result<TopicConfigs> warn_of_forgetful_sources(const Topology& topology, const AdminClient& admin,
                                               LogSink& log, std::chrono::milliseconds timeout) {
  std::map<std::string, std::string> stores;  // by topic
  for (const StoreSpec& store : topology.stores()) {
    if (store.source_topic.has_value()) {
      stores.emplace(*store.source_topic, store.name);
    }
  }
  if (stores.empty()) {
    return TopicConfigs();
  }
  std::set<std::string> names;
  for (const auto& [topic, store] : stores) {
    names.insert(topic);
  }
  TopicConfigs configs = PAWL_TRY(admin.topic_configs(names, timeout));
  for (const auto& [topic, store] : stores) {
    const auto config = configs.find(topic);
    if (config == configs.end() || !config->second.contains("cleanup.policy")) {
      continue;
    }
    const std::string& policy = config->second.at("cleanup.policy");
    const auto limit = [&](const std::string& name) {
      const auto found = config->second.find(name);
      return found == config->second.end() ? std::string("-1") : found->second;
    };
    if (policies(policy).contains("delete") &&
        (limit("retention.ms") != "-1" || limit("retention.bytes") != "-1")) {
      log.write(LogLevel::warning, "topics",
                fmt::format("store '{}' is restored from topic '{}', which has cleanup.policy={}: "
                            "keys whose records the broker deleted would be missing in it. Remedy: "
                            "alter the topic's cleanup.policy to compact, or its retention.ms and "
                            "retention.bytes to -1",
                            store, topic, policy));
    }
  }
  return configs;
}

}  // namespace

Result<ResolvedTopics> prepare_topics(const Topology& topology, const Settings& settings,
                                      const AdminClient& admin, LogSink& log,
                                      std::chrono::milliseconds timeout) {
  const std::set<std::string> users = user_sources(topology);
  const std::string& dead_letters = settings.errors.dead_letter_topic;
  std::set<std::string> asked = users;
  if (!dead_letters.empty()) {
    asked.insert(dead_letters);
  }
  const auto known = PAWL_TRY(admin.describe_topics(asked, timeout));
  if (!dead_letters.empty() && !known.contains(dead_letters)) {
    return Error{ErrorKind::fatal,
                 fmt::format("the dead-letter topic '{}' is missing on the broker: create it",
                             dead_letters)};
  }
  ResolvedTopics resolved;
  try {
    resolved.counts = count_partitions(topology, [&](const std::string& topic) {
      const auto found = known.find(topic);
      return found == known.end() ? std::nullopt : std::optional(found->second.partitions);
    });
  } catch (const TopologyError& mistake) {
    return Error{ErrorKind::fatal, mistake.what()};
  }
  for (const Subtopology& subtopology : topology.subtopologies()) {
    for (const std::string& topic : subtopology.source_topics) {
      if (subtopology.global) {
        resolved.global_partitions[topic] = known.at(topic).partitions;
      }
    }
  }
  for (const std::string& topic : users) {
    resolved.source_partitions[topic] = known.at(topic).partitions;
  }
  for (const auto& [name, partitions] : resolved.counts.repartition_topics) {
    resolved.source_partitions[internal_topic_name(settings.application_id, name)] = partitions;
  }
  const std::vector<NewTopic> wanted = internal_topics(topology, settings, resolved.counts);
  const auto found = PAWL_TRY(create_missing(wanted, admin, log, timeout));
  note_deletions_kept(PAWL_TRY(verify_topics(wanted, admin, log, timeout, found)), resolved);
  for (const auto& [name, description] : found) {
    resolved.changelog_ids[name] = description.id;
  }
  note_deletions_kept(PAWL_TRY(warn_of_forgetful_sources(topology, admin, log, timeout)), resolved);
  for (const StoreSpec& store : topology.stores()) {
    if (store.source_topic.has_value()) {
      resolved.changelog_ids[*store.source_topic] = known.at(*store.source_topic).id;
    }
  }
  return resolved;
}

}  // namespace pawl::internal

#include "topology/internal_topics.h"

#include <limits>

namespace pawl::internal {
namespace {

// windowstore.changelog.additional.retention.ms of Kafka Streams: one day.
constexpr std::int64_t kAdditionalRetentionMs = 86'400'000;

std::int64_t saturating_sum(std::int64_t left, std::int64_t right) {
  std::int64_t sum = 0;
  return __builtin_add_overflow(left, right, &sum) ? std::numeric_limits<std::int64_t>::max() : sum;
}

}  // namespace

std::string changelog_topic_name(const std::string& application_id, const std::string& store) {
  return application_id + "-" + store + "-changelog";
}

std::string changelog_of(const std::string& application_id, const StoreSpec& store) {
  return store.source_topic.has_value() ? *store.source_topic
                                        : changelog_topic_name(application_id, store.name);
}

std::string internal_topic_name(const std::string& application_id, const std::string& name) {
  return application_id + "-" + name;
}

std::string task_topic_name(const std::string& application_id, SubtopologyId subtopology) {
  return application_id + "-tasks-" + std::to_string(subtopology.value());
}

TopicConfig changelog_topic_config(const StoreSpec& store, Compatibility compatibility) {
  TopicConfig config{{"message.timestamp.type", "CreateTime"}, {"cleanup.policy", "compact"}};
  if (is_windowed(store)) {
    const bool java = compatibility == Compatibility::kafka_streams_4_3;
    // Rows that are kept as duplicates have keys of their own: there is nothing to compact. Kafka
    // Streams says so of plain stores only (WindowStoreBuilder).
    const bool plain = !store.timestamped && !store.headers;
    config["cleanup.policy"] = store.retain_duplicates && plain ? "delete" : "compact,delete";
    config["retention.ms"] =
        java ? std::to_string(saturating_sum(store.retention.count(), kAdditionalRetentionMs))
             : "-1";
  }
  if (store.kind == StoreKind::versioned_key_value) {
    // The history is restored from all records of a key, not from the last one only.
    config["min.compaction.lag.ms"] =
        std::to_string(saturating_sum(store.retention.count(), kAdditionalRetentionMs));
  }
  for (const auto& [name, value] : store.changelog_config) {
    config[name] = value;
  }
  return config;
}

TopicConfig repartition_topic_config() {
  return {{"cleanup.policy", "delete"},
          {"message.timestamp.type", "CreateTime"},
          {"retention.ms", "-1"},
          {"segment.bytes", "52428800"}};
}

TopicConfig task_topic_config() {
  return {{"cleanup.policy", "compact"}, {"message.timestamp.type", "CreateTime"}};
}

}  // namespace pawl::internal

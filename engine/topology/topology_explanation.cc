#include "topology/topology_explanation.h"

#include "topology/internal_topics.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <fmt/format.h>
#include <set>
#include <string_view>

namespace pawl::internal {
namespace {

// Returns: whether a name is of the plan's making: a prefix of its own, and between dashes, or
// behind the last, the ten digits of its counter.
bool is_generated(std::string_view name) {
  if (!name.starts_with("KSTREAM-") && !name.starts_with("KTABLE-") &&
      !name.starts_with("COGROUPKSTREAM-")) {
    return false;
  }
  constexpr std::size_t kDigits = 10;
  while (!name.empty()) {
    const std::string_view part = name.substr(0, name.find('-'));
    if (part.size() == kDigits && std::all_of(part.begin(), part.end(), [](char c) {
          return std::isdigit(static_cast<unsigned char>(c)) != 0;
        })) {
      return true;
    }
    name.remove_prefix(std::min(part.size() + 1, name.size()));
  }
  return false;
}

std::string duration_text(std::chrono::milliseconds duration) {
  const std::int64_t ms = duration.count();
  constexpr std::int64_t kSecond = 1'000;
  constexpr std::int64_t kMinute = 60 * kSecond;
  constexpr std::int64_t kHour = 60 * kMinute;
  if (ms != 0 && ms % kHour == 0) {
    return fmt::format("{} h", ms / kHour);
  }
  if (ms != 0 && ms % kMinute == 0) {
    return fmt::format("{} min", ms / kMinute);
  }
  if (ms != 0 && ms % kSecond == 0) {
    return fmt::format("{} s", ms / kSecond);
  }
  return fmt::format("{} ms", ms);
}

// Returns: what the store is.
std::string kind_text(const StoreSpec& store) {
  const char* const place = store.persistence == Persistence::persistent ? "on disk" : "in memory";
  switch (store.kind) {
    case StoreKind::key_value:
      return fmt::format("key-value store, {}", place);
    case StoreKind::window:
      return fmt::format("window store, {}, windows of {}, kept for {}, in segments of {}", place,
                         duration_text(store.window_size), duration_text(store.retention),
                         duration_text(segment_interval_of(store)));
    case StoreKind::session:
      return fmt::format("session store, {}, kept for {}, in segments of {}", place,
                         duration_text(store.retention), duration_text(segment_interval_of(store)));
    case StoreKind::versioned_key_value:
      return fmt::format("versioned key-value store, {}, with a history of {}", place,
                         duration_text(store.retention));
    case StoreKind::time_ordered_buffer:
      return "buffer, in memory";
  }
  return "store";
}

// Returns: what its size follows.
std::string growth_text(const StoreSpec& store) {
  switch (store.kind) {
    case StoreKind::key_value:
      return "one row per key that was not deleted: grows with the number of keys, never by itself "
             "back";
    case StoreKind::window:
      if (store.retain_duplicates) {
        return fmt::format("one row per record of the last {}: rate x retention",
                           duration_text(store.retention));
      }
      return fmt::format("one row per key and window of the last {}: keys x windows",
                         duration_text(store.retention));
    case StoreKind::session:
      return fmt::format("one row per key and session of the last {}: keys x sessions",
                         duration_text(store.retention));
    case StoreKind::versioned_key_value:
      return fmt::format(
          "one row per key that was not deleted, and one per version of the last {}: keys + "
          "updates",
          duration_text(store.retention));
    case StoreKind::time_ordered_buffer:
      return "one row per key and window that waits";
  }
  return {};
}

std::string config_text(const TopicConfig& config) {
  std::vector<std::string> entries;
  entries.reserve(config.size());
  for (const auto& [name, value] : config) {
    entries.push_back(fmt::format("{}={}", name, value));
  }
  return fmt::format("{}", fmt::join(entries, ", "));
}

std::string join_or_none(const std::set<std::string>& names) {
  return names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "));
}

std::string store_text(const StoreSpec& store, const std::string& application_id,
                       Compatibility compatibility) {
  std::string text = fmt::format("  store {}: {}\n    growth: {}\n", store.name, kind_text(store),
                                 growth_text(store));
  if (store.source_topic.has_value()) {
    text += fmt::format("    restored from its source topic {}\n", *store.source_topic);
  } else if (store.logging == Logging::enabled) {
    text += fmt::format("    changelog {} ({})\n", changelog_topic_name(application_id, store.name),
                        config_text(changelog_topic_config(store, compatibility)));
  } else {
    text += "    no changelog\n";
  }
  return text;
}

const StoreSpec& store_of(const TopologySpec& spec, const std::string& name) {
  return *std::find_if(spec.stores.begin(), spec.stores.end(),
                       [&](const StoreSpec& store) { return store.name == name; });
}

void warn_about_store(const StoreSpec& store, std::vector<std::string>& warnings) {
  if (is_generated(store.name)) {
    warnings.push_back(fmt::format(
        "store '{}' has a generated name: a verb that is added or removed before it changes the "
        "name, and its state is lost. Name it (Materialized::as, StreamJoined::store_name)",
        store.name));
  }
  if (store.logging == Logging::disabled) {
    warnings.push_back(fmt::format(
        "store '{}' has no changelog: its state is lost with the disk, and when its task moves to "
        "another instance",
        store.name));
  }
  const auto given = store.changelog_config.find("retention.ms");
  if (is_windowed(store) && given != store.changelog_config.end()) {
    std::int64_t retention = 0;
    const std::string& text = given->second;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), retention);
    if (parsed.ec == std::errc() && retention >= 0 && retention < store.retention.count()) {
      warnings.push_back(fmt::format(
          "the changelog of store '{}' keeps records for {}, less than the {} (window and grace) "
          "that the store does: what a restart restores lacks open windows. Raise retention.ms",
          store.name, duration_text(std::chrono::milliseconds(retention)),
          duration_text(store.retention)));
    }
  }
}

}  // namespace

std::string explain_topology(const TopologySpec& spec,
                             const std::vector<Subtopology>& subtopologies,
                             const std::string& application_id, Compatibility compatibility) {
  std::string text;
  for (const Subtopology& subtopology : subtopologies) {
    text += fmt::format("Subtopology {}: {} nodes, one task per partition of its sources\n",
                        subtopology.id.value(), subtopology.nodes.size());
    std::set<std::string> read = subtopology.source_topics;
    for (const std::size_t node : subtopology.nodes) {
      if (!spec.nodes[node].topic_pattern.empty()) {
        read.insert(fmt::format("all that match {}", spec.nodes[node].topic_pattern));
      }
    }
    text += fmt::format("  reads {}\n", join_or_none(read));
    text += fmt::format("  writes {}\n", join_or_none(subtopology.sink_topics));
    for (const RepartitionTopicSpec& topic : spec.repartition_topics) {
      if (subtopology.repartition_sources.contains(topic.name)) {
        text += fmt::format("  reads repartition topic {}, {} ({})\n",
                            internal_topic_name(application_id, topic.name),
                            topic.partitions.has_value()
                                ? fmt::format("{} partitions", *topic.partitions)
                                : std::string("as many partitions as its input"),
                            config_text(repartition_topic_config()));
      }
    }
    for (const std::string& store : subtopology.stores) {
      text += store_text(store_of(spec, store), application_id, compatibility);
    }
  }
  for (const std::string& warning : topology_warnings(spec)) {
    text += "Warning: " + warning + "\n";
  }
  return text;
}

std::vector<std::string> topology_warnings(const TopologySpec& spec) {
  std::vector<std::string> warnings;
  for (const StoreSpec& store : spec.stores) {
    warn_about_store(store, warnings);
  }
  for (const RepartitionTopicSpec& topic : spec.repartition_topics) {
    if (is_generated(topic.name)) {
      warnings.push_back(fmt::format(
          "repartition topic '{}' has a generated name: a verb that is added or removed before it "
          "changes the name, and what is in it is left unread. Name it (Grouped::as, "
          "Repartitioned::as, Joined::as, StreamJoined::as)",
          topic.name));
    }
  }
  return warnings;
}

}  // namespace pawl::internal

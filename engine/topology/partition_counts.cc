#include "topology/partition_counts.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>
#include <utility>
#include <vector>

namespace pawl::internal {
namespace {

// Returns: the groups of sources that must agree; those that share a source are one.
std::vector<std::set<std::string>> copartitioned_groups(const Topology& topology) {
  std::vector<std::set<std::string>> groups;
  for (std::set<std::string> group : topology.copartitioned_sources()) {
    std::erase_if(groups, [&](const std::set<std::string>& other) {
      const bool shared = std::any_of(other.begin(), other.end(), [&](const std::string& source) {
        return group.contains(source);
      });
      if (shared) {
        group.insert(other.begin(), other.end());
      }
      return shared;
    });
    groups.push_back(std::move(group));
  }
  return groups;
}

class Counter {
 public:
  Counter(const Topology& topology,
          const std::function<std::optional<std::int32_t>(const std::string&)>& source_partitions)
      : topology_(topology) {
    std::vector<std::string> missing;
    for (const Subtopology& subtopology : topology.subtopologies()) {
      for (const std::string& topic : subtopology.source_topics) {
        if (const auto count = source_partitions(topic)) {
          sources_[topic] = *count;
        } else {
          missing.push_back(topic);
        }
      }
    }
    if (!missing.empty()) {
      throw TopologyError(
          fmt::format("source topic{} missing on the broker: {}. Create {} (pawl does not create "
                      "the topics of users), or check "
                      "the names and the ACLs",
                      missing.size() == 1 ? "" : "s", fmt::join(missing, ", "),
                      missing.size() == 1 ? "it" : "them"));
    }
  }

  PartitionCounts run() {
    for (const RepartitionTopicSpec& topic : topology_.repartition_topics()) {
      if (topic.partitions.has_value()) {
        counts_.repartition_topics[topic.name] = *topic.partitions;
      }
    }
    // A repartition topic may be fed by a subtopology that reads another one: repeat until nothing
    // is unknown. The topics of a foreign-key join are upstream of each other; then what is known
    // already decides about one, and the others follow.
    while (derive(Upstream::all_known) || derive(Upstream::some_known)) {
    }
    for (const RepartitionTopicSpec& topic : topology_.repartition_topics()) {
      if (!counts_.repartition_topics.contains(topic.name)) {
        throw TopologyError(
            fmt::format("the partition count of repartition topic '{}' cannot be derived, because "
                        "it is upstream of itself: give it "
                        "a number with Repartitioned::partitions",
                        topic.name));
      }
    }
    for (const std::set<std::string>& group : copartitioned_groups(topology_)) {
      copartition(group);
    }
    for (const Subtopology& subtopology : topology_.subtopologies()) {
      if (!subtopology.global) {
        counts_.tasks[subtopology.id] = largest_source(subtopology).value_or(0);
      }
    }
    return std::move(counts_);
  }

 private:
  enum class Upstream { all_known, some_known };

  // Derives the counts of topics that are unknown; of one only, if not all upstream is known.
  // Returns: whether there was one.
  bool derive(Upstream upstream) {
    bool progress = false;
    for (const RepartitionTopicSpec& topic : topology_.repartition_topics()) {
      if (counts_.repartition_topics.contains(topic.name)) {
        continue;
      }
      if (const auto count = largest_upstream(topic.name, upstream)) {
        counts_.repartition_topics[topic.name] = *count;
        progress = true;
        if (upstream == Upstream::some_known) {
          return true;
        }
      }
    }
    return progress;
  }

  // Returns: the largest partition count among the sources of a subtopology, or nothing while one
  // is unknown that must be known.
  std::optional<std::int32_t> largest_source(const Subtopology& subtopology,
                                             Upstream upstream = Upstream::all_known) {
    std::int32_t largest = 0;
    for (const std::string& topic : subtopology.source_topics) {
      largest = std::max(largest, sources_.at(topic));
    }
    for (const std::string& topic : subtopology.repartition_sources) {
      const auto count = counts_.repartition_topics.find(topic);
      if (count != counts_.repartition_topics.end()) {
        largest = std::max(largest, count->second);
      } else if (upstream == Upstream::all_known) {
        return std::nullopt;
      }
    }
    return largest;
  }

  std::optional<std::int32_t> largest_upstream(const std::string& topic, Upstream upstream) {
    std::int32_t largest = 0;
    for (const Subtopology& subtopology : topology_.subtopologies()) {
      if (subtopology.repartition_sinks.contains(topic)) {
        const auto count = largest_source(subtopology, upstream);
        if (!count.has_value()) {
          return std::nullopt;
        }
        largest = std::max(largest, *count);
      }
    }
    return largest == 0 ? std::nullopt : std::optional(largest);
  }

  // Makes the topics of the named sources agree: those of users and those with a given number
  // decide, the others follow.
  void copartition(const std::set<std::string>& sources) {
    std::map<std::string, std::int32_t> fixed;
    std::vector<std::string> followers;
    std::int32_t largest_follower = 0;
    for (const NodeSpec& node : topology_.nodes()) {
      if (!sources.contains(node.name)) {
        continue;
      }
      for (const std::string& topic : node.topics) {
        if (node.topic_owner == TopicOwner::user) {
          fixed[topic] = sources_.at(topic);
        } else if (topology_.repartition_topic(topic).partitions.has_value()) {
          fixed[topic] = counts_.repartition_topics.at(topic);
        } else {
          followers.push_back(topic);
          largest_follower = std::max(largest_follower, counts_.repartition_topics.at(topic));
        }
      }
    }
    for (const auto& [topic, count] : fixed) {
      if (count != fixed.begin()->second) {
        throw TopologyError(
            fmt::format("topics that are joined must have equal partition counts, but '{}' has {} "
                        "and '{}' has {}: repartition one "
                        "of the streams, or recreate a topic",
                        fixed.begin()->first, fixed.begin()->second, topic, count));
      }
    }
    for (const std::string& topic : followers) {
      counts_.repartition_topics[topic] = fixed.empty() ? largest_follower : fixed.begin()->second;
    }
  }

  const Topology& topology_;
  std::map<std::string, std::int32_t> sources_;
  PartitionCounts counts_;
};

}  // namespace

PartitionCounts count_partitions(
    const Topology& topology,
    const std::function<std::optional<std::int32_t>(const std::string&)>& source_partitions) {
  return Counter(topology, source_partitions).run();
}

}  // namespace pawl::internal

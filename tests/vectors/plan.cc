#include "topology/internal_topics.h"
#include "vectors/replay.h"

#include <string_view>

namespace pawl::test {
namespace {

std::set<std::string> topics_on_broker(const std::set<std::string>& of_users,
                                       const std::set<std::string>& internal_ones,
                                       const std::string& application_id) {
  std::set<std::string> topics = of_users;
  for (const std::string& topic : internal_ones) {
    topics.insert(internal::internal_topic_name(application_id, topic));
  }
  return topics;
}

}  // namespace

std::vector<VectorSubtopology> plan_of(const Topology& topology,
                                       const std::string& application_id) {
  std::vector<VectorSubtopology> plan;
  for (const Subtopology& subtopology : topology.subtopologies()) {
    if (subtopology.global) {
      continue;  // it has no tasks, and no topics of its own
    }
    VectorSubtopology& part = plan.emplace_back();
    part.source_topics = topics_on_broker(subtopology.source_topics,
                                          subtopology.repartition_sources, application_id);
    part.sink_topics =
        topics_on_broker(subtopology.sink_topics, subtopology.repartition_sinks, application_id);
    for (const std::string& topic : subtopology.repartition_sources) {
      part.repartition_topics[internal::internal_topic_name(application_id, topic)] = {
          topology.repartition_topic(topic).partitions, internal::repartition_topic_config()};
    }
    for (const std::string& store : subtopology.stores) {
      const StoreSpec& spec = topology.store(store);
      if (spec.source_topic.has_value()) {
        part.changelog_topics[*spec.source_topic] = {
            std::nullopt, internal::changelog_topic_config(spec, Compatibility::kafka_streams_4_3)};
      } else if (spec.logging == Logging::enabled) {
        part.changelog_topics[internal::changelog_topic_name(application_id, store)] = {
            std::nullopt, internal::changelog_topic_config(spec, Compatibility::kafka_streams_4_3)};
      }
    }
  }
  return plan;
}

std::string without_classes(const std::string& description) {
  constexpr std::string_view kLabel = "extractor class: ";
  std::string result = description;
  for (std::size_t at = result.find(kLabel); at != std::string::npos;
       at = result.find(kLabel, at)) {
    at += kLabel.size();
    result.replace(at, result.find(')', at) - at, "*");
  }
  return result;
}

}  // namespace pawl::test

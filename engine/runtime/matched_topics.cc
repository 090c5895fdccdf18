#include "runtime/matched_topics.h"

#include "topology/internal_topics.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>

namespace pawl::internal {
namespace {

constexpr std::array<std::string_view, 3> kTopicsOfBrokers{
    "__consumer_offsets", "__transaction_state", "__share_group_state"};

// Whether a topic is one that the application made, now or as another topology. Source:
// StreamsResetter.isInternalTopic.
bool is_own(std::string_view topic, const std::string& application_id) {
  const std::string prefix = application_id + "-";
  if (!topic.starts_with(prefix)) {
    return false;
  }
  return topic.starts_with(prefix + "tasks-") || topic.ends_with("-changelog") ||
         topic.ends_with("-repartition") || topic.ends_with("-subscription-registration-topic") ||
         topic.ends_with("-subscription-response-topic") ||
         (topic.ends_with("-topic") &&
          topic.find("-KTABLE-FK-JOIN-SUBSCRIPTION-RE") != std::string_view::npos);
}

}  // namespace

Result<Topology> match_topics(const Topology& topology, const Settings& settings,
                              const AdminClient& admin, std::chrono::milliseconds timeout) {
  if (!topology.has_patterns()) {
    return topology;
  }
  std::set<std::string> topics = PAWL_TRY(admin.list_topics(timeout));
  std::erase_if(topics, [&](const std::string& topic) {
    return std::find(kTopicsOfBrokers.begin(), kTopicsOfBrokers.end(), topic) !=
               kTopicsOfBrokers.end() ||
           is_own(topic, settings.application_id) || topic == settings.errors.dead_letter_topic;
  });
  for (const RepartitionTopicSpec& topic : topology.repartition_topics()) {
    topics.erase(internal_topic_name(settings.application_id, topic.name));
  }
  try {
    return topology.reading(topics);
  } catch (const TopologyError& mistake) {
    return Error{ErrorKind::fatal, mistake.what()};
  }
}

}  // namespace pawl::internal

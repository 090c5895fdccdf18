#include "topology/topic_patterns.h"

#include <boost/regex.hpp>

#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <stdexcept>

namespace pawl::internal {
namespace {

class Pattern {
 public:
  explicit Pattern(const NodeSpec& source) : source_(source) {
    try {
      regex_.assign(source.topic_pattern);
    } catch (const std::runtime_error& error) {
      refuse(error);
    }
  }
  // Returns: whether the whole name fits.
  [[nodiscard]] bool matches(const std::string& topic) const {
    try {
      return boost::regex_match(topic, regex_);
    } catch (const std::runtime_error& error) {
      refuse(error);
    }
  }

 private:
  [[noreturn]] void refuse(const std::runtime_error& error) const {
    throw TopologyError(fmt::format(
        "the topic pattern '{}' of source '{}' cannot be used: {}. It is a regular expression as "
        "Perl and Java write them, such as 'orders-.*'",
        source_.topic_pattern, source_.name, error.what()));
  }

  const NodeSpec& source_;
  boost::regex regex_;
};

bool names_topics_of_users(const NodeSpec& node) {
  return node.kind == NodeKind::source && node.topic_owner == TopicOwner::user &&
         node.topic_pattern.empty();
}

}  // namespace

void validate_patterns(const TopologySpec& spec) {
  for (const NodeSpec& source : spec.nodes) {
    if (source.topic_pattern.empty()) {
      continue;
    }
    const Pattern pattern(source);
    for (const NodeSpec& other : spec.nodes) {
      if (!names_topics_of_users(other)) {
        continue;
      }
      for (const std::string& topic : other.topics) {
        if (pattern.matches(topic)) {
          throw TopologyError(fmt::format(
              "topic '{}' of source '{}' matches the pattern '{}' of source '{}', too: a topic is "
              "read by one source; use that stream twice, or make the pattern narrower",
              topic, other.name, source.topic_pattern, source.name));
        }
      }
    }
  }
}

void match_patterns(TopologySpec& spec, const std::set<std::string>& topics) {
  for (NodeSpec& source : spec.nodes) {
    if (source.topic_pattern.empty()) {
      continue;
    }
    const Pattern pattern(source);
    source.topics.clear();
    std::copy_if(topics.begin(), topics.end(), std::back_inserter(source.topics),
                 [&](const std::string& topic) { return pattern.matches(topic); });
    if (source.topics.empty()) {
      throw TopologyError(fmt::format(
          "none of the {} topics that can be seen matches the pattern '{}' of source '{}'. Create "
          "one (pawl does not create the topics of users), or check the pattern and the ACLs",
          topics.size(), source.topic_pattern, source.name));
    }
  }
}

}  // namespace pawl::internal

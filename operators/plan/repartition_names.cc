#include <pawl/operators/stream_plan.h>

#include <cctype>
#include <string_view>

namespace pawl::internal {
namespace {

constexpr const char* kRepartitionSuffix = "-repartition";

// Whether a topic prefix is a generated node name: begins with KSTREAM and ends with ten digits
// behind a dash. Source: KStreamImpl.createRepartitionedSource.
bool is_generated(std::string_view prefix) {
  if (prefix.size() < 11 || !prefix.starts_with("KSTREAM")) {
    return false;
  }
  const std::string_view tail = prefix.substr(prefix.size() - 11);
  if (tail.front() != '-') {
    return false;
  }
  for (const char digit : tail.substr(1)) {
    if (std::isdigit(static_cast<unsigned char>(digit)) == 0) {
      return false;
    }
  }
  return true;
}

}  // namespace

RepartitionNames repartition_names(LogicalPlan& plan, const std::string& topic_prefix) {
  RepartitionNames names;
  names.topic =
      topic_prefix.ends_with(kRepartitionSuffix) ? topic_prefix : topic_prefix + kRepartitionSuffix;
  names.sink = plan.next_name("KSTREAM-SINK-");
  names.filter = plan.next_name("KSTREAM-FILTER-");
  names.source = plan.next_name("KSTREAM-SOURCE-");
  if (!is_generated(topic_prefix)) {
    names.sink = names.topic + "-sink";
    names.filter = names.topic + "-filter";
    names.source = names.topic + "-source";
  }
  return names;
}

}  // namespace pawl::internal

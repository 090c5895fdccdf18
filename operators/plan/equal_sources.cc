// Topics that are read at several places become one source of the plan.
#include "plan/optimized_plan.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace pawl::internal {

// Source: InternalStreamsBuilder.mergeDuplicateSourceNodes.
void OptimizedPlan::merge_equal_sources() {
  for (auto node = nodes_.begin(); node != nodes_.end(); ++node) {
    if (!(*node)->source.has_value()) {
      continue;
    }
    const auto first = std::find_if(nodes_.begin(), node, [&](const auto& earlier) {
      return earlier->source.has_value() && earlier->source->reads_same_topics(*(*node)->source);
    });
    if (first == node) {
      continue;
    }
    const std::string topics = (*node)->source->topic_pattern.empty()
                                   ? fmt::format("{}", fmt::join((*node)->source->topics, ", "))
                                   : (*node)->source->topic_pattern;
    if ((*first)->source->types != (*node)->source->types) {
      throw TopologyError(fmt::format(
          "topic '{}' is read twice with different types: read it once and convert the values",
          topics));
    }
    if (!(*first)->source->reads_like(*(*node)->source)) {
      throw TopologyError(
          fmt::format("topic '{}' is read twice with different starts, timestamps or serdes, but "
                      "it becomes one source: give both places the same Consumed and serdes",
                      topics));
    }
    new_sources_[(*node)->output()] = (*first)->output();
    (*node)->reroute((*first)->output());
  }
}

}  // namespace pawl::internal

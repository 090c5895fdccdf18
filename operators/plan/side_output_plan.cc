#include <pawl/model/assert.h>
#include <pawl/operators/side_output_plan.h>

namespace pawl::internal {

std::vector<std::string> dropped_by_verb(const PlanNode& verb) {
  return {verb.output()};
}

std::vector<std::string> dropped_by_filter(const PlanNode& repartition) {
  const PlanNode* node = &repartition;
  while (!node->traits.repartition.has_value()) {
    PAWL_ASSERT(!node->parents().empty(), repartition.output());
    node = node->parents().front();
  }
  return {node->traits.repartition->filter};
}

}  // namespace pawl::internal

// add_cogroup: puts an aggregation of several grouped streams into the plan: a node for each of
// them, all with the same store, and one behind them that brings their changes together. Source:
// CogroupedStreamAggregateBuilder.createTable. Thread rule: one thread, until the topology is
// built.
#pragma once

#include <pawl/operators/cogroup_input.h>
#include <pawl/operators/nodes/pass_through_node.h>
#include <pawl/operators/side_output_plan.h>
#include <pawl/operators/table_view.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace pawl::internal {

struct CogroupNodes {
  PlanNode* merged = nullptr;
  std::set<std::string> sources;
};

// `make_factory(kept, name, old_values)` returns the factory of the node of one input, of which it
// gets CogroupInput::Kept. `view`:
// that of the resulting table, whose keys are KOut.
template <class KOut, class A, class MakeFactory, class... Inputs>
CogroupNodes add_cogroup(const std::tuple<Inputs...>& inputs, const std::string& store,
                         const Named& named, const std::shared_ptr<TableView<KOut, A>>& view,
                         const MakeFactory& make_factory) {
  LogicalPlan& plan = *std::get<0>(inputs).group.stream.plan;
  CogroupNodes nodes;
  std::vector<PlanNode*> located;
  std::vector<std::function<void(PlanNode&)>> side_outputs;
  std::apply(
      [&](const auto&... input) {
        const auto locate = [&](const auto& stream) {
          located.push_back(stream.node);
          side_outputs.push_back(
              [stream](PlanNode& aggregate) { add_side_output(stream, aggregate); });
          nodes.sources.insert(stream.sources.begin(), stream.sources.end());
        };
        (locate(input.co_located(store)), ...);
      },
      inputs);
  if (located.size() > 1) {
    plan.copartition(nodes.sources);
  }
  std::vector<PlanNode*> aggregates;
  const auto add_input = [&](const auto& input) {
    const std::size_t at = aggregates.size();
    std::string name = plan.next_name(kCogroupAggregatePrefix);
    if (named.name().has_value()) {
      name = *named.name() + "-cogroup-agg-" + std::to_string(at);
    }
    aggregates.push_back(&plan.add(name, {located[at]},
                                   [name, store, kept = input.kept(), make_factory, view](
                                       const PlanNode& node, TopologySpec& topology) {
                                     NodeSpec processor;
                                     processor.name = name;
                                     processor.parents = node.parent_outputs();
                                     processor.stores = {store};
                                     processor.factory =
                                         make_factory(kept, name, view->old_values());
                                     topology.nodes.push_back(std::move(processor));
                                   }));
  };
  std::apply([&](const auto&... input) { (add_input(input), ...); }, inputs);
  std::string name = plan.next_name(kCogroupMergePrefix);
  if (named.name().has_value()) {
    name = *named.name() + "-cogroup-merge";
  }
  nodes.merged =
      &plan.add_processor(name, aggregates, node_factory<PassThroughNode<KOut, Change<A>>>(name));
  for (std::size_t at = 0; at < aggregates.size(); ++at) {
    side_outputs[at](*aggregates[at]);
  }
  return nodes;
}

}  // namespace pawl::internal

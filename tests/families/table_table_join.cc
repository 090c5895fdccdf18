// Outer join of two tables: every update of either makes one result, with what the other had then.
#include "families/comparison.h"
#include "families/families.h"

#include <pawl/operators/stateless_verbs.h>
#include <pawl/operators/stream_builder.h>
#include <pawl/operators/table_table_join_verb.h>
#include <pawl/serde/primitives.h>

#include <set>
#include <utility>

namespace pawl::test {
namespace {

constexpr int kKeys = 40;
constexpr int kRecordsPerStep = 150;

Topology topology(const std::string& prefix) {
  StreamBuilder builder;
  const auto left =
      builder.table<std::string, std::string>(prefix + "left", Materialized::as("left-rows"));
  const auto right =
      builder.table<std::string, std::string>(prefix + "right", Materialized::as("right-rows"));
  left.outer_join(right, both, Materialized::as("joined-rows")).to_stream().to(prefix + "out");
  return builder.build();
}

std::vector<TopicRecords> steps(Dice& dice) {
  std::vector<TopicRecords> steps;
  std::map<std::string, std::set<std::string>> present;
  for (int epoch = 0; epoch < kEpochs; ++epoch) {
    TopicRecords step;
    for (const char* const side : {"left", "right"}) {
      for (int record = 0; record < kRecordsPerStep; ++record) {
        const std::string key = dice.key("k", kKeys);
        // Deleting what is not there makes no result.
        if (dice.one_in(5) && present[side].erase(key) > 0) {
          step[side].push_back(to_delete(key, dice.time_in(epoch)));
        } else {
          present[side].insert(key);
          step[side].push_back(to_send(key, side[0] + dice.unique(), dice.time_in(epoch)));
        }
      }
    }
    steps.push_back(std::move(step));
  }
  return steps;
}

const std::string* pointer(const std::optional<std::string>& value) {
  return value.has_value() ? &*value : nullptr;
}

// The results of a key are a path: each takes one further update of one side. The order of the two
// sides is free, so all paths are followed at once. A lost, doubled or wrong result leaves none.
void check_path(const std::string& key, const Histories& lefts, const Histories& rights,
                const std::vector<std::optional<std::string>>& results, Differences& differences) {
  std::vector<std::optional<std::string>> left = {std::nullopt};
  std::vector<std::optional<std::string>> right = {std::nullopt};
  if (const auto found = lefts.find(key); found != lefts.end()) {
    left.insert(left.end(), found->second.begin(), found->second.end());
  }
  if (const auto found = rights.find(key); found != rights.end()) {
    right.insert(right.end(), found->second.begin(), found->second.end());
  }
  std::set<std::pair<std::size_t, std::size_t>> reached = {{0, 0}};
  for (std::size_t position = 0; position < results.size(); ++position) {
    std::set<std::pair<std::size_t, std::size_t>> next;
    const auto visit = [&](std::size_t l, std::size_t r) {
      if (l < left.size() && r < right.size()) {
        const bool any = left[l].has_value() || right[r].has_value();
        const auto result =
            any ? std::optional(both(pointer(left[l]), pointer(right[r]))) : std::nullopt;
        if (result == results[position]) {
          next.emplace(l, r);
        }
      }
    };
    for (const auto& [l, r] : reached) {
      visit(l + 1, r);
      visit(l, r + 1);
    }
    if (next.empty()) {
      differences.tell("out: result ", position, " of ", key, ", ", text_of(results[position]),
                       ", follows from no order of the updates");
      return;
    }
    reached = std::move(next);
  }
  if (!reached.contains({left.size() - 1, right.size() - 1})) {
    differences.tell("out: ", key, " has ", results.size(), " results instead of ",
                     left.size() + right.size() - 2);
  }
}

void check(const TopicRecords& topics, Differences& differences) {
  const Histories left = histories_of(topics.at("left"));
  const Histories right = histories_of(topics.at("right"));
  Histories results = histories_of(topics.at("out"));
  for (const Histories* const side : {&left, &right}) {
    for (const auto& [key, values] : *side) {
      results.try_emplace(key);
    }
  }
  for (const auto& [key, values] : results) {
    check_path(key, left, right, values, differences);
  }
}

}  // namespace

Family table_table_join() {
  return {.name = "TableTableOuterJoin",
          .inputs = {{"left"}, {"right"}},
          .outputs = {"out"},
          .topology = topology,
          .steps = steps,
          .check = check};
}

}  // namespace pawl::test

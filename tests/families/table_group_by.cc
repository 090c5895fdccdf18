// Rows of a table in groups: what a row added is taken away again when it changes its group or
// goes.
#include "families/comparison.h"
#include "families/families.h"
#include "families/group_totals.h"

#include <pawl/operators/stateless_verbs.h>
#include <pawl/operators/stream_builder.h>
#include <pawl/operators/table_group_by_verb.h>
#include <pawl/serde/primitives.h>

namespace pawl::test {
namespace {

constexpr int kKeys = 60;
constexpr int kGroups = 10;
constexpr int kRecordsPerStep = 250;

Topology topology(const std::string& prefix) {
  StreamBuilder builder;
  builder.table<std::string, std::string>(prefix + "in", Materialized::as("rows"))
      .group_by(group_and_amount, Grouped::as("by-group"))
      .aggregate(no_rows, with_row, without_row, Materialized::as("groups"))
      .to_stream()
      .to(prefix + "out");
  return builder.build();
}

std::vector<TopicRecords> steps(Dice& dice) {
  std::vector<TopicRecords> steps;
  for (int epoch = 0; epoch < kEpochs; ++epoch) {
    std::vector<StoredRecord> records;
    for (int record = 0; record < kRecordsPerStep; ++record) {
      const std::string key = dice.key("k", kKeys);
      const std::int64_t time = dice.time_in(epoch);
      records.push_back(dice.one_in(6)
                            ? to_delete(key, time)
                            : to_send(key, dice.key("g", kGroups) + ":" + dice.unique(), time));
    }
    steps.push_back({{"in", std::move(records)}});
  }
  return steps;
}

void check(const TopicRecords& topics, Differences& differences) {
  compare_groups("out", topics.at("in"), topics.at("out"), differences);
}

}  // namespace

Family table_group_by() {
  return {.name = "TableGroupBy",
          .inputs = {{"in"}},
          .outputs = {"out"},
          .topology = topology,
          .steps = steps,
          .check = check};
}

}  // namespace pawl::test

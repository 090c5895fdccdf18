// A versioned table with updates out of order: all of them are passed on and kept, and only the
// latest of each key counts in its group.
#include "families/comparison.h"
#include "families/families.h"
#include "families/group_totals.h"
#include "support/uncompacted.h"

#include <pawl/operators/stateless_verbs.h>
#include <pawl/operators/stream_builder.h>
#include <pawl/operators/table_group_by_verb.h>
#include <pawl/serde/primitives.h>

#include <set>
#include <utility>

namespace pawl::test {
namespace {

constexpr int kKeys = 60;
constexpr int kGroups = 10;
constexpr int kRecordsPerStep = 250;
constexpr std::chrono::milliseconds kHistory{120'000};

Topology topology(const std::string& prefix) {
  StreamBuilder builder;
  const auto rows = builder.table<std::string, std::string>(
      prefix + "in", Materialized::as_versioned("rows", kHistory).changelog_config(uncompacted()));
  rows.to_stream().to(prefix + "updates");
  rows.group_by(group_and_amount, Grouped::as("by-group"))
      .aggregate(no_rows, with_row, without_row, Materialized::as("groups"))
      .to_stream()
      .to(prefix + "groups");
  return builder.build();
}

std::vector<TopicRecords> steps(Dice& dice) {
  std::vector<TopicRecords> steps;
  std::set<std::pair<std::string, std::int64_t>> versions;
  for (int epoch = 0; epoch < kEpochs; ++epoch) {
    std::vector<StoredRecord> records;
    while (records.size() < kRecordsPerStep) {
      const std::string key = dice.key("k", kKeys);
      // Some are from an epoch that is long over.
      const std::int64_t time = dice.time_in(dice.one_in(10) ? dice.below(epoch + 1) : epoch);
      if (versions.emplace(key, time).second) {
        records.push_back(dice.one_in(6)
                              ? to_delete(key, time)
                              : to_send(key, dice.key("g", kGroups) + ":" + dice.unique(), time));
      }
    }
    steps.push_back({{"in", std::move(records)}});
  }
  return steps;
}

void check(const TopicRecords& topics, Differences& differences) {
  const std::vector<StoredRecord>& in = topics.at("in");
  compare("updates", texts_of(in), texts_of(topics.at("updates")), differences);
  std::map<std::string, Timestamp> latest;
  std::vector<StoredRecord> counted;
  for (const StoredRecord& record : in) {
    const auto [known, is_new] = latest.try_emplace(*record.key, record.timestamp);
    // An update of the past does not reach the groups.
    if (is_new || record.timestamp > known->second) {
      known->second = record.timestamp;
      counted.push_back(record);
    }
  }
  compare_groups("groups", counted, topics.at("groups"), differences);
}

std::vector<std::string> keys() {
  std::vector<std::string> keys;
  for (int number = 0; number < kKeys; ++number) {
    keys.push_back("k" + std::to_string(number));
  }
  return keys;
}

}  // namespace

Family versioned_table() {
  return {.name = "VersionedTable",
          .inputs = {{"in"}},
          .outputs = {"updates", "groups"},
          .topology = topology,
          .steps = steps,
          .check = check,
          .versioned_keys = keys()};
}

}  // namespace pawl::test

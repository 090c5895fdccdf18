// Join of a stream with a versioned table, with grace: each record waits until the table has all of
// its time, and gets the value that the table had then.
#include "families/comparison.h"
#include "families/families.h"
#include "support/uncompacted.h"

#include <pawl/operators/stateless_verbs.h>
#include <pawl/operators/stream_builder.h>
#include <pawl/operators/stream_table_join_verb.h>
#include <pawl/serde/primitives.h>

#include <set>
#include <utility>

namespace pawl::test {
namespace {

constexpr int kKeys = 40;
constexpr int kRecordsPerStep = 150;
// Longer than an epoch: records leave when a later epoch begins, and by then all updates of their
// own have come.
constexpr std::chrono::milliseconds kGrace{2 * kEpochLength};
constexpr std::chrono::milliseconds kHistory{120'000};

Topology topology(const std::string& prefix) {
  StreamBuilder builder;
  const auto prices = builder.table<std::string, std::string>(
      prefix + "prices",
      Materialized::as_versioned("prices", kHistory).changelog_config(uncompacted()));
  builder.stream<std::string, std::string>(prefix + "orders")
      .left_join(
          prices,
          [](const std::string& order, const std::string* price) { return both(&order, price); },
          Joined::as("priced").grace(kGrace))
      .to(prefix + "out");
  return builder.build();
}

std::vector<TopicRecords> steps(Dice& dice) {
  std::vector<TopicRecords> steps;
  std::set<std::pair<std::string, std::int64_t>> versions;
  for (int epoch = 0; epoch < kEpochs; ++epoch) {
    TopicRecords step;
    for (int record = 0; record < kRecordsPerStep; ++record) {
      const std::string key = dice.key("k", kKeys);
      const std::int64_t time = dice.time_in(epoch);
      if (versions.emplace(key, time).second) {
        step["prices"].push_back(dice.one_in(10) ? to_delete(key, time)
                                                 : to_send(key, "p" + dice.unique(), time));
      }
      step["orders"].push_back(
          to_send(dice.key("k", kKeys), "o" + dice.unique(), dice.time_in(epoch)));
    }
    steps.push_back(std::move(step));
  }
  // They wait themselves when all others have gone.
  steps.push_back({{"orders", closing_records("end-")}});
  return steps;
}

void check(const TopicRecords& topics, Differences& differences) {
  Texts wanted;
  for (const StoredRecord& order : topics.at("orders")) {
    if (order.key->starts_with("end-")) {
      continue;
    }
    const StoredRecord* version = nullptr;
    for (const StoredRecord& price : topics.at("prices")) {
      if (price.key == order.key && price.timestamp <= order.timestamp &&
          (version == nullptr || price.timestamp > version->timestamp)) {
        version = &price;
      }
    }
    const bool has_price = version != nullptr && version->value.has_value();
    wanted.insert(text_of(*order.key, both(&*order.value, has_price ? &*version->value : nullptr),
                          order.timestamp));
  }
  compare("out", wanted, texts_of(topics.at("out")), differences);
}

std::vector<std::string> keys() {
  std::vector<std::string> keys;
  for (int number = 0; number < kKeys; ++number) {
    keys.push_back("k" + std::to_string(number));
  }
  return keys;
}

}  // namespace

Family stream_table_join() {
  return {.name = "StreamTableJoinWithGrace",
          .inputs = {{"prices"}, {"orders"}},
          .outputs = {"out"},
          .topology = topology,
          .steps = steps,
          .check = check,
          .versioned_keys = keys()};
}

}  // namespace pawl::test

// A table that has no changelog but its source topic, joined by a stream. Updates and records of
// the stream come in steps of their own.
#include "families/comparison.h"
#include "families/families.h"

#include <pawl/operators/optimizations.h>
#include <pawl/operators/stateless_verbs.h>
#include <pawl/operators/stream_builder.h>
#include <pawl/operators/stream_table_join_verb.h>
#include <pawl/serde/primitives.h>

#include <algorithm>
#include <iterator>

namespace pawl::test {
namespace {

constexpr int kKeys = 60;
constexpr int kRecordsPerStep = 200;

Topology topology(const std::string& prefix) {
  StreamBuilder builder;
  const auto customers =
      builder.table<std::string, std::string>(prefix + "customers", Materialized::as("customers"));
  customers.to_stream().to(prefix + "updates");
  builder.stream<std::string, std::string>(prefix + "orders")
      .left_join(customers, [](const std::string& order,
                               const std::string* customer) { return both(&order, customer); })
      .to(prefix + "out");
  return builder.build(Optimizations::all());
}

// The kills come in steps of the stream and of the table.
bool is_update_step(int epoch) {
  return epoch % 2 == 0 || epoch == static_cast<int>(kSecondKill);
}

std::vector<TopicRecords> steps(Dice& dice) {
  std::vector<TopicRecords> steps(kEpochs);
  for (int epoch = 0; epoch < kEpochs; ++epoch) {
    TopicRecords& step = steps[static_cast<std::size_t>(epoch)];
    for (int record = 0; record < kRecordsPerStep; ++record) {
      const std::string key = dice.key("k", kKeys);
      const std::int64_t time = dice.time_in(epoch);
      if (!is_update_step(epoch)) {
        step["orders"].push_back(to_send(key, "o" + dice.unique(), time));
      } else if (dice.one_in(6)) {
        step["customers"].push_back(to_delete(key, time));
      } else {
        step["customers"].push_back(to_send(key, "c" + dice.unique(), time));
      }
    }
  }
  return steps;
}

// The table as the stream finds it in an epoch.
Rows customers_before(int epoch, const std::vector<StoredRecord>& customers) {
  std::vector<StoredRecord> earlier;
  std::copy_if(customers.begin(), customers.end(), std::back_inserter(earlier),
               [&](const StoredRecord& record) { return epoch_of(record.timestamp) < epoch; });
  return rows_of(earlier);
}

void check(const TopicRecords& topics, Differences& differences) {
  std::vector<Rows> tables;
  for (int epoch = 0; epoch < kEpochs; ++epoch) {
    tables.push_back(customers_before(epoch, topics.at("customers")));
  }
  Texts wanted;
  for (const StoredRecord& order : topics.at("orders")) {
    const Rows& table = tables[static_cast<std::size_t>(epoch_of(order.timestamp))];
    const auto found = table.find(*order.key);
    wanted.insert(text_of(*order.key,
                          both(&*order.value, found == table.end() ? nullptr : &found->second),
                          order.timestamp));
  }
  compare("updates", texts_of(topics.at("customers")), texts_of(topics.at("updates")), differences);
  // The join gives its results the times of the stream.
  compare("out", wanted, texts_of(topics.at("out")), differences);
}

}  // namespace

Family source_topic_as_changelog() {
  return {.name = "SourceTopicAsChangelog",
          .inputs = {{"customers",
                      kFamilyPartitions,
                      {{"retention.ms", "-1"}, {"cleanup.policy", "compact"}}},
                     {"orders"}},
          .outputs = {"updates", "out"},
          .topology = topology,
          .steps = steps,
          .check = check};
}

}  // namespace pawl::test

// Join of a stream with a global table, whose updates come in steps of their own, and a count of
// the results per key.
#include "families/comparison.h"
#include "families/families.h"

#include <pawl/operators/global_table_join_verb.h>
#include <pawl/operators/grouped_stream.h>
#include <pawl/operators/stateless_verbs.h>
#include <pawl/operators/stream_builder.h>
#include <pawl/serde/primitives.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace pawl::test {
namespace {

constexpr int kAirports = 30;
constexpr int kFlights = 40;
constexpr int kAirportsPerStep = 60;
constexpr int kFlightsPerStep = 200;
// Not those of the kills.
constexpr std::array<int, 3> kAirportSteps = {0, 4, 6};

// A flight is "a<airport>:<number>".
std::string airport_of(const std::string& flight) {
  return flight.substr(0, flight.find(':'));
}

Topology topology(const std::string& prefix) {
  StreamBuilder builder;
  const auto airports = builder.global_table<std::string, std::string>(
      prefix + "airports", Materialized::as("airports"));
  const auto named = builder.stream<std::string, std::string>(prefix + "flights")
                         .left_join(airports, airport_of,
                                    [](const std::string& flight, const std::string* airport) {
                                      return both(&flight, airport);
                                    });
  named.to(prefix + "out");
  named.group_by_key().count(Materialized::as("flights")).to_stream().to(prefix + "counts");
  return builder.build();
}

std::vector<TopicRecords> steps(Dice& dice) {
  std::vector<TopicRecords> steps(kEpochs);
  for (int epoch = 0; epoch < kEpochs; ++epoch) {
    TopicRecords& step = steps[static_cast<std::size_t>(epoch)];
    if (std::find(kAirportSteps.begin(), kAirportSteps.end(), epoch) == kAirportSteps.end()) {
      for (int record = 0; record < kFlightsPerStep; ++record) {
        step["flights"].push_back(to_send(dice.key("f", kFlights),
                                          dice.key("a", kAirports) + ":" + dice.unique(),
                                          dice.time_in(epoch)));
      }
      continue;
    }
    for (int record = 0; record < kAirportsPerStep; ++record) {
      const std::string airport = dice.key("a", kAirports);
      const std::int64_t time = dice.time_in(epoch);
      step["airports"].push_back(dice.one_in(5) ? to_delete(airport, time)
                                                : to_send(airport, "n" + dice.unique(), time));
    }
  }
  return steps;
}

// The table as the flights of an epoch find it: with what came in earlier ones.
Rows airports_before(int epoch, const std::vector<StoredRecord>& airports) {
  std::vector<StoredRecord> earlier;
  std::copy_if(airports.begin(), airports.end(), std::back_inserter(earlier),
               [&](const StoredRecord& record) { return epoch_of(record.timestamp) < epoch; });
  return rows_of(earlier);
}

void check(const TopicRecords& topics, Differences& differences) {
  std::vector<Rows> tables;
  for (int epoch = 0; epoch < kEpochs; ++epoch) {
    tables.push_back(airports_before(epoch, topics.at("airports")));
  }
  Texts wanted;
  std::map<std::string, std::int64_t> counts;
  for (const StoredRecord& flight : topics.at("flights")) {
    ++counts[*flight.key];
    const Rows& table = tables[static_cast<std::size_t>(epoch_of(flight.timestamp))];
    const auto found = table.find(airport_of(*flight.value));
    wanted.insert(text_of(*flight.key,
                          both(&*flight.value, found == table.end() ? nullptr : &found->second),
                          flight.timestamp));
  }
  compare("out", wanted, texts_of(topics.at("out")), differences);
  compare_counts("counts", counts, topics.at("counts"), differences);
}

}  // namespace

Family global_table_join() {
  return {.name = "StreamGlobalTableJoin",
          .inputs = {{"airports", 2}, {"flights"}},
          .outputs = {"out", "counts"},
          .topology = topology,
          .steps = steps,
          .check = check};
}

}  // namespace pawl::test

// Count per sliding window, with late records: the counts of each window go up by one, to the
// number of records in it.
#include "families/comparison.h"
#include "families/families.h"
#include "families/late_records.h"

#include <pawl/operators/grouped_stream.h>
#include <pawl/operators/stateless_verbs.h>
#include <pawl/operators/stream_builder.h>
#include <pawl/operators/windowed_stream.h>
#include <pawl/serde/primitives.h>
#include <pawl/serde/windowed.h>

#include <algorithm>

namespace pawl::test {
namespace {

constexpr int kKeys = 40;
constexpr int kRecordsPerStep = 200;
constexpr std::chrono::milliseconds kDifference{100};
constexpr std::chrono::milliseconds kGrace{2 * kEpochLength};

Topology topology(const std::string& prefix) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>(prefix + "in")
      .group_by_key()
      .windowed_by(SlidingWindows::of_time_difference(kDifference).grace(kGrace))
      .count(Materialized::as("windows").retention(std::chrono::hours(1)))
      .to_stream()
      .to(prefix + "out");
  return builder.build();
}

std::vector<TopicRecords> steps(Dice& dice) {
  std::vector<TopicRecords> steps;
  for (int epoch = 0; epoch < kEpochs; ++epoch) {
    std::vector<StoredRecord> records = late_records(epoch);
    for (int record = 0; record < kRecordsPerStep; ++record) {
      records.push_back(to_send(dice.key("k", kKeys), dice.unique(), dice.time_in(epoch)));
    }
    steps.push_back({{"in", std::move(records)}});
  }
  return steps;
}

std::string window_text(const std::string& key, Timestamp start) {
  return key + "@" + std::to_string(start.value() - kFirstEpoch);
}

// A window ends at each record, and one begins behind each record that has another one in it.
std::map<std::string, std::int64_t> windows_of(const std::vector<StoredRecord>& records) {
  std::map<std::string, std::vector<Timestamp>> times;
  for (const StoredRecord& record : records) {
    if (!is_late(record)) {
      times[*record.key].push_back(record.timestamp);
    }
  }
  std::map<std::string, std::int64_t> windows;
  for (const auto& [key, of_key] : times) {
    const auto add = [&](Timestamp start, const std::vector<Timestamp>& all) {
      const auto count = std::count_if(all.begin(), all.end(), [&](Timestamp time) {
        return start <= time && time <= start + kDifference;
      });
      if (count > 0) {
        windows[window_text(key, start)] = count;
      }
    };
    for (const Timestamp time : of_key) {
      add(time - kDifference, of_key);
      add(time + std::chrono::milliseconds(1), of_key);
    }
  }
  return windows;
}

void check(const TopicRecords& topics, Differences& differences) {
  std::map<std::string, std::int64_t> counts;
  for (const StoredRecord& record : topics.at("out")) {
    Windowed<std::string> window;
    if (!serde::time_windowed(serde::string(), kDifference)
             .decode(*record.key, window)
             .has_value()) {
      differences.tell("out: a key that is no window");
      continue;
    }
    const std::string text = window_text(window.key, window.window.start);
    const auto [last, is_new] = counts.try_emplace(text, count_of(record));
    // A new window may begin with several records that are there already.
    if (!is_new && count_of(record) != last->second + 1) {
      differences.tell("out: ", text, ": ", count_of(record), " follows ", last->second);
    }
    last->second = count_of(record);
  }
  Rows wanted;
  for (const auto& [window, count] : windows_of(topics.at("in"))) {
    wanted[window] = std::to_string(count);
  }
  Rows got;
  for (const auto& [window, count] : counts) {
    got[window] = std::to_string(count);
  }
  compare("out", wanted, got, differences);
}

}  // namespace

Family sliding_windows() {
  return {.name = "SlidingWindows",
          .inputs = {{"in"}},
          .outputs = {"out"},
          .topology = topology,
          .steps = steps,
          .check = check};
}

}  // namespace pawl::test

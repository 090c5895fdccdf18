// The main pipeline (deduplicate, windows, suppress) and a chain of verbs without time over random
// input, against models that compute the results from the whole input with std::map.
#include "operators/driver_reading.h"
#include "operators/property_case.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;
using testing::DriverLayout;
using testing::DriverOptions;

struct Event {
  std::optional<std::string> id;
  std::string origin;  // empty: it has none
  std::int64_t time = 0;
};

// What is drawn for one run.
struct Scene {
  std::int64_t within = 0;
  std::int64_t window = 0;
  std::int64_t advance = 0;
  std::int64_t grace = 0;
  std::vector<Event> events;
};

// Events with bounded disorder and now and then one that is far too old; ids that come again near
// by or far away.
Scene draw_scene(unsigned seed) {
  Dice dice(seed);
  Scene scene;
  scene.within = dice.draw(1, 60);
  scene.window = dice.draw(1, 50);
  scene.advance = dice.chance(50) ? scene.window : dice.draw(1, scene.window);
  scene.grace = dice.chance(30) ? 0 : dice.draw(0, 80);
  const std::int64_t disorder = dice.draw(0, 100);
  const std::int64_t ids = dice.draw(1, 60);
  std::int64_t now = 0;
  const auto count = static_cast<std::size_t>(dice.draw(50, 250));
  while (scene.events.size() < count) {
    // Most steps are small; some leave a gap that closes everything.
    now += dice.chance(3) ? dice.draw(0, 100'000) : dice.draw(0, 8);
    Event event;
    const std::int64_t back = dice.chance(3) ? 10 * disorder : disorder;
    event.time = std::max<std::int64_t>(0, now - dice.draw(0, back));
    if (!dice.chance(2)) {
      event.id = "id" + std::to_string(dice.draw(1, ids));
    }
    if (!dice.chance(3)) {
      event.origin = std::string(1, static_cast<char>('A' + dice.draw(0, 3)));
    }
    scene.events.push_back(event);
    if (dice.chance(10)) {
      scene.events.push_back(event);  // a producer that tried again
    }
  }
  return scene;
}

// key, window start, count, timestamp
using Result = std::tuple<std::string, std::int64_t, std::int64_t, std::int64_t>;

struct Expected {
  std::vector<Result> results;
  std::uint64_t duplicates = 0;
  std::uint64_t late = 0;
  std::map<std::pair<std::string, std::int64_t>, std::int64_t> open;  // not emitted yet
};

// Returns: the events that are the first of their id. Two are the same within `within`; an id is
// forgotten when twice that time and 1 ms have passed since, by the latest event that was
// remembered, and one that is as old as that by the latest event of all is not remembered.
std::vector<Event> model_of_deduplication(const Scene& scene, Expected& expected) {
  std::map<std::string, std::set<std::int64_t>> seen;
  std::vector<Event> first;
  const std::int64_t memory = 2 * scene.within + 1;
  std::int64_t latest = -1;
  std::int64_t latest_remembered = -1;
  for (const Event& event : scene.events) {
    if (!event.id.has_value()) {
      continue;
    }
    latest = std::max(latest, event.time);
    std::set<std::int64_t>& times = seen[*event.id];
    const std::int64_t from = std::max(event.time - scene.within, latest_remembered - memory + 1);
    const auto found = times.lower_bound(from);
    if (found != times.end() && *found <= event.time + scene.within) {
      ++expected.duplicates;
      continue;
    }
    if (event.time > latest - memory) {
      times.insert(event.time);
      latest_remembered = std::max(latest_remembered, event.time);
    }
    first.push_back(event);
  }
  return first;
}

// Returns: one final count for each window of each origin, in the order in which windows close.
Expected model_of_pipeline(const Scene& scene) {
  Expected expected;
  struct Count {
    std::int64_t count = 0;
    std::int64_t time = -1;
  };
  std::map<std::pair<std::int64_t, std::string>, Count> open;  // (start, origin): closing order
  std::int64_t latest = -1;
  std::int64_t latest_counted = -1;
  for (const Event& event : model_of_deduplication(scene, expected)) {
    if (event.origin.empty()) {
      continue;
    }
    latest = std::max(latest, event.time);
    const std::int64_t none_before = std::max<std::int64_t>(0, event.time - scene.window);
    for (std::int64_t start = none_before - none_before % scene.advance; start <= event.time;
         start += scene.advance) {
      if (start + scene.window <= event.time) {
        continue;
      }
      if (start + scene.window + scene.grace <= latest) {
        ++expected.late;
        continue;
      }
      Count& count = open[{start, event.origin}];
      ++count.count;
      count.time = std::max(count.time, event.time);
      latest_counted = std::max(latest_counted, count.time);
      while (!open.empty() &&
             open.begin()->first.first + scene.window + scene.grace <= latest_counted) {
        const auto& [window, closed] = *open.begin();
        expected.results.emplace_back(window.second, window.first, closed.count, closed.time);
        open.erase(open.begin());
      }
    }
  }
  for (const auto& [window, count] : open) {
    expected.open[{window.second, window.first}] = count.count;
  }
  return expected;
}

stores::TimestampedWindow<std::string, std::int64_t> count_store(const Scene& scene) {
  return stores::timestamped_window<std::string, std::int64_t>(
      "counts", milliseconds(scene.window + scene.grace), milliseconds(scene.window));
}

Topology pipeline(const Scene& scene) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("events")
      .deduplicate(Deduplication::by_key().within(milliseconds(scene.within)))
      .select_key([](const std::string& origin) {
        return origin.empty() ? std::nullopt : std::optional(origin);
      })
      .group_by_key()
      .windowed_by(HoppingWindows::of(milliseconds(scene.window))
                       .advance_by(milliseconds(scene.advance))
                       .grace(milliseconds(scene.grace)))
      .count(Materialized::as("counts"))
      .suppress(Suppressed::until_window_closes(Buffer::unbounded()))
      .to_stream()
      .to("results");
  return builder.build();
}

// Every four cases have the same troubles; those behind them are run as Kafka Streams runs them,
// all in one task, with a record cache of any size.
DriverOptions options_of(unsigned seed) {
  DriverOptions options;
  const unsigned kind = seed / 4 % 6;
  options.compatibility = kind < 3 ? Compatibility::native : Compatibility::kafka_streams_4_3;
  if (kind == 4 || kind == 5) {
    options.layout = DriverLayout::one_task;
  }
  if (kind == 2 || kind == 5) {
    Dice dice(seed + 3'000'000);
    options.record_cache_bytes_max = static_cast<std::size_t>(dice.draw(1, 3000));
  }
  return options;
}

class PipelineProperty : public ::testing::TestWithParam<CaseStore> {};

void expect_pipeline_equals_model(unsigned seed, CaseStore store) {
  const Scene scene = draw_scene(seed);
  const Expected expected = model_of_pipeline(scene);
  CaseRun run(pipeline(scene), seed, store, scene.events.size(), CaseSources::one,
              options_of(seed));
  auto events = run.driver().input<std::string, std::string>("events");

  for (const Event& event : scene.events) {
    events.pipe({event.id, event.origin, Timestamp(event.time), {}});
    run.after_input();
  }
  run.finish();

  std::vector<Result> results;
  auto out = run.driver().output<Windowed<std::string>, std::int64_t>(
      "results", serde::time_windowed(serde::string(), milliseconds(scene.window)));
  for (const auto& record : out.read_all()) {
    results.emplace_back(record.key->key, record.key->window.start.value(), *record.value,
                         record.timestamp.value());
  }
  EXPECT_EQ(results, expected.results);
  auto counts = run.driver().store(count_store(scene));
  for (const auto& [window, count] : expected.open) {
    const auto stored = counts.get(window.first, Timestamp(window.second));
    ASSERT_TRUE(stored.has_value()) << window.first << " " << window.second;
    EXPECT_EQ(stored->value, count);
  }
  if (run.calm()) {
    EXPECT_EQ(run.driver().metrics().total("dedup.duplicates.detected"), expected.duplicates);
    EXPECT_EQ(dropped(run.driver(), "late"), expected.late);
  }
}

TEST_P(PipelineProperty, GivesTheResultsOfTheModel) {
  for_each_seed(GetParam(), [](unsigned seed) { expect_pipeline_equals_model(seed, GetParam()); });
}

INSTANTIATE_TEST_SUITE_P(Stores, PipelineProperty, ::testing::ValuesIn(kCaseStores), name_of_store);

// The models must have something to say.
TEST(PipelineModel, MeetsDuplicatesLateEventsAndOpenWindows) {
  std::uint64_t duplicates = 0;
  std::uint64_t late = 0;
  std::size_t results = 0;
  std::size_t open = 0;
  for (unsigned seed = 1; seed <= 60; ++seed) {
    const Expected expected = model_of_pipeline(draw_scene(seed));
    duplicates += expected.duplicates;
    late += expected.late;
    results += expected.results.size();
    open += expected.open.size();
  }
  EXPECT_GT(duplicates, 1000U);
  EXPECT_GT(late, 500U);
  EXPECT_GT(results, 1000U);
  EXPECT_GT(open, 50U);
}

// The same against a chain of operators without time: every verb that changes, drops or multiplies
// records, and a table whose last values are the model's.
struct Sum {
  std::int64_t sum = 0;
  std::int64_t time = -1;
  friend bool operator==(const Sum&, const Sum&) = default;
};

Topology sums() {
  StreamBuilder builder;
  auto branches = builder.stream<std::string, std::string>("events")
                      .split(Named::as("by-"))
                      .branch([](const std::string& value) { return value.empty(); }, "nowhere")
                      .default_branch("rest");
  const auto nowhere = branches.at("by-nowhere").map_values([](const std::string&) {
    return std::string("nowhere");
  });
  branches.at("by-rest")
      .filter_not([](const std::string& value) { return value == "B"; })
      .merge(nowhere)
      .flat_map([](const std::string* key, const std::string* value) {
        std::vector<std::pair<std::optional<std::string>, std::int64_t>> all;
        all.emplace_back(*value, 1);
        if (key != nullptr) {
          all.emplace_back(*key, 10);
        } else {
          all.emplace_back(std::nullopt, 100);
        }
        return all;
      })
      .group_by_key()
      .reduce([](const std::int64_t& sum, const std::int64_t& value) { return sum + value; },
              Materialized::as("sums"))
      .to_stream()
      .to("results");
  return builder.build();
}

std::map<std::string, Sum> model_of_sums(const Scene& scene) {
  std::map<std::string, Sum> sums;
  const auto add = [&](const std::string& key, std::int64_t value, std::int64_t time) {
    sums[key].sum += value;
    sums[key].time = std::max(sums[key].time, time);
  };
  for (const Event& event : scene.events) {
    if (event.origin == "B") {
      continue;
    }
    add(event.origin.empty() ? "nowhere" : event.origin, 1, event.time);
    if (event.id.has_value()) {
      add(*event.id, 10, event.time);
    }
  }
  return sums;
}

class SumsProperty : public ::testing::TestWithParam<CaseStore> {};

void expect_sums_equal_model(unsigned seed, CaseStore store) {
  const Scene scene = draw_scene(seed);
  CaseRun run(sums(), seed, store, scene.events.size(), CaseSources::one, options_of(seed));
  auto events = run.driver().input<std::string, std::string>("events");

  for (const Event& event : scene.events) {
    events.pipe({event.id, event.origin, Timestamp(event.time), {}});
    run.after_input();
  }
  run.finish();

  std::map<std::string, Sum> last;
  auto out = run.driver().output<std::string, std::int64_t>("results");
  for (const auto& record : out.read_all()) {
    last[*record.key] = {*record.value, record.timestamp.value()};
  }
  std::map<std::string, Sum> stored;
  auto rows = run.driver().store(stores::timestamped_key_value<std::string, std::int64_t>("sums"));
  for (auto row = rows.all(); row.valid(); row.next()) {
    stored[row.key()] = {row.value(), row.timestamp().value()};
  }
  const std::map<std::string, Sum> expected = model_of_sums(scene);
  EXPECT_TRUE(last == expected);
  EXPECT_TRUE(stored == expected);
}

TEST_P(SumsProperty, AreThoseOfTheModelInOutputAndStore) {
  for_each_seed(GetParam(), [](unsigned seed) { expect_sums_equal_model(seed, GetParam()); });
}

INSTANTIATE_TEST_SUITE_P(Stores, SumsProperty, ::testing::ValuesIn(kCaseStores), name_of_store);

}  // namespace
}  // namespace pawl::test

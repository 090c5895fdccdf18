// Streams joined with versioned tables, with grace, over random input out of order, against a model
// that knows every version.
#include "operators/driver_reading.h"
#include "operators/property_case.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;
using testing::DriverOptions;

// Orders with the price at their time, `grace` later.
Topology priced_orders(milliseconds history, milliseconds grace) {
  StreamBuilder builder;
  const auto prices = builder.table<std::string, std::string>(
      "prices", Materialized::as_versioned("prices-by-item", history));
  builder.stream<std::string, std::string>("orders")
      .left_join(
          prices,
          [](const std::string& order, const std::string* price) {
            return order + " for " + (price == nullptr ? "?" : *price);
          },
          Joined::as("priced").grace(grace))
      .to("out");
  return builder.build();
}

struct Event {
  bool of_table = false;
  std::string key;
  std::optional<std::string> value;
  std::int64_t time = 0;
};

struct Scene {
  std::int64_t history = 0;
  std::int64_t grace = 0;
  std::vector<Event> events;
};

Scene draw_scene(unsigned seed) {
  Dice dice(seed);
  Scene scene;
  scene.history = dice.draw(0, 5000);
  scene.grace = dice.draw(0, std::min<std::int64_t>(scene.history, 300));
  const std::int64_t disorder = dice.draw(0, 200);
  std::int64_t now = 0;
  for (std::int64_t left = dice.draw(10, 80); left > 0; --left) {
    now += dice.chance(5) ? dice.draw(0, 6000) : dice.draw(0, 30);
    const std::int64_t back = dice.chance(5) ? 20 * disorder : disorder;
    Event event{dice.chance(50), std::string(1, static_cast<char>('A' + dice.draw(0, 2))),
                "v" + std::to_string(left), std::max<std::int64_t>(0, now - dice.draw(0, back))};
    // Deletions have times of their own: one at the very time of a value is forgotten by
    // Kafka Streams (VersionedStoreTest has it).
    event.time *= 2;
    if (dice.chance(15)) {
      event.value.reset();
      ++event.time;
    }
    scene.events.push_back(std::move(event));
  }
  return scene;
}

std::vector<std::string> model_of(const Scene& scene) {
  std::map<std::string, std::map<std::int64_t, std::optional<std::string>>> versions;
  std::int64_t table_time = -1;
  std::int64_t stream_time = -1;
  std::map<std::tuple<std::int64_t, std::string, std::size_t>, std::string> waiting;
  std::vector<std::string> results;
  const auto join = [&](const std::string& key, const std::string& value, std::int64_t time) {
    std::string price = "?";
    const auto& of_key = versions[key];
    const auto after = of_key.upper_bound(time);
    const bool remembered = time >= table_time - scene.history || after == of_key.end();
    if (after != of_key.begin() && remembered) {
      price = std::prev(after)->second.value_or("?");
    }
    results.push_back(key + "=" + value + " for " + price + "@" + std::to_string(time));
  };
  for (std::size_t at = 0; at < scene.events.size(); ++at) {
    const Event& event = scene.events[at];
    if (event.of_table) {
      if (event.time >= table_time - scene.history) {
        versions[event.key][event.time] = event.value;
        table_time = std::max(table_time, event.time);
      }
      continue;
    }
    if (!event.value.has_value()) {
      continue;
    }
    if (event.time < stream_time - scene.grace) {
      join(event.key, *event.value, event.time);
      continue;
    }
    stream_time = std::max(stream_time, event.time);
    waiting[{event.time, event.key, at}] = *event.value;
    while (!waiting.empty() && std::get<0>(waiting.begin()->first) <= stream_time - scene.grace) {
      const auto [place, value] = *waiting.begin();
      waiting.erase(waiting.begin());
      join(std::get<1>(place), value, std::get<0>(place));
    }
  }
  return results;
}

class StreamTableGraceJoinProperty : public ::testing::TestWithParam<CaseStore> {};

TEST_P(StreamTableGraceJoinProperty, GivesTheResultsOfTheModel) {
  for_each_seed(GetParam(), [](unsigned seed) {
    const Scene scene = draw_scene(seed);
    DriverOptions options;
    // Every four cases have the same troubles.
    options.compatibility =
        seed / 4 % 2 == 0 ? Compatibility::native : Compatibility::kafka_streams_4_3;
    CaseRun run(priced_orders(milliseconds(scene.history), milliseconds(scene.grace)), seed,
                GetParam(), scene.events.size(), CaseSources::several, options);
    auto prices = run.driver().input<std::string, std::string>("prices");
    auto orders = run.driver().input<std::string, std::string>("orders");

    for (const Event& event : scene.events) {
      (event.of_table ? prices : orders).pipe({event.key, event.value, Timestamp(event.time), {}});
      run.after_input();
    }
    run.finish();

    auto out = run.driver().output<std::string, std::string>("out");
    EXPECT_EQ(lines(out), model_of(scene));
  });
}

INSTANTIATE_TEST_SUITE_P(Stores, StreamTableGraceJoinProperty, ::testing::ValuesIn(kCaseStores),
                         name_of_store);

}  // namespace
}  // namespace pawl::test

// Cogrouped streams over random input with restarts, against a model: the last
// update of each window holds the events of both streams that were not late.
#include "operators/driver_reading.h"
#include "operators/window_scene.h"
#include "support/temporary_directory.h"

#include <pawl/operators/cogrouped_stream.h>
#include <pawl/operators/stream_builder.h>
#include <pawl/serde/primitives.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;
using testing::DriverCommit;
using testing::DriverOptions;
using testing::TopologyDriver;

// (key, window start) to sum: events of the first stream count 1, of the second 1000.
using Sums = std::map<std::pair<std::string, std::int64_t>, std::int64_t>;

bool of_second(std::size_t event) {
  return event % 3 == 0;
}

// A stream's events are late by its own time, or by the latest window of both.
Sums model_of(const WindowScene& scene) {
  Sums sums;
  std::int64_t latest[2] = {-1, -1};
  std::int64_t latest_window = -1;
  for (std::size_t at = 0; at < scene.events.size(); ++at) {
    const WindowEvent& event = scene.events[at];
    std::int64_t& own = latest[of_second(at) ? 1 : 0];
    own = std::max(own, event.time);
    const std::int64_t start = event.time / scene.length * scene.length;
    if (start + scene.length > std::max(own, latest_window) - scene.grace) {
      sums[{event.key, start}] += of_second(at) ? 1000 : 1;
      latest_window = std::max(latest_window, start);
    }
  }
  return sums;
}

Topology sums_of(const WindowScene& scene) {
  StreamBuilder builder;
  const auto first = builder.stream<std::string, std::string>("first").group_by_key();
  const auto second = builder.stream<std::string, std::string>("second").group_by_key();
  first.cogroup([](const std::string&, const std::string&, std::int64_t& sum) { sum += 1; })
      .cogroup(second,
               [](const std::string&, const std::string&, std::int64_t& sum) { sum += 1000; })
      .windowed_by(TumblingWindows::of(milliseconds(scene.length)).grace(milliseconds(scene.grace)))
      .aggregate([] { return std::int64_t{0}; }, Materialized::as("sums"))
      .to_stream()
      .to("out");
  return builder.build();
}

class CogroupProperty : public ::testing::TestWithParam<WindowSetting> {};

TEST_P(CogroupProperty, SumsTheEventsOfAllStreams) {
  for (const unsigned seed : window_seeds(GetParam())) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const WindowScene scene = draw_window_scene(seed, Lateness::some);
    const TemporaryDirectory directory;
    DriverOptions options;
    options.commit = GetParam().troubled ? DriverCommit::by_hand : DriverCommit::each_record;
    if (GetParam().on_disk) {
      options.state_dir = directory.path() / "state";
    }
    TopologyDriver driver(sums_of(scene), options);
    auto first = driver.input<std::string, std::string>("first");
    auto second = driver.input<std::string, std::string>("second");
    Dice dice(seed + 1'000'000);

    for (std::size_t at = 0; at < scene.events.size(); ++at) {
      const WindowEvent& event = scene.events[at];
      (of_second(at) ? second : first).pipe(event.key, "v", Timestamp(event.time));
      if (GetParam().troubled) {
        // An abort would process the two streams again in another order.
        driver.commit();
        if (dice.chance(10)) {
          driver.restart(dice.chance(50) ? TopologyDriver::State::kept
                                         : TopologyDriver::State::lost);
        }
      }
    }

    Sums sums;
    auto out = driver.output<Windowed<std::string>, std::int64_t>(
        "out", serde::time_windowed(serde::string(), milliseconds(scene.length)));
    for (const auto& record : out.read_all()) {
      sums[{record.key->key, record.key->window.start.value()}] = *record.value;
    }
    EXPECT_EQ(sums, model_of(scene));
    if (HasFailure()) {
      return;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Settings, CogroupProperty, ::testing::ValuesIn(kWindowSettings),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace pawl::test

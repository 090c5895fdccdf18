// Cogrouped streams over random input with restarts, against a model: the last
// update of each window holds the events of both streams that were not late.
#include "operators/window_scene.h"

#include <pawl/operators/cogrouped_stream.h>
#include <pawl/operators/stream_builder.h>
#include <pawl/operators/to_verb.h>
#include <pawl/serde/primitives.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;

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

class CogroupProperty : public ::testing::TestWithParam<CaseStore> {};

TEST_P(CogroupProperty, SumsTheEventsOfAllStreams) {
  for_each_seed(GetParam(), [](unsigned seed) {
    const WindowScene scene = draw_window_scene(seed, Lateness::some);
    CaseRun run(sums_of(scene), seed, GetParam(), scene.events.size(), CaseSources::several);
    auto first = run.driver().input<std::string, std::string>("first");
    auto second = run.driver().input<std::string, std::string>("second");

    for (std::size_t at = 0; at < scene.events.size(); ++at) {
      const WindowEvent& event = scene.events[at];
      (of_second(at) ? second : first).pipe(event.key, "v", Timestamp(event.time));
      run.after_input();
    }
    run.finish();

    Sums sums;
    auto out = run.driver().output<Windowed<std::string>, std::int64_t>(
        "out", serde::time_windowed(serde::string(), milliseconds(scene.length)));
    for (const auto& record : out.read_all()) {
      sums[{record.key->key, record.key->window.start.value()}] = *record.value;
    }
    EXPECT_EQ(sums, model_of(scene));
  });
}

INSTANTIATE_TEST_SUITE_P(Stores, CogroupProperty, ::testing::ValuesIn(kCaseStores), name_of_store);

}  // namespace
}  // namespace pawl::test

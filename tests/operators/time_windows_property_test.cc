// Final results of tumbling and hopping windows over random input, against a model.
#include "operators/window_scene.h"

#include <pawl/operators/stream_builder.h>
#include <pawl/operators/to_verb.h>
#include <pawl/operators/windowed_stream.h>
#include <pawl/serde/primitives.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;

// Returns: one final count for each window of each key, in the order in which windows close.
SceneRun model_of(const WindowScene& scene) {
  struct Count {
    std::int64_t count = 0;
    std::int64_t time = -1;
  };
  SceneRun run;
  std::map<std::pair<std::int64_t, std::string>, Count> open;  // (start, key): closing order
  std::int64_t latest = -1;
  std::uint64_t late = 0;
  for (const WindowEvent& event : scene.events) {
    latest = std::max(latest, event.time);
    while (!open.empty() && open.begin()->first.first + scene.length + scene.grace <= latest) {
      const auto& [window, count] = *open.begin();
      run.results.emplace_back(window.second, window.first, window.first + scene.length,
                               count.count, count.time);
      open.erase(open.begin());
    }
    for (std::int64_t start = 0; start <= event.time; start += scene.advance) {
      if (start + scene.length <= event.time) {
        // Only the last ones contain the event.
        start = std::max(start, (event.time - scene.length) / scene.advance * scene.advance);
      }
      if (start + scene.length <= event.time) {
        continue;
      }
      if (start + scene.length + scene.grace <= latest) {
        ++late;
        continue;
      }
      Count& count = open[{start, event.key}];
      ++count.count;
      count.time = std::max(count.time, event.time);
    }
  }
  run.late = late;
  return run;
}

Topology final_counts(const WindowScene& scene) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .group_by_key()
      .windowed_by(HoppingWindows::of(milliseconds(scene.length))
                       .advance_by(milliseconds(scene.advance))
                       .grace(milliseconds(scene.grace)))
      .emit_strategy(EmitStrategy::on_window_close())
      .count(Materialized::as("counts"))
      .to_stream()
      .to("out");
  return builder.build();
}

class TimeWindowsProperty : public ::testing::TestWithParam<CaseStore> {};

TEST_P(TimeWindowsProperty, EmitEachWindowOnceWithAllItsEvents) {
  for_each_seed(GetParam(), [](unsigned seed) {
    const WindowScene scene = draw_window_scene(seed, Lateness::some);
    const SceneRun expected = model_of(scene);

    const SceneRun run =
        run_scene(final_counts(scene), scene, GetParam(), seed,
                  serde::time_windowed(serde::string(), milliseconds(scene.length)));

    EXPECT_EQ(run.results, expected.results);
    EXPECT_EQ(run.late.value_or(*expected.late), expected.late);
  });
}

INSTANTIATE_TEST_SUITE_P(Stores, TimeWindowsProperty, ::testing::ValuesIn(kCaseStores),
                         name_of_store);

}  // namespace
}  // namespace pawl::test

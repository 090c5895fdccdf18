// Final results of sliding windows over random input, against a model: by emission on close, and by
// suppress.
#include "operators/window_scene.h"

#include <pawl/operators/stream_builder.h>
#include <pawl/operators/suppress_verb.h>
#include <pawl/operators/to_verb.h>
#include <pawl/operators/windowed_stream.h>
#include <pawl/serde/primitives.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <set>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;

// Returns: a result for each window of each key, straight from the definition, for events of which
// none is late: a window ends at each event and one begins behind each, unless it is empty.
std::vector<FinalResult> results_by_definition(const WindowScene& scene) {
  std::set<FinalResult> results;
  const auto add = [&](const std::string& key, std::int64_t start) {
    std::int64_t count = 0;
    std::int64_t latest = -1;
    for (const WindowEvent& event : scene.events) {
      if (event.key == key && event.time >= start && event.time <= start + scene.length) {
        ++count;
        latest = std::max(latest, event.time);
      }
    }
    if (count > 0) {
      results.emplace(key, start, start + scene.length, count, latest);
    }
  };
  for (const WindowEvent& event : scene.events) {
    if (event.key != "Z") {  // it only closes the others
      add(event.key, std::max<std::int64_t>(0, event.time - scene.length));
      add(event.key, event.time + 1);
    }
  }
  return {results.begin(), results.end()};
}

auto counted(StreamBuilder& builder, const WindowScene& scene, EmitStrategy emit) {
  return builder.stream<std::string, std::string>("in")
      .group_by_key()
      .windowed_by(SlidingWindows::of_time_difference(milliseconds(scene.length))
                       .grace(milliseconds(scene.grace)))
      .emit_strategy(emit)
      .count(Materialized::as("counts"));
}

Topology emitted_on_close(const WindowScene& scene) {
  StreamBuilder builder;
  counted(builder, scene, EmitStrategy::on_window_close()).to_stream().to("out");
  return builder.build();
}

Topology suppressed(const WindowScene& scene) {
  StreamBuilder builder;
  counted(builder, scene, EmitStrategy::on_window_update())
      .suppress(Suppressed::until_window_closes(Buffer::unbounded()))
      .to_stream()
      .to("out");
  return builder.build();
}

Serde<Windowed<std::string>> serde_of(const WindowScene& scene) {
  return serde::time_windowed(serde::string(), milliseconds(scene.length));
}

// A seed whose cases are left alone.
constexpr unsigned kQuietSeed = 0;

std::vector<FinalResult> sorted(std::vector<FinalResult> results) {
  std::sort(results.begin(), results.end());
  return results;
}

class SlidingWindowsProperty : public ::testing::TestWithParam<CaseStore> {};

// Every four cases have the same troubles; every second four go through suppress.
bool goes_through_suppress(unsigned seed) {
  return seed / 4 % 2 == 1;
}

TEST_P(SlidingWindowsProperty, HoldTheEventsThatAreNear) {
  for_each_seed(GetParam(), [](unsigned seed) {
    const WindowScene scene = draw_window_scene(seed, Lateness::none);

    const SceneRun run =
        run_scene(goes_through_suppress(seed) ? suppressed(scene) : emitted_on_close(scene), scene,
                  GetParam(), seed, serde_of(scene));

    EXPECT_EQ(sorted(run.results), results_by_definition(scene));
    EXPECT_EQ(run.late.value_or(0), 0U);
  });
}

// With late events there is no short definition; but how results are made final, and what happens
// to the process, must not show.
TEST_P(SlidingWindowsProperty, EmitTheSameOnCloseAndThroughSuppress) {
  for_each_seed(GetParam(), [](unsigned seed) {
    const WindowScene scene = draw_window_scene(seed, Lateness::some);
    const SceneRun quiet =
        run_scene(emitted_on_close(scene), scene, CaseStore::memory, kQuietSeed, serde_of(scene));

    if (goes_through_suppress(seed)) {
      const SceneRun held = run_scene(suppressed(scene), scene, GetParam(), seed, serde_of(scene));
      EXPECT_EQ(sorted(held.results), sorted(quiet.results));
    } else {
      const SceneRun closed =
          run_scene(emitted_on_close(scene), scene, GetParam(), seed, serde_of(scene));
      EXPECT_EQ(closed.results, quiet.results);
    }

    std::set<std::pair<std::string, std::int64_t>> windows;
    for (const FinalResult& result : quiet.results) {
      EXPECT_TRUE(windows.emplace(std::get<0>(result), std::get<1>(result)).second)
          << std::get<0>(result) << " " << std::get<1>(result);
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Stores, SlidingWindowsProperty, ::testing::ValuesIn(kCaseStores),
                         name_of_store);

}  // namespace
}  // namespace pawl::test

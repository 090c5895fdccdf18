// Final results of session windows over random input, against a model: by emission on close, and by
// suppress.
#include "operators/window_scene.h"

#include <pawl/operators/session_windowed_stream.h>
#include <pawl/operators/stream_builder.h>
#include <pawl/operators/suppress_verb.h>
#include <pawl/operators/to_verb.h>
#include <pawl/serde/primitives.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;

// Returns: one final count for each session of each key, in the order in which sessions close.
SceneRun model_of(const WindowScene& scene) {
  SceneRun run;
  // (end, start, key): closing order
  std::map<std::tuple<std::int64_t, std::int64_t, std::string>, std::int64_t> open;
  std::int64_t latest = -1;
  std::uint64_t late = 0;
  for (const WindowEvent& event : scene.events) {
    latest = std::max(latest, event.time);
    const std::int64_t close = latest - scene.length - scene.grace;
    while (!open.empty() && std::get<0>(open.begin()->first) < close) {
      const auto& [end, start, key] = open.begin()->first;
      run.results.emplace_back(key, start, end, open.begin()->second, end);
      open.erase(open.begin());
    }
    std::int64_t start = event.time;
    std::int64_t end = event.time;
    std::int64_t count = 1;
    std::vector<decltype(open)::key_type> joined;
    for (const auto& [session, of_session] : open) {
      const auto& [its_end, its_start, its_key] = session;
      if (its_key == event.key && its_end >= event.time - scene.length &&
          its_start <= event.time + scene.length) {
        start = std::min(start, its_start);
        end = std::max(end, its_end);
        count += of_session;
        joined.push_back(session);
      }
    }
    if (end < close) {
      ++late;
      continue;
    }
    for (const auto& session : joined) {
      open.erase(session);
    }
    open[{end, start, event.key}] = count;
  }
  run.late = late;
  return run;
}

auto counted(StreamBuilder& builder, const WindowScene& scene, EmitStrategy emit,
             milliseconds longer) {
  return builder.stream<std::string, std::string>("in")
      .group_by_key()
      .windowed_by(SessionWindows::with_inactivity_gap(milliseconds(scene.length))
                       .grace(milliseconds(scene.grace)))
      .emit_strategy(emit)
      .count(
          Materialized::as("counts").retention(milliseconds(scene.length + scene.grace) + longer));
}

// `longer`: how much longer than needed sessions are kept; it must not show.
Topology emitted_on_close(const WindowScene& scene, milliseconds longer) {
  StreamBuilder builder;
  counted(builder, scene, EmitStrategy::on_window_close(), longer).to_stream().to("out");
  return builder.build();
}

Topology suppressed(const WindowScene& scene, milliseconds longer) {
  StreamBuilder builder;
  counted(builder, scene, EmitStrategy::on_window_update(), longer)
      .suppress(Suppressed::until_window_closes(Buffer::unbounded()))
      .to_stream()
      .to("out");
  return builder.build();
}

class SessionWindowsProperty : public ::testing::TestWithParam<CaseStore> {};

TEST_P(SessionWindowsProperty, GiveOneFinalResultPerSession) {
  for_each_seed(GetParam(), [](unsigned seed) {
    const WindowScene scene = draw_window_scene(seed, Lateness::some);
    const SceneRun expected = model_of(scene);
    // Every four cases have the same troubles.
    const milliseconds longer(seed / 4 % 2 == 0 ? 0 : 1000);
    const auto key = serde::session_windowed(serde::string());

    if (seed / 8 % 2 == 0) {
      const SceneRun closed =
          run_scene(emitted_on_close(scene, longer), scene, GetParam(), seed, key);
      EXPECT_EQ(closed.results, expected.results);
      EXPECT_EQ(closed.late.value_or(*expected.late), expected.late);
    } else {
      // Suppress has sessions of one end in the order of their keys' bytes.
      SceneRun held = run_scene(suppressed(scene, longer), scene, GetParam(), seed, key);
      std::vector<FinalResult> all = expected.results;
      std::sort(all.begin(), all.end());
      std::sort(held.results.begin(), held.results.end());
      EXPECT_EQ(held.results, all);
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Stores, SessionWindowsProperty, ::testing::ValuesIn(kCaseStores),
                         name_of_store);

}  // namespace
}  // namespace pawl::test

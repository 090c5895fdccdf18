// Final results of session windows over random input, against a model: by emission on close, and by
// suppress.
#include "operators/window_scene.h"

#include <pawl/operators/session_windowed_stream.h>
#include <pawl/operators/stream_builder.h>
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
      ++run.late;
      continue;
    }
    for (const auto& session : joined) {
      open.erase(session);
    }
    open[{end, start, event.key}] = count;
  }
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

class SessionWindowsProperty : public ::testing::TestWithParam<WindowSetting> {};

TEST_P(SessionWindowsProperty, GiveOneFinalResultPerSession) {
  for (const unsigned seed : window_seeds(GetParam())) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const WindowScene scene = draw_window_scene(seed, Lateness::some);
    const SceneRun expected = model_of(scene);
    const milliseconds longer(seed % 2 == 0 ? 0 : 1000);
    const auto key = serde::session_windowed(serde::string());

    const SceneRun closed =
        run_scene(emitted_on_close(scene, longer), scene, GetParam(), seed, key);
    SceneRun held = run_scene(suppressed(scene, longer), scene, GetParam(), seed, key);

    EXPECT_EQ(closed.results, expected.results);
    if (!GetParam().troubled) {
      EXPECT_EQ(closed.late, expected.late);
    }
    // Suppress has sessions of one end in the order of their keys' bytes.
    std::vector<FinalResult> all = expected.results;
    std::sort(all.begin(), all.end());
    std::sort(held.results.begin(), held.results.end());
    EXPECT_EQ(held.results, all);
    if (HasFailure()) {
      return;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Settings, SessionWindowsProperty, ::testing::ValuesIn(kWindowSettings),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace pawl::test

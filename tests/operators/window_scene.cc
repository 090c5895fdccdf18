#include "operators/window_scene.h"

#include "operators/driver_reading.h"

#include <pawl/serde/primitives.h>

#include <algorithm>

namespace pawl::test {
namespace {

// Later than everything, behind every window and grace.
constexpr std::int64_t kLongAfter = 1'000'000;

}  // namespace

WindowScene draw_window_scene(unsigned seed, Lateness lateness) {
  Dice dice(seed);
  WindowScene scene;
  scene.length = dice.draw(1, 40);
  scene.advance = dice.chance(50) ? scene.length : dice.draw(1, scene.length);
  scene.grace = dice.chance(30) ? 0 : dice.draw(0, 60);
  const std::int64_t disorder =
      lateness == Lateness::none ? scene.grace : dice.draw(0, 2 * (scene.length + scene.grace));
  std::int64_t now = 0;
  std::int64_t latest = 0;
  const auto count = static_cast<std::size_t>(dice.draw(30, 150));
  while (scene.events.size() < count) {
    // Most steps are small; some leave a gap that closes everything.
    now += dice.chance(3) ? dice.draw(0, 100'000) : dice.draw(0, 8);
    const std::int64_t back = dice.chance(20) ? dice.draw(0, disorder) : 0;
    const std::int64_t earliest = lateness == Lateness::none ? latest - scene.grace : 0;
    const std::int64_t time = std::max<std::int64_t>({0, earliest, now - back});
    latest = std::max(latest, time);
    scene.events.push_back({std::string(1, static_cast<char>('A' + dice.draw(0, 2))), time});
  }
  scene.events.push_back({"Z", latest + kLongAfter});
  return scene;
}

SceneRun run_scene(const Topology& topology, const WindowScene& scene, CaseStore store,
                   unsigned seed, const Serde<Windowed<std::string>>& key) {
  testing::DriverOptions options;
  if (seed % 3 == 0) {
    // A record cache of a few entries changes nothing of final results.
    options.record_cache_bytes_max = seed % 3'000 + 1;
  }
  CaseRun run(topology, seed, store, scene.events.size(), CaseSources::one, options);
  auto in = run.driver().input<std::string, std::string>("in");
  for (const WindowEvent& event : scene.events) {
    in.pipe(event.key, "v", Timestamp(event.time));
    run.after_input();
  }
  run.finish();

  SceneRun seen;
  auto out = run.driver().output<Windowed<std::string>, std::int64_t>("out", key);
  for (const auto& record : out.read_all()) {
    seen.results.emplace_back(record.key->key, record.key->window.start.value(),
                              record.key->window.end.value(), *record.value,
                              record.timestamp.value());
  }
  if (run.calm()) {
    seen.late = dropped(run.driver(), "late");
  }
  return seen;
}

}  // namespace pawl::test

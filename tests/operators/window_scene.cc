#include "operators/window_scene.h"

#include "operators/driver_reading.h"
#include "support/temporary_directory.h"

#include <pawl/serde/primitives.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;
using testing::DriverCommit;
using testing::DriverOptions;
using testing::TopologyDriver;

// Later than everything, behind every window and grace.
constexpr std::int64_t kLongAfter = 1'000'000;

unsigned number_in(const char* variable, unsigned otherwise) {
  const char* const text = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe)
  return text == nullptr ? otherwise : static_cast<unsigned>(std::strtoul(text, nullptr, 10));
}

}  // namespace

void trouble(TopologyDriver& driver, Dice& dice) {
  if (dice.chance(70)) {
    return;
  }
  if (dice.chance(60)) {
    driver.commit();
  } else if (dice.chance(15)) {
    driver.restart(dice.chance(50) ? TopologyDriver::State::kept : TopologyDriver::State::lost);
  } else {
    driver.abort();
  }
}

void PrintTo(const WindowSetting& setting, std::ostream* out) {
  *out << setting.name;
}

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

std::vector<unsigned> window_seeds(const WindowSetting& setting) {
  static const unsigned kRandom = number_in("PAWL_TEST_SEED", std::random_device()());
  std::printf("seed %u (repeat with PAWL_TEST_SEED)\n", kRandom);
  std::vector<unsigned> seeds = {kRandom};
  const unsigned cases = number_in("PAWL_TEST_CASES", setting.on_disk ? 10 : 300);
  for (unsigned seed = 1; seed <= cases; ++seed) {
    seeds.push_back(seed);
  }
  return seeds;
}

SceneRun run_scene(const Topology& topology, const WindowScene& scene, const WindowSetting& setting,
                   unsigned seed, const Serde<Windowed<std::string>>& key) {
  const TemporaryDirectory directory;
  DriverOptions options;
  options.commit = setting.troubled ? DriverCommit::by_hand : DriverCommit::each_record;
  if (setting.on_disk) {
    options.state_dir = directory.path() / "state";
  }
  Dice dice(seed + 1'000'000);
  if (setting.cached) {
    options.record_cache_bytes_max = static_cast<std::size_t>(dice.draw(1, 3'000));
  }
  TopologyDriver driver(topology, options);
  auto in = driver.input<std::string, std::string>("in");
  for (const WindowEvent& event : scene.events) {
    in.pipe(event.key, "v", Timestamp(event.time));
    if (setting.troubled) {
      trouble(driver, dice);
    }
  }
  driver.advance_wall_clock(milliseconds(0));  // what was aborted last is processed again
  driver.commit();

  SceneRun run;
  auto out = driver.output<Windowed<std::string>, std::int64_t>("out", key);
  for (const auto& record : out.read_all()) {
    run.results.emplace_back(record.key->key, record.key->window.start.value(),
                             record.key->window.end.value(), *record.value,
                             record.timestamp.value());
  }
  run.late = dropped(driver, "late");
  return run;
}

}  // namespace pawl::test

// Random input for windowed aggregations, and how it is run: with commits, aborts and restarts at
// random. The tests of each kind of window compare the final results with a model that computes
// them with std::map.
#pragma once

#include <pawl/engine/topology.h>
#include <pawl/model/window.h>
#include <pawl/serde/serde.h>
#include <pawl/testing/topology_driver.h>

#include <cstdint>
#include <ostream>
#include <random>
#include <string>
#include <tuple>
#include <vector>

namespace pawl::test {

class Dice {
 public:
  explicit Dice(unsigned seed) : engine_(seed) {}
  std::int64_t draw(std::int64_t from, std::int64_t to) {
    return std::uniform_int_distribution<std::int64_t>(from, to)(engine_);
  }
  bool chance(int percent) { return draw(1, 100) <= percent; }

 private:
  std::mt19937_64 engine_;
};

struct WindowEvent {
  std::string key;
  std::int64_t time = 0;
};

// What is drawn for one run. The events end with one that closes every window.
struct WindowScene {
  std::int64_t length = 0;  // window size, time difference or gap
  std::int64_t advance = 0;
  std::int64_t grace = 0;
  std::vector<WindowEvent> events;
};

enum class Lateness {
  some,  // a few events come far too late
  none,  // none is late for any window
};
WindowScene draw_window_scene(unsigned seed, Lateness lateness);

// key, start, end, count, timestamp
using FinalResult = std::tuple<std::string, std::int64_t, std::int64_t, std::int64_t, std::int64_t>;

struct WindowSetting {
  const char* name;
  bool troubled;  // commits, aborts and restarts, with and without the disk, at random
  bool on_disk;
  bool cached = false;  // behind a record cache of a few entries
};
inline constexpr WindowSetting kWindowSettings[] = {{"quiet", false, false},
                                                    {"troubled", true, false},
                                                    {"troubled_on_disk", true, true},
                                                    {"troubled_behind_a_cache", true, false, true}};
void PrintTo(const WindowSetting& setting, std::ostream* out);

// Returns: the seeds of one test: fixed ones and one that is new in every run, which is printed.
// PAWL_TEST_SEED names it, PAWL_TEST_CASES the number of the fixed ones.
std::vector<unsigned> window_seeds(const WindowSetting& setting);

// Commits, aborts or restarts, or does nothing.
void trouble(testing::TopologyDriver& driver, Dice& dice);

// What came out of `topology`, which reads "in" and writes final counts to "out".
struct SceneRun {
  std::vector<FinalResult> results;
  std::uint64_t late = 0;  // without trouble
};
SceneRun run_scene(const Topology& topology, const WindowScene& scene, const WindowSetting& setting,
                   unsigned seed, const Serde<Windowed<std::string>>& key);

}  // namespace pawl::test

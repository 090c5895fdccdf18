// Random input for windowed aggregations, and how it is run. The tests of each kind of window
// compare the final results with a model that computes them with std::map.
#pragma once

#include "operators/property_case.h"

#include <pawl/engine/topology.h>
#include <pawl/model/window.h>
#include <pawl/serde/serde.h>

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace pawl::test {

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

// What came out of `topology`, which reads "in" and writes final counts to "out".
struct SceneRun {
  std::vector<FinalResult> results;
  std::optional<std::uint64_t> late;  // if every record was processed once
};
SceneRun run_scene(const Topology& topology, const WindowScene& scene, CaseStore store,
                   unsigned seed, const Serde<Windowed<std::string>>& key);

}  // namespace pawl::test

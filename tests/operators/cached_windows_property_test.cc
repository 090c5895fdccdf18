// Windowed tables behind a record cache over random input: whatever is merged, evicted, aborted and
// restored, the last results and the store are those of the same topology without a cache.
#include "operators/driver_reading.h"
#include "operators/window_scene.h"

#include <pawl/operators/session_windowed_stream.h>
#include <pawl/operators/stream_builder.h>
#include <pawl/operators/to_verb.h>
#include <pawl/operators/windowed_stream.h>
#include <pawl/serde/primitives.h>
#include <pawl/statestore/typed/stores.h>

#include <gtest/gtest.h>

#include <chrono>
#include <map>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;
using testing::DriverOptions;
using testing::TopologyDriver;

// Longer than the events go back: the store forgets nothing.
constexpr milliseconds kLong(100'000'000);

// key, start, end -> count
using Table = std::map<std::tuple<std::string, std::int64_t, std::int64_t>, std::int64_t>;

struct Sessions {
  static SessionWindows windows(const WindowScene& scene) {
    return SessionWindows::with_inactivity_gap(milliseconds(scene.length))
        .grace(milliseconds(scene.grace));
  }
  static Serde<Windowed<std::string>> key(const WindowScene& /*scene*/) {
    return serde::session_windowed(serde::string());
  }
  static Table kept(TopologyDriver& driver, const WindowScene& /*scene*/) {
    auto store = driver.store(stores::session<std::string, std::int64_t>("counts", kLong));
    Table table;
    for (auto row = store.fetch_range(nullptr, nullptr); row.valid(); row.next()) {
      table[{row.key(), row.window().start.value(), row.window().end.value()}] = row.value();
    }
    return table;
  }
};

// Windows of one length.
template <class Windows>
struct Spans {
  static Windows windows(const WindowScene& scene);
  static Serde<Windowed<std::string>> key(const WindowScene& scene) {
    return serde::time_windowed(serde::string(), milliseconds(scene.length));
  }
  static Table kept(TopologyDriver& driver, const WindowScene& scene) {
    auto store = driver.store(stores::timestamped_window<std::string, std::int64_t>(
        "counts", kLong, milliseconds(scene.length)));
    Table table;
    for (auto row = store.all(); row.valid(); row.next()) {
      table[{row.key(), row.start().value(), row.start().value() + scene.length}] = row.value();
    }
    return table;
  }
};
template <>
TimeWindows Spans<TimeWindows>::windows(const WindowScene& scene) {
  return HoppingWindows::of(milliseconds(scene.length))
      .advance_by(milliseconds(scene.advance))
      .grace(milliseconds(scene.grace));
}
template <>
SlidingWindows Spans<SlidingWindows>::windows(const WindowScene& scene) {
  return SlidingWindows::of_time_difference(milliseconds(scene.length))
      .grace(milliseconds(scene.grace));
}

struct Outcome {
  Table last_results;
  Table kept;
  Table restored;
  std::size_t results = 0;
};

enum class Cache { none, small };

template <class Kind>
Outcome run(const WindowScene& scene, CaseStore store, Cache cache, unsigned seed) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .group_by_key()
      .windowed_by(Kind::windows(scene))
      .count(Materialized::as("counts").retention(kLong))
      .to_stream()
      .to("out");
  DriverOptions options;
  if (cache == Cache::small) {
    options.record_cache_bytes_max = static_cast<std::size_t>(Dice(seed).draw(1, 3'000));
  }
  CaseRun run(builder.build(), seed, store, scene.events.size(), CaseSources::one, options);
  auto in = run.driver().input<std::string, std::string>("in");
  for (const WindowEvent& event : scene.events) {
    in.pipe(event.key, "v", Timestamp(event.time));
    run.after_input();
  }
  run.finish();

  Outcome outcome;
  auto out = run.driver().output<Windowed<std::string>, std::int64_t>("out", Kind::key(scene));
  for (const auto& record : out.read_all()) {
    ++outcome.results;
    const auto place = std::tuple(record.key->key, record.key->window.start.value(),
                                  record.key->window.end.value());
    if (record.value.has_value()) {
      outcome.last_results[place] = *record.value;
    } else {
      outcome.last_results.erase(place);
    }
  }
  outcome.kept = Kind::kept(run.driver(), scene);
  run.driver().restart(TopologyDriver::State::lost);
  outcome.restored = Kind::kept(run.driver(), scene);
  return outcome;
}

class CachedWindowsProperty : public ::testing::TestWithParam<CaseStore> {
 protected:
  template <class Kind>
  static void expect_tables_without_a_cache() {
    std::size_t results = 0;
    std::size_t results_without = 0;
    for_each_seed(GetParam(), [&](unsigned seed) {
      const WindowScene scene = draw_window_scene(seed, Lateness::some);

      const Outcome expected = run<Kind>(scene, CaseStore::memory, Cache::none, seed);
      const Outcome cached = run<Kind>(scene, GetParam(), Cache::small, seed);

      EXPECT_EQ(expected.last_results, expected.kept);
      EXPECT_EQ(cached.last_results, expected.kept);
      EXPECT_EQ(cached.kept, expected.kept);
      EXPECT_EQ(cached.restored, expected.kept);
      results += cached.results;
      results_without += expected.results;
    });
    EXPECT_LT(results, results_without) << "nothing was merged";
  }
};

TEST_P(CachedWindowsProperty, OfSessions) {
  expect_tables_without_a_cache<Sessions>();
}
TEST_P(CachedWindowsProperty, OfSlidingWindows) {
  expect_tables_without_a_cache<Spans<SlidingWindows>>();
}
TEST_P(CachedWindowsProperty, OfHoppingWindows) {
  expect_tables_without_a_cache<Spans<TimeWindows>>();
}

INSTANTIATE_TEST_SUITE_P(Stores, CachedWindowsProperty, ::testing::ValuesIn(kCaseStores),
                         name_of_store);

}  // namespace
}  // namespace pawl::test

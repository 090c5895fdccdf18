// The changes that tables send on, over random input: each tells as the old value of a row what the
// change before it told as the new one, whatever is cached, evicted, aborted and restored. Groups
// of a table are right only then; final results do not show who was wrong.
#include "operators/driver_reading.h"
#include "operators/window_scene.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;
using testing::DriverOptions;

using Events = Stream<std::string, std::string>;
using Texts = Table<std::string, std::string>;

// What a row becomes when a change does not follow from the one before.
constexpr const char* kDoubled = "doubled";
constexpr const char* kWrong = "wrong";

// Writes to "rows" what the changes of a table amount to, one by one.
template <class K, class V>
void watch(const Table<K, V>& table) {
  table
      .group_by(
          [](const K& key, const V& value) { return std::pair(text_of(key), text_of(value)); })
      .aggregate([] { return std::string(); },
                 [](const std::string&, const std::string& added, std::string& row) {
                   row = row.empty() ? added : kDoubled;
                 },
                 [](const std::string&, const std::string& removed, std::string& row) {
                   row = row == removed ? "" : kWrong;
                 },
                 Materialized::as("watched").caching_disabled())
      .to_stream()
      .to("rows");
}

struct Inputs {
  WindowScene scene;
  Events events;
  Texts left;
  Texts right;
};

// A table made of "events", or of "left" and "right".
struct WatchedTable {
  const char* name;
  void (*watch)(const Inputs& inputs);
};
void PrintTo(const WatchedTable& table, std::ostream* out) {
  *out << table.name;
}

std::int64_t number_of(const std::string& value) {
  return std::stoll(value.substr(value.find(':') + 1));
}
bool is_even(const std::string& value) {
  return number_of(value) % 2 == 0;
}
std::string either(const std::string* left, const std::string* right) {
  return (left == nullptr ? "-" : *left) + "+" + (right == nullptr ? "-" : *right);
}
std::string left_and_maybe(const std::string& left, const std::string* right) {
  return either(&left, right);
}
std::string right_key_of(const std::string& value) {
  return value.substr(0, value.find(':'));
}
TimeWindows hopping(const WindowScene& scene) {
  return HoppingWindows::of(milliseconds(scene.length))
      .advance_by(milliseconds(scene.advance))
      .grace(milliseconds(scene.grace));
}
SlidingWindows sliding(const WindowScene& scene) {
  return SlidingWindows::of_time_difference(milliseconds(scene.length))
      .grace(milliseconds(scene.grace));
}
SessionWindows sessions(const WindowScene& scene) {
  return SessionWindows::with_inactivity_gap(milliseconds(scene.length))
      .grace(milliseconds(scene.grace));
}

const std::vector<WatchedTable>& tables() {
  static const std::vector<WatchedTable> kTables = {
      {"source", [](const Inputs& in) { watch(in.left); }},
      {"filter", [](const Inputs& in) { watch(in.left.filter(is_even)); }},
      {"kept_filter",
       [](const Inputs& in) { watch(in.left.filter(is_even, Materialized::as("kept"))); }},
      {"map_values",
       [](const Inputs& in) {
         watch(in.left.map_values([](const std::string& value) { return value + "!"; }));
       }},
      {"kept_map_values",
       [](const Inputs& in) {
         watch(in.left.map_values([](const std::string& value) { return value + "!"; },
                                  Materialized::as("kept")));
       }},
      {"join", [](const Inputs& in) { watch(in.left.join(in.right, either)); }},
      {"kept_join",
       [](const Inputs& in) { watch(in.left.join(in.right, either, Materialized::as("kept"))); }},
      {"left_join", [](const Inputs& in) { watch(in.left.left_join(in.right, left_and_maybe)); }},
      {"outer_join", [](const Inputs& in) { watch(in.left.outer_join(in.right, either)); }},
      {"kept_outer_join",
       [](const Inputs& in) {
         watch(in.left.outer_join(in.right, either, Materialized::as("kept")));
       }},
      {"join_of_filters",
       [](const Inputs& in) {
         watch(in.left.filter(is_even).outer_join(in.right.filter(is_even), either));
       }},
      {"foreign_key_join",
       [](const Inputs& in) {
         watch(
             in.left.join(in.right, [](const std::string& v) { return right_key_of(v); }, either));
       }},
      {"suppressed",
       [](const Inputs& in) {
         watch(in.left.suppress(Suppressed::until_time_limit(
             milliseconds(in.scene.length), Buffer::max_records(3).emit_early_when_full())));
       }},
      {"group",
       [](const Inputs& in) {
         watch(in.left
                   .group_by([](const std::string& value) {
                     return std::pair(right_key_of(value), number_of(value));
                   })
                   .reduce([](const std::int64_t& sum,
                              const std::int64_t& added) { return std::optional(sum + added); },
                           [](const std::int64_t& sum, const std::int64_t& removed) {
                             return sum == removed ? std::nullopt : std::optional(sum - removed);
                           }));
       }},
      {"count", [](const Inputs& in) { watch(in.events.group_by_key().count()); }},
      {"aggregate_that_deletes",
       [](const Inputs& in) {
         watch(in.events.group_by_key().aggregate(
             [] { return std::int64_t{0}; },
             [](const std::string&, const std::string&, const std::int64_t& count) {
               return count == 3 ? std::nullopt : std::optional<std::int64_t>(count + 1);
             }));
       }},
      {"hopping",
       [](const Inputs& in) {
         watch(in.events.group_by_key().windowed_by(hopping(in.scene)).count());
       }},
      {"sliding",
       [](const Inputs& in) {
         watch(in.events.group_by_key().windowed_by(sliding(in.scene)).count());
       }},
      {"sessions",
       [](const Inputs& in) {
         watch(in.events.group_by_key().windowed_by(sessions(in.scene)).count());
       }},
      {"mapped_sessions",
       [](const Inputs& in) {
         watch(in.events.group_by_key()
                   .windowed_by(sessions(in.scene))
                   .count()
                   .filter([](const std::int64_t& count) { return count % 2 == 0; })
                   .map_values([](const std::int64_t& count) { return -count; }));
       }},
      {"final_sliding",
       [](const Inputs& in) {
         watch(in.events.group_by_key()
                   .windowed_by(sliding(in.scene))
                   .count()
                   .suppress(Suppressed::until_window_closes(Buffer::unbounded())));
       }},
  };
  return kTables;
}

struct Update {
  bool left = false;
  std::string key;
  std::optional<std::string> value;
  std::int64_t time = 0;
};

std::vector<Update> draw_updates(Dice& dice) {
  std::vector<Update> updates;
  std::int64_t now = 0;
  for (auto count = dice.draw(30, 120); count > 0; --count) {
    now += dice.draw(0, 5);
    Update update;
    update.left = dice.chance(60);
    update.key = "k" + std::to_string(dice.draw(1, 5));
    if (!dice.chance(25)) {
      update.value = "k" + std::to_string(dice.draw(1, 5)) + ":" + std::to_string(dice.draw(0, 9));
    }
    update.time = std::max<std::int64_t>(0, now - dice.draw(0, 20));
    updates.push_back(update);
  }
  return updates;
}

class ChangesProperty : public ::testing::TestWithParam<std::tuple<WatchedTable, CaseStore>> {};

void expect_each_follows(const WatchedTable& tested, CaseStore store, unsigned seed) {
  Dice dice(seed + 3'000'000);
  const WindowScene scene = draw_window_scene(seed, Lateness::some);
  const std::vector<Update> updates = draw_updates(dice);
  DriverOptions options;
  // Every four cases have the same troubles.
  if (seed / 4 % 2 == 1) {
    options.record_cache_bytes_max = static_cast<std::size_t>(dice.draw(1, 2'000));
  }
  StreamBuilder builder;
  tested.watch({scene, builder.stream<std::string, std::string>("events"),
                builder.table<std::string, std::string>("left"),
                builder.table<std::string, std::string>("right")});
  CaseRun run(builder.build(seed / 8 % 2 == 0 ? Optimizations::none() : Optimizations::all()), seed,
              store, scene.events.size() + updates.size(), CaseSources::one, options);
  auto events = run.driver().input<std::string, std::string>("events");
  auto left = run.driver().input<std::string, std::string>("left");
  auto right = run.driver().input<std::string, std::string>("right");

  for (const WindowEvent& event : scene.events) {
    events.pipe(event.key, "v", Timestamp(event.time));
    run.after_input();
  }
  for (const Update& update : updates) {
    (update.left ? left : right).pipe({update.key, update.value, Timestamp(update.time), {}});
    run.after_input();
  }
  run.finish();

  auto rows = run.driver().output<std::string, std::string>("rows");
  for (const auto& row : rows.read_all()) {
    ASSERT_NE(row.value, kDoubled) << *row.key << " at " << row.timestamp.value();
    ASSERT_NE(row.value, kWrong) << *row.key << " at " << row.timestamp.value();
  }
}

TEST_P(ChangesProperty, EachFollowsFromTheOneBefore) {
  const auto& [tested, store] = GetParam();
  for_each_seed(store, [&](unsigned seed) { expect_each_follows(tested, store, seed); });
}

INSTANTIATE_TEST_SUITE_P(
    Stores, ChangesProperty,
    ::testing::Combine(::testing::ValuesIn(tables()), ::testing::ValuesIn(kCaseStores)),
    [](const ::testing::TestParamInfo<std::tuple<WatchedTable, CaseStore>>& test) {
      return std::get<0>(test.param).name +
             std::string(std::get<1>(test.param) == CaseStore::memory ? "_memory" : "_rocksdb");
    });

}  // namespace
}  // namespace pawl::test

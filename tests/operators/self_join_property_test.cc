// A stream joined with itself over random input out of order: in one store it gives what it gives
// in two, record for record, whatever its kind and windows, with aborts, commits and restarts; but
// for late records that are kept still: two stores give them out without a partner before they meet
// themselves.
#include "operators/driver_reading.h"
#include "operators/property_case.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace pawl::test {
namespace {

using internal::StreamJoinKind;
using std::chrono::milliseconds;

struct Event {
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::int64_t time = 0;
};

struct Scene {
  StreamJoinKind kind = StreamJoinKind::inner;
  JoinWindows windows;
  std::vector<Event> events;
};

JoinWindows draw_windows(Dice& dice) {
  std::int64_t before = dice.draw(0, 20);
  const std::int64_t after = dice.chance(50) ? before : dice.draw(0, 20);
  if (dice.chance(10)) {
    before = -dice.draw(0, after);  // only what comes later
  }
  const std::int64_t grace = dice.chance(30) && before + after > 0 ? 0 : dice.draw(1, 40);
  const auto windows =
      JoinWindows::of(milliseconds(0)).before(milliseconds(before)).after(milliseconds(after));
  return dice.chance(15) ? windows.unmatched_at_once(milliseconds(grace))
                         : windows.grace(milliseconds(grace));
}

Scene draw_scene(unsigned seed) {
  Dice dice(seed);
  Scene scene{static_cast<StreamJoinKind>(dice.draw(0, 2)), draw_windows(dice), {}};
  const std::int64_t disorder = dice.draw(0, 60);
  const std::int64_t keys = dice.draw(1, 3);
  std::int64_t now = 0;
  const std::int64_t count = dice.draw(30, 120);
  for (std::int64_t number = 0; number < count; ++number) {
    now += dice.chance(3) ? dice.draw(0, 1'000) : dice.draw(0, 6);
    Event event;
    event.time = std::max<std::int64_t>(0, now - dice.draw(0, disorder));
    if (!dice.chance(3)) {
      event.key = std::string(1, static_cast<char>('a' + dice.draw(1, keys)));
    }
    if (!dice.chance(3)) {
      event.value = std::to_string(number);
    }
    scene.events.push_back(std::move(event));
  }
  return scene;
}

std::string joined(const std::string* left, const std::string* right) {
  return (left == nullptr ? "-" : *left) + "|" + (right == nullptr ? "-" : *right);
}

Topology topology_of(const Scene& scene, bool one_store) {
  StreamBuilder builder;
  const auto stream = builder.stream<std::string, std::string>("in");
  switch (scene.kind) {
    case StreamJoinKind::inner:
      stream.join(stream, joined, scene.windows).to("out");
      break;
    case StreamJoinKind::left:
      stream.left_join(stream, joined, scene.windows).to("out");
      break;
    case StreamJoinKind::outer:
      stream.outer_join(stream, joined, scene.windows).to("out");
      break;
  }
  Optimizations optimizations = Optimizations::none();
  optimizations.single_store_self_join = one_store;
  return builder.build(optimizations);
}

// Returns: what a result without a partner would be if the record had met itself, or nothing.
std::string met_itself(const std::string& line) {
  const std::size_t value = line.find('=') + 1;
  const std::size_t bar = line.find('|');
  const std::size_t end = line.find('@');
  const std::string left = line.substr(value, bar - value);
  const std::string right = line.substr(bar + 1, end - bar - 1);
  if (left != "-" && right != "-") {
    return {};
  }
  const std::string& alone = left == "-" ? right : left;
  return line.substr(0, value) + alone + "|" + alone + line.substr(end);
}

// Returns: a line for each result.
std::string results(const Scene& scene, bool one_store, CaseStore store, unsigned seed) {
  CaseRun run(topology_of(scene, one_store), seed, store, scene.events.size(), CaseSources::one);
  auto in = run.driver().input<std::string, std::string>("in");
  for (const Event& event : scene.events) {
    in.pipe({event.key, event.value, Timestamp(event.time), {}});
    run.after_input();
  }
  run.finish();
  auto out = run.driver().output<std::string, std::string>("out");
  const std::vector<std::string> read = lines(out);
  const std::set<std::string> known(read.begin(), read.end());
  std::string all;
  for (const std::string& line : read) {
    if (!known.contains(met_itself(line))) {
      all += line + "\n";
    }
  }
  return all;
}

class SelfJoinProperty : public ::testing::TestWithParam<CaseStore> {};

TEST_P(SelfJoinProperty, GivesInOneStoreWhatItGivesInTwo) {
  std::size_t count = 0;
  for_each_seed(GetParam(), [&](unsigned seed) {
    const Scene scene = draw_scene(seed);
    const auto expected = results(scene, false, CaseStore::memory, 0);
    EXPECT_EQ(results(scene, true, GetParam(), seed), expected);
    count += expected.size();
  });
  EXPECT_GT(count, 10'000U);
}

INSTANTIATE_TEST_SUITE_P(Stores, SelfJoinProperty, ::testing::ValuesIn(kCaseStores), name_of_store);

}  // namespace
}  // namespace pawl::test

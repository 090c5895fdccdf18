// Joins of two streams over random input out of order, against a model that looks through all
// records. Aborts, commits and restarts at random must not show.
#include "operators/driver_reading.h"
#include "operators/property_case.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <tuple>

namespace pawl::test {
namespace {

using internal::StreamJoinKind;
using std::chrono::milliseconds;
using testing::TopologyDriver;

// One record. The value begins with the side, so that both sides come in one topic and an abort
// keeps their order.
struct Event {
  bool left = false;
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::int64_t time = 0;
};

struct Scene {
  StreamJoinKind kind = StreamJoinKind::inner;
  std::int64_t before = 0;
  std::int64_t after = 0;
  std::int64_t grace = 0;
  std::vector<Event> events;

  [[nodiscard]] JoinWindows windows() const {
    return JoinWindows::of(milliseconds(0))
        .before(milliseconds(before))
        .after(milliseconds(after))
        .grace(milliseconds(grace));
  }
};

Scene draw_scene(unsigned seed) {
  Dice dice(seed);
  Scene scene;
  scene.kind = static_cast<StreamJoinKind>(dice.draw(0, 2));
  scene.before = dice.draw(0, 20);
  scene.after = dice.chance(50) ? scene.before : dice.draw(0, 20);
  if (dice.chance(10)) {
    scene.before = -dice.draw(0, scene.after);  // only what comes later
  }
  scene.grace = dice.chance(30) ? 0 : dice.draw(0, 40);
  if (scene.before + scene.after + scene.grace == 0) {
    scene.grace = 1;
  }
  const std::int64_t disorder = dice.draw(0, 60);
  const std::int64_t keys = dice.draw(1, 5);
  std::int64_t now = 0;
  const std::int64_t count = dice.draw(30, 200);
  for (std::int64_t number = 0; number < count; ++number) {
    now += dice.chance(3) ? dice.draw(0, 1'000) : dice.draw(0, 6);
    Event event;
    event.left = dice.chance(50);
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

Topology topology_of(const Scene& scene) {
  StreamBuilder builder;
  const auto all = builder.stream<std::string, std::string>("events");
  const auto side = [&](char letter) {
    return all.filter([letter](const std::string& value) { return value.front() == letter; })
        .map_values([](const std::string& value) {
          return value.size() == 1 ? std::nullopt : std::optional(value.substr(1));
        });
  };
  const auto left = side('L');
  const auto right = side('R');
  switch (scene.kind) {
    case StreamJoinKind::inner:
      left.join(right, joined, scene.windows()).to("results");
      break;
    case StreamJoinKind::left:
      left.left_join(right, joined, scene.windows()).to("results");
      break;
    case StreamJoinKind::outer:
      left.outer_join(right, joined, scene.windows()).to("results");
      break;
  }
  return builder.build();
}

// key, value, timestamp
using Result = std::tuple<std::string, std::string, std::int64_t>;

// Looks through all records ever kept.
class Model {
 public:
  explicit Model(const Scene& scene) : scene_(scene) {}

  std::vector<Result> run() {
    for (const Event& event : scene_.events) {
      latest_ = std::max(latest_, event.time);
      if (event.value.has_value() && event.key.has_value()) {
        join(event);
      } else if (event.value.has_value() && is_outer(event.left)) {
        give_out(event, "null", nullptr, event.time);
      }
    }
    return std::move(results_);
  }
  std::size_t unmatched = 0;
  std::size_t late = 0;

 private:
  [[nodiscard]] bool is_outer(bool left) const {
    return scene_.kind == StreamJoinKind::outer || (left && scene_.kind == StreamJoinKind::left);
  }
  [[nodiscard]] std::int64_t reach(bool left) const { return left ? scene_.after : scene_.before; }
  // Whether a record may still meet another for sure: one that comes in time must find it.
  [[nodiscard]] bool is_open(const Event& event) const {
    return event.time + reach(event.left) + scene_.grace >= latest_;
  }
  // How long a record is kept for late ones, by the time of its own side.
  [[nodiscard]] bool is_kept(const Event& event) const {
    const std::int64_t both = scene_.before + scene_.after;
    return event.time + std::max({both - 1, scene_.before, scene_.after}) + scene_.grace >=
           latest_of_[event.left ? 1 : 0];
  }

  void give_out(const Event& event, const std::string& key, const std::string* other,
                std::int64_t time) {
    results_.emplace_back(
        key, event.left ? joined(&*event.value, other) : joined(other, &*event.value), time);
  }

  void join(const Event& event) {
    if (scene_.kind != StreamJoinKind::inner && event.time == latest_) {
      give_out_closed();
    }
    const std::int64_t from =
        std::max<std::int64_t>(0, event.time - (event.left ? scene_.before : scene_.after));
    const std::int64_t to = event.time + reach(event.left);
    std::vector<const Event*> partners;
    for (const Event& other : stored_) {
      if (other.left != event.left && other.key == event.key && other.time >= from &&
          other.time <= to && (is_open(other) || is_kept(other))) {
        partners.push_back(&other);
      }
    }
    std::stable_sort(partners.begin(), partners.end(),
                     [](const Event* one, const Event* two) { return one->time < two->time; });
    for (const Event* other : partners) {
      std::erase_if(waiting_, [&](const Event& waiting) {
        return waiting.left == other->left && waiting.key == other->key &&
               waiting.time == other->time;
      });
      give_out(event, *event.key, &*other->value, std::max(event.time, other->time));
    }
    if (partners.empty() && is_outer(event.left)) {
      if (to < latest_) {
        give_out(event, *event.key, nullptr, event.time);
      } else {
        waiting_.push_back(event);
      }
    }
    std::int64_t& latest = latest_of_[event.left ? 1 : 0];
    latest = std::max(latest, event.time);
    if (is_kept(event)) {
      stored_.push_back(event);
    } else {
      ++late;
    }
  }

  void give_out_closed() {
    std::stable_sort(waiting_.begin(), waiting_.end(), [](const Event& one, const Event& two) {
      return std::tie(one.time, one.left, *one.key) < std::tie(two.time, two.left, *two.key);
    });
    std::vector<Event> open;
    for (const Event& event : waiting_) {
      if (is_open(event)) {
        open.push_back(event);
      } else {
        give_out(event, *event.key, nullptr, event.time);
        ++unmatched;
      }
    }
    waiting_ = std::move(open);
  }

  const Scene& scene_;
  std::int64_t latest_ = -1;
  std::array<std::int64_t, 2> latest_of_ = {-1, -1};
  std::vector<Event> stored_;
  std::vector<Event> waiting_;
  std::vector<Result> results_;
};

std::vector<Result> read_results(TopologyDriver& driver) {
  std::vector<Result> results;
  auto out = driver.output<std::string, std::string>("results");
  for (const auto& record : out.read_all()) {
    results.emplace_back(record.key.value_or("null"), *record.value, record.timestamp.value());
  }
  return results;
}

testing::TestRecord<std::string, std::string> input_of(const Event& event) {
  return {
      event.key, (event.left ? "L" : "R") + event.value.value_or(""), Timestamp(event.time), {}};
}

class StreamJoinProperty : public ::testing::TestWithParam<CaseStore> {};

TEST_P(StreamJoinProperty, GivesTheResultsOfTheModel) {
  for_each_seed(GetParam(), [](unsigned seed) {
    const Scene scene = draw_scene(seed);
    CaseRun run(topology_of(scene), seed, GetParam(), scene.events.size(), CaseSources::one);
    auto events = run.driver().input<std::string, std::string>("events");

    for (const Event& event : scene.events) {
      events.pipe(input_of(event));
      run.after_input();
    }
    run.finish();

    Model model(scene);
    EXPECT_EQ(read_results(run.driver()), model.run());
    if (run.calm()) {
      EXPECT_EQ(dropped(run.driver(), "late"), model.late);
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Stores, StreamJoinProperty, ::testing::ValuesIn(kCaseStores),
                         name_of_store);

// A planted bug: windows that reach a millisecond further must not pass for the model's.
TEST(StreamJoinModel, NoticesWindowsThatAreTooLong) {
  int noticed = 0;
  for (unsigned seed = 1; seed <= 20; ++seed) {
    const Scene scene = draw_scene(seed);
    Scene longer = scene;
    ++longer.after;
    TopologyDriver driver(topology_of(longer));
    auto events = driver.input<std::string, std::string>("events");
    for (const Event& event : scene.events) {
      events.pipe(input_of(event));
    }
    noticed += read_results(driver) == Model(scene).run() ? 0 : 1;
  }
  EXPECT_GT(noticed, 10);
}

// The model must have something to say.
TEST(StreamJoinModel, MeetsUnmatchedAndLateRecords) {
  std::size_t unmatched = 0;
  std::size_t late = 0;
  std::size_t results = 0;
  for (unsigned seed = 1; seed <= 60; ++seed) {
    const Scene scene = draw_scene(seed);
    Model model(scene);
    results += model.run().size();
    unmatched += model.unmatched;
    late += model.late;
  }
  EXPECT_GT(unmatched, 300U);
  EXPECT_GT(late, 100U);
  EXPECT_GT(results, 2000U);
}

}  // namespace
}  // namespace pawl::test

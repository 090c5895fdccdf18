// A stream joined with a versioned table, where the stream's records wait for late table updates.
#include "operators/driver_reading.h"
#include "support/temporary_directory.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <tuple>
#include <vector>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;
using testing::DriverCommit;
using testing::DriverOptions;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::TopologyDriver;

// Orders with the price at their time, `grace` later.
Topology priced_orders(milliseconds history, milliseconds grace) {
  StreamBuilder builder;
  const auto prices = builder.table<std::string, std::string>(
      "prices", Materialized::as_versioned("prices-by-item", history));
  builder.stream<std::string, std::string>("orders")
      .left_join(
          prices,
          [](const std::string& order, const std::string* price) {
            return order + " for " + (price == nullptr ? "?" : *price);
          },
          Joined::as("priced").grace(grace))
      .to("out");
  return builder.build();
}

struct Driven {
  explicit Driven(DriverOptions options = {}, milliseconds history = milliseconds(100),
                  milliseconds grace = milliseconds(10))
      : driver(priced_orders(history, grace), std::move(options)),
        prices(driver.input<std::string, std::string>("prices")),
        orders(driver.input<std::string, std::string>("orders")),
        out(driver.output<std::string, std::string>("out")) {}
  std::vector<std::string> read() { return lines(out); }
  TopologyDriver driver;
  testing::InputTopic<std::string, std::string> prices;
  testing::InputTopic<std::string, std::string> orders;
  testing::OutputTopic<std::string, std::string> out;
};

TEST(StreamTableGraceJoin, WaitsForTableUpdatesOfItsTime) {
  Driven test;
  test.orders.pipe("tea", "a", Timestamp(20));
  test.prices.pipe("tea", "3", Timestamp(18));
  test.prices.pipe("tea", "4", Timestamp(21));
  EXPECT_THAT(test.read(), IsEmpty());

  test.orders.pipe("tea", "b", Timestamp(30));

  EXPECT_THAT(test.read(), ElementsAre("tea=a for 3@20"));
}

TEST(StreamTableGraceJoin, GivesResultsInTheOrderOfTime) {
  Driven test;
  test.orders.pipe("b", "1", Timestamp(25));
  test.orders.pipe("a", "2", Timestamp(20));
  test.orders.pipe("b", "3", Timestamp(20));

  test.orders.pipe("x", "4", Timestamp(100));

  EXPECT_THAT(test.read(), ElementsAre("a=2 for ?@20", "b=3 for ?@20", "b=1 for ?@25"));
}

TEST(StreamTableGraceJoin, JoinsARecordThatIsLaterThanGraceAtOnce) {
  Driven test;
  test.orders.pipe("tea", "a", Timestamp(100));
  test.prices.pipe("tea", "3", Timestamp(50));

  test.orders.pipe("tea", "late", Timestamp(89));
  test.orders.pipe("tea", "just in time", Timestamp(90));

  EXPECT_THAT(test.read(), ElementsAre("tea=late for 3@89", "tea=just in time for 3@90"));
}

TEST(StreamTableGraceJoin, KeepsTheHeadersOfTheWaitingRecord) {
  Driven test;
  test.orders.pipe("tea", "a", Timestamp(20), {{"from", "a"}});

  test.orders.pipe("tea", "b", Timestamp(40), {{"from", "b"}});

  EXPECT_EQ(test.out.read()->headers, (Headers{{"from", "a"}}));
}

TEST(StreamTableGraceJoin, DropsRecordsWithoutAValueAndCountsThem) {
  Driven test;

  test.orders.pipe({"tea", std::nullopt, Timestamp(20), {}});
  test.orders.pipe("tea", "b", Timestamp(20));

  EXPECT_EQ(dropped(test.driver, "null_value"), 1U);
}

// Kafka Streams fails at it: a record without a key cannot be buffered.
TEST(StreamTableGraceJoin, ALeftJoinPassesARecordWithoutAKeyOn) {
  Driven native;
  native.orders.pipe({std::nullopt, "a", Timestamp(20), {}});
  EXPECT_THAT(native.read(), ElementsAre("null=a for ?@20"));

  DriverOptions options;
  options.compatibility = Compatibility::kafka_streams_4_3;
  Driven java(options);
  EXPECT_THROW(java.orders.pipe({std::nullopt, "a", Timestamp(20), {}}), ProcessingStopped);
}

TEST(StreamTableGraceJoin, KeepsWaitingRecordsAndTimeOverARestart) {
  for (const TopologyDriver::State state :
       {TopologyDriver::State::kept, TopologyDriver::State::lost}) {
    const TemporaryDirectory directory;
    DriverOptions options;
    options.state_dir = directory.path() / "state";
    Driven test(options);
    test.orders.pipe("tea", "a", Timestamp(100));
    test.orders.pipe("tea", "b", Timestamp(100));

    test.driver.restart(state);
    test.orders.pipe("tea", "c", Timestamp(100));
    test.orders.pipe("tea", "late", Timestamp(89));
    EXPECT_THAT(test.read(), ElementsAre("tea=late for ?@89"));
    test.orders.pipe("x", "", Timestamp(200));

    EXPECT_THAT(test.read(), ElementsAre("tea=a for ?@100", "tea=b for ?@100", "tea=c for ?@100"));
  }
}

TEST(StreamTableGraceJoin, AnAbortBringsBackWhatLeft) {
  DriverOptions options;
  options.commit = DriverCommit::by_hand;
  Driven test(options);
  test.orders.pipe("tea", "a", Timestamp(20));
  test.driver.commit();
  test.orders.pipe("tea", "b", Timestamp(40));

  test.driver.abort();
  test.driver.advance_wall_clock(milliseconds(0));

  EXPECT_THAT(test.read(), ElementsAre("tea=a for ?@20"));
}

TEST(StreamTableGraceJoin, AsksForAVersionedTableWithAHistoryOfThatLength) {
  StreamBuilder builder;
  const auto plain = builder.table<std::string, std::string>("plain");
  const auto versioned = builder.table<std::string, std::string>(
      "versioned", Materialized::as_versioned("v", milliseconds(5)));
  const auto orders = builder.stream<std::string, std::string>("orders");
  const auto joiner = [](const std::string& order, const std::string& price) {
    return order + price;
  };

  EXPECT_THROW((void)orders.join(plain, joiner, Joined::grace(milliseconds(1))), TopologyError);
  EXPECT_THROW((void)orders.join(versioned, joiner, Joined::grace(milliseconds(6))), TopologyError);
}

// --- random scenes against a model

struct Event {
  bool of_table = false;
  std::string key;
  std::optional<std::string> value;
  std::int64_t time = 0;
};

struct Scene {
  std::int64_t history = 0;
  std::int64_t grace = 0;
  std::vector<Event> events;
};

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

Scene draw_scene(unsigned seed) {
  Dice dice(seed);
  Scene scene;
  scene.history = dice.draw(0, 5000);
  scene.grace = dice.draw(0, std::min<std::int64_t>(scene.history, 300));
  const std::int64_t disorder = dice.draw(0, 200);
  std::int64_t now = 0;
  for (std::int64_t left = dice.draw(10, 80); left > 0; --left) {
    now += dice.chance(5) ? dice.draw(0, 6000) : dice.draw(0, 30);
    const std::int64_t back = dice.chance(5) ? 20 * disorder : disorder;
    Event event{dice.chance(50), std::string(1, static_cast<char>('A' + dice.draw(0, 2))),
                "v" + std::to_string(left), std::max<std::int64_t>(0, now - dice.draw(0, back))};
    // Deletions have times of their own: one at the very time of a value is forgotten by
    // Kafka Streams (VersionedStoreTest has it).
    event.time *= 2;
    if (dice.chance(15)) {
      event.value.reset();
      ++event.time;
    }
    scene.events.push_back(std::move(event));
  }
  return scene;
}

std::vector<std::string> model_of(const Scene& scene) {
  std::map<std::string, std::map<std::int64_t, std::optional<std::string>>> versions;
  std::int64_t table_time = -1;
  std::int64_t stream_time = -1;
  std::map<std::tuple<std::int64_t, std::string, std::size_t>, std::string> waiting;
  std::vector<std::string> results;
  const auto join = [&](const std::string& key, const std::string& value, std::int64_t time) {
    std::string price = "?";
    const auto& of_key = versions[key];
    const auto after = of_key.upper_bound(time);
    const bool remembered = time >= table_time - scene.history || after == of_key.end();
    if (after != of_key.begin() && remembered) {
      price = std::prev(after)->second.value_or("?");
    }
    results.push_back(key + "=" + value + " for " + price + "@" + std::to_string(time));
  };
  for (std::size_t at = 0; at < scene.events.size(); ++at) {
    const Event& event = scene.events[at];
    if (event.of_table) {
      if (event.time >= table_time - scene.history) {
        versions[event.key][event.time] = event.value;
        table_time = std::max(table_time, event.time);
      }
      continue;
    }
    if (!event.value.has_value()) {
      continue;
    }
    if (event.time < stream_time - scene.grace) {
      join(event.key, *event.value, event.time);
      continue;
    }
    stream_time = std::max(stream_time, event.time);
    waiting[{event.time, event.key, at}] = *event.value;
    while (!waiting.empty() && std::get<0>(waiting.begin()->first) <= stream_time - scene.grace) {
      const auto [place, value] = *waiting.begin();
      waiting.erase(waiting.begin());
      join(std::get<1>(place), value, std::get<0>(place));
    }
  }
  return results;
}

unsigned cases(unsigned otherwise) {
  const char* const count = std::getenv("PAWL_TEST_CASES");  // NOLINT(concurrency-mt-unsafe)
  return count == nullptr ? otherwise : static_cast<unsigned>(std::strtoul(count, nullptr, 10));
}

void expect_model(unsigned seed, bool on_disk) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  const Scene scene = draw_scene(seed);
  const TemporaryDirectory directory;
  DriverOptions options;
  options.compatibility = seed % 4 < 2 ? Compatibility::native : Compatibility::kafka_streams_4_3;
  if (on_disk) {
    options.state_dir = directory.path() / "state";
  }
  Driven test(options, milliseconds(scene.history), milliseconds(scene.grace));
  Dice dice(seed + 1'000'000);
  const bool restarts = seed % 2 == 1;
  const auto restart_at =
      static_cast<std::size_t>(dice.draw(0, static_cast<std::int64_t>(scene.events.size()) - 1));
  for (std::size_t at = 0; at < scene.events.size(); ++at) {
    const Event& event = scene.events[at];
    if (restarts && at == restart_at) {
      test.driver.restart(dice.chance(50) ? TopologyDriver::State::kept
                                          : TopologyDriver::State::lost);
    }
    (event.of_table ? test.prices : test.orders)
        .pipe({event.key, event.value, Timestamp(event.time), {}});
  }
  EXPECT_EQ(test.read(), model_of(scene));
}

TEST(StreamTableGraceJoinProperty, GivesTheResultsOfTheModel) {
  const unsigned fresh = std::random_device()();
  std::printf("seed %u\n", fresh);
  expect_model(fresh, false);
  const unsigned count = cases(1000);
  for (unsigned seed = 1; seed <= count && !HasFailure(); ++seed) {
    expect_model(seed, false);
  }
}

TEST(StreamTableGraceJoinProperty, GivesTheResultsOfTheModelOnDisk) {
  const unsigned count = cases(10);
  for (unsigned seed = 1; seed <= count && !HasFailure(); ++seed) {
    expect_model(seed, true);
  }
}

}  // namespace
}  // namespace pawl::test

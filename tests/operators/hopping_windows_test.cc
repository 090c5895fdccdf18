// Aggregations per hopping window of records that lie in several windows, one of which cannot take
// them: what is left of such a record when it is skipped.
#include "operators/driver_reading.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;
using testing::DriverOptions;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::TopologyDriver;

// Sums; no window may hold more than 100.
Topology limited_sums(EmitStrategy emit) {
  StreamBuilder builder;
  builder.stream<std::string, std::int64_t>("in")
      .group_by_key()
      .windowed_by(
          HoppingWindows::of(milliseconds(10)).advance_by(milliseconds(5)).grace(milliseconds(20)))
      .emit_strategy(emit)
      .aggregate([] { return std::int64_t{0}; },
                 [](const std::string& /*key*/, std::int64_t value, std::int64_t& sum) {
                   if (sum + value > 100) {
                     throw std::runtime_error("the window is full");
                   }
                   sum += value;
                 },
                 Materialized::as("sums"))
      .to_stream()
      .to("out");
  return builder.build();
}

DriverOptions skipping(Compatibility compatibility) {
  DriverOptions options;
  options.errors.processing = OnBadRecord::skip;
  options.compatibility = compatibility;
  return options;
}

struct Driven {
  explicit Driven(Compatibility compatibility, EmitStrategy emit = EmitStrategy::on_window_update())
      : driver(limited_sums(emit), skipping(compatibility)),
        in(driver.input<std::string, std::int64_t>("in")),
        out(driver.output<Windowed<std::string>, std::int64_t>(
            "out", serde::time_windowed(serde::string(), milliseconds(10)))) {}
  void pipe(std::int64_t value, std::int64_t time) { in.pipe("a", value, Timestamp(time)); }
  std::vector<std::string> read() { return lines(out); }
  TopologyDriver driver;
  testing::InputTopic<std::string, std::int64_t> in;
  testing::OutputTopic<Windowed<std::string>, std::int64_t> out;
};

// The window [5,15) could take the second record, [10,20) cannot.
void fill(Driven& test) {
  test.pipe(90, 16);
  EXPECT_THAT(test.read(), ElementsAre("a[10,20)=90@16", "a[15,25)=90@16"));
  test.pipe(50, 12);
}

TEST(HoppingWindows, LeaveNothingOfARecordThatIsSkipped) {
  Driven test(Compatibility::native);
  fill(test);
  EXPECT_THAT(test.read(), IsEmpty());
  EXPECT_EQ(dropped(test.driver, "processing"), 1U);

  test.pipe(1, 13);

  EXPECT_THAT(test.read(), ElementsAre("a[5,15)=1@13", "a[10,20)=91@16"));
}

TEST(HoppingWindows, LeaveItInTheWindowsBeforeTheOneThatFailsAsInKafkaStreams) {
  Driven test(Compatibility::kafka_streams_4_3);
  fill(test);
  EXPECT_THAT(test.read(), ElementsAre("a[5,15)=50@12"));
  EXPECT_EQ(dropped(test.driver, "processing"), 1U);

  test.pipe(1, 13);

  EXPECT_THAT(test.read(), ElementsAre("a[5,15)=51@13", "a[10,20)=91@16"));
}

TEST(HoppingWindows, EmitNothingOfASkippedRecordWhenTheyClose) {
  Driven test(Compatibility::native, EmitStrategy::on_window_close());
  test.pipe(90, 16);
  test.pipe(50, 12);

  test.pipe(1, 46);

  EXPECT_THAT(test.read(), ElementsAre("a[10,20)=90@16", "a[15,25)=90@16"));
}

// A window's result and the one before it, which a group by another key takes away again.
TEST(HoppingWindows, ShowTheOldValueOfEachWindow) {
  StreamBuilder builder;
  builder.stream<std::string, std::int64_t>("in")
      .group_by_key()
      .windowed_by(
          HoppingWindows::of(milliseconds(10)).advance_by(milliseconds(5)).grace(milliseconds(20)))
      .reduce([](std::int64_t sum, std::int64_t value) { return sum + value; })
      .group_by([](const Windowed<std::string>& window, std::int64_t sum) {
        return std::pair(window.key, sum);
      })
      .reduce([](std::int64_t total, std::int64_t sum) { return total + sum; },
              [](std::int64_t total, std::int64_t sum) { return total - sum; })
      .to_stream()
      .to("out");
  TopologyDriver driver(builder.build());
  auto in = driver.input<std::string, std::int64_t>("in");
  auto out = driver.output<std::string, std::int64_t>("out");

  in.pipe("a", 1, Timestamp(12));
  in.pipe("a", 20, Timestamp(17));
  in.pipe("a", 300, Timestamp(13));
  const std::vector<std::string> totals = lines(out);

  // [5,15) has 301, [10,20) 321, [15,25) 20.
  ASSERT_FALSE(totals.empty());
  EXPECT_EQ(totals.back(), "a=642@17");
}

}  // namespace
}  // namespace pawl::test

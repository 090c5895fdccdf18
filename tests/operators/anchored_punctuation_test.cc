// Punctuations anchored at a time: which times they fire at, by both clocks, whenever they are
// scheduled; restarts, aborts, and what is refused.
#include "operators/driver_reading.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;
using ::testing::AllOf;
using testing::DriverCommit;
using testing::DriverOptions;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::TopologyDriver;

using Context = ProcessorContext<std::string, std::string>;

struct Anchor {
  Timestamp start;
  milliseconds interval;
  PunctuationType type;
};

PunctuationHandle schedule(Context& context, const Anchor& anchor) {
  return context.schedule(anchor.start, anchor.interval, anchor.type, [&context](Timestamp now) {
    const std::string key = "tick";
    context.forward({&key, &key, now});
  });
}

// Schedules in init(), or when a record says so; a record can also cancel.
class Ticking final : public Processor<std::string, std::string> {
 public:
  Ticking(Anchor anchor, bool at_once) : anchor_(anchor), at_once_(at_once) {}
  void init(Context& context) override {
    context_ = &context;
    if (at_once_) {
      handle_ = schedule(context, anchor_);
    }
  }
  void process(const Record<std::string, std::string>& record) override {
    if (*record.value == "schedule") {
      handle_ = schedule(*context_, anchor_);
    } else if (*record.value == "cancel") {
      handle_.cancel();
    }
  }

 private:
  Anchor anchor_;
  bool at_once_;
  Context* context_ = nullptr;
  PunctuationHandle handle_;
};

Topology ticking(const Anchor& anchor, bool at_once = true) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .process([anchor, at_once] { return std::make_unique<Ticking>(anchor, at_once); }, {},
               Named::as("ticking"))
      .to("out");
  return builder.build();
}

struct Driven {
  explicit Driven(const Topology& topology, DriverOptions options = {})
      : driver(topology, std::move(options)),
        in(driver.input<std::string, std::string>("in")),
        out(driver.output<std::string, std::string>("out")) {}
  void pipe(std::int64_t time, const char* value = "v") { in.pipe("a", value, Timestamp(time)); }
  void wait(std::int64_t by) { driver.advance_wall_clock(milliseconds(by)); }
  std::vector<std::string> read() { return lines(out); }
  TopologyDriver driver;
  testing::InputTopic<std::string, std::string> in;
  testing::OutputTopic<std::string, std::string> out;
};

DriverOptions at(std::int64_t wall_clock) {
  DriverOptions options;
  options.wall_clock_start = Timestamp(wall_clock);
  return options;
}

Anchor by_stream_time(std::int64_t start, std::int64_t interval) {
  return {Timestamp(start), milliseconds(interval), PunctuationType::stream_time};
}
Anchor by_clock(std::int64_t start, std::int64_t interval) {
  return {Timestamp(start), milliseconds(interval), PunctuationType::wall_clock};
}

TEST(AnchoredStreamTimePunctuation, FiresAtTheStartAndWholeIntervalsBehindIt) {
  Driven test(ticking(by_stream_time(15, 10)));

  for (const std::int64_t time : {5, 14, 15, 24, 26, 33, 35}) {
    test.pipe(time);
  }

  EXPECT_THAT(test.read(), ElementsAre("tick=tick@15", "tick=tick@26", "tick=tick@35"));
}

TEST(AnchoredStreamTimePunctuation, DoesNotMakeUpForGapsAndKeepsItsTimes) {
  Driven test(ticking(by_stream_time(5, 10)));

  for (const std::int64_t time : {47, 54, 55}) {
    test.pipe(time);
  }

  EXPECT_THAT(test.read(), ElementsAre("tick=tick@47", "tick=tick@55"));
}

TEST(AnchoredStreamTimePunctuation, DoesNotFireForATimeThatWasOverWhenItWasScheduled) {
  Driven test(ticking(by_stream_time(15, 10), false));

  test.pipe(48, "schedule");
  EXPECT_THAT(test.read(), IsEmpty());
  test.pipe(54);
  EXPECT_THAT(test.read(), IsEmpty());
  test.pipe(55);

  EXPECT_THAT(test.read(), ElementsAre("tick=tick@55"));
}

TEST(AnchoredStreamTimePunctuation, FiresForTheVeryTimeAtWhichItIsScheduled) {
  Driven test(ticking(by_stream_time(48, 10), false));

  test.pipe(48, "schedule");

  EXPECT_THAT(test.read(), ElementsAre("tick=tick@48"));
}

// Unanchored ones are due with the first record behind a restart: they are scheduled anew at 0.
TEST(AnchoredStreamTimePunctuation, GoesOnAtItsTimesAfterARestart) {
  Driven test(ticking(by_stream_time(5, 10)));
  test.pipe(8);
  EXPECT_THAT(test.read(), ElementsAre("tick=tick@8"));

  test.driver.restart(TopologyDriver::State::lost);
  test.pipe(9);
  EXPECT_THAT(test.read(), IsEmpty());
  test.pipe(15);

  EXPECT_THAT(test.read(), ElementsAre("tick=tick@15"));
}

TEST(AnchoredStreamTimePunctuation, FiresAgainAfterAnAbort) {
  DriverOptions by_hand;
  by_hand.commit = DriverCommit::by_hand;
  Driven test(ticking(by_stream_time(5, 10)), by_hand);
  test.pipe(5);
  test.driver.commit();
  test.pipe(15);

  test.driver.abort();
  test.pipe(16);
  test.driver.commit();

  EXPECT_THAT(test.read(), ElementsAre("tick=tick@5", "tick=tick@15"));
}

TEST(AnchoredWallClockPunctuation, WaitsForItsStart) {
  Driven test(ticking(by_clock(125, 50)), at(100));

  test.wait(24);
  EXPECT_THAT(test.read(), IsEmpty());
  test.wait(1);
  test.wait(49);
  test.wait(1);

  EXPECT_THAT(test.read(), ElementsAre("tick=tick@125", "tick=tick@175"));
}

// However long ago the start was: at every full hour, say.
TEST(AnchoredWallClockPunctuation, FiresAtTheNextOfItsTimesWhenTheStartIsOver) {
  Driven test(ticking(by_clock(0, 60)), at(1'003));  // next: 1020

  test.wait(16);
  EXPECT_THAT(test.read(), IsEmpty());
  test.wait(1);
  test.wait(150);  // 1080 and 1140 are over
  test.wait(30);

  EXPECT_THAT(test.read(), ElementsAre("tick=tick@1020", "tick=tick@1170", "tick=tick@1200"));
}

TEST(AnchoredWallClockPunctuation, KeepsItsTimesAcrossARestart) {
  Driven test(ticking(by_clock(0, 60)), at(1'003));
  test.wait(20);
  EXPECT_THAT(test.read(), ElementsAre("tick=tick@1023"));

  test.driver.restart(TopologyDriver::State::lost);
  test.wait(56);
  EXPECT_THAT(test.read(), IsEmpty());
  test.wait(1);

  EXPECT_THAT(test.read(), ElementsAre("tick=tick@1080"));
}

TEST(AnchoredPunctuation, EndsWhenItIsCancelled) {
  Driven by_records(ticking(by_stream_time(5, 10)));
  by_records.pipe(5);
  by_records.pipe(6, "cancel");
  by_records.pipe(40);
  EXPECT_THAT(by_records.read(), ElementsAre("tick=tick@5"));

  Driven by_waiting(ticking(by_clock(5, 10)));
  by_waiting.wait(5);
  by_waiting.pipe(1, "cancel");
  by_waiting.wait(40);
  EXPECT_THAT(by_waiting.read(), ElementsAre("tick=tick@5"));
}

TEST(AnchoredPunctuation, NeedsAPositiveIntervalAndAStartThatExists) {
  for (const std::int64_t interval : {0, -1}) {
    Driven test(ticking(by_stream_time(5, interval), false));
    EXPECT_THAT(reason_of_stop([&] { test.pipe(10, "schedule"); }),
                AllOf(HasSubstr("node ticking"), HasSubstr("positive interval")));
  }
  Driven test(ticking(by_clock(-1, 10), false));
  EXPECT_THAT(reason_of_stop([&] { test.pipe(10, "schedule"); }),
              AllOf(HasSubstr("node ticking"), HasSubstr("before 1970")));
}

}  // namespace
}  // namespace pawl::test

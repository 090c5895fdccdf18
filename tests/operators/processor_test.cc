// The Processor API in the driver: what a hand-made step can do, and what it may rely on.
#include "operators/driver_reading.h"

#include <pawl/operators/dsl.h>
#include <pawl/operators/topology_builder.h>
#include <pawl/serde/primitives.h>
#include <pawl/statestore/typed/stores.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

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

using StringRecord = Record<std::string, std::string>;
using StringContext = ProcessorContext<std::string, std::string>;

// A processor made of two functions.
class Step final : public Processor<std::string, std::string> {
 public:
  using Init = std::function<void(StringContext&)>;
  using Process = std::function<void(StringContext&, const StringRecord&)>;
  Step(Init init, Process process) : init_(std::move(init)), process_(std::move(process)) {}
  void init(StringContext& context) override {
    context_ = &context;
    if (init_) {
      init_(context);
    }
  }
  void process(const StringRecord& record) override {
    if (process_) {
      process_(*context_, record);
    }
  }

 private:
  Init init_;
  Process process_;
  StringContext* context_ = nullptr;
};

auto step(Step::Init init, Step::Process process) {
  return [init = std::move(init), process = std::move(process)] {
    return std::make_unique<Step>(init, process);
  };
}
auto step(Step::Process process) {
  return step({}, std::move(process));
}

// in -> step -> out
Topology around(Step::Init init, Step::Process process) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .process(step(std::move(init), std::move(process)), {}, Named::as("step"))
      .to("out");
  return builder.build();
}

struct Strings {
  explicit Strings(const Topology& topology, DriverOptions options = {})
      : driver(topology, std::move(options)),
        in(driver.input<std::string, std::string>("in")),
        out(driver.output<std::string, std::string>("out")) {}
  void pipe(const char* key, std::int64_t time, const char* value = "v") {
    in.pipe(key, value, Timestamp(time));
  }
  std::vector<std::string> read() { return lines(out); }
  TopologyDriver driver;
  testing::InputTopic<std::string, std::string> in;
  testing::OutputTopic<std::string, std::string> out;
};

DriverOptions by_hand() {
  DriverOptions options;
  options.commit = DriverCommit::by_hand;
  return options;
}

TEST(Processor, ForwardsAsOftenAsItLikes) {
  Strings test(around({}, [](StringContext& context, const StringRecord& record) {
    for (int copy = 0; copy < static_cast<int>(record.value->size()); ++copy) {
      context.forward(record.with_timestamp(record.timestamp + milliseconds(copy)));
    }
  }));

  test.pipe("none", 1, "");
  test.pipe("a", 5, "xyz");

  EXPECT_THAT(test.read(), ElementsAre("a=xyz@5", "a=xyz@6", "a=xyz@7"));
}

TEST(Processor, ForwardsToOneChildByName) {
  TopologyBuilder builder;
  const auto source = builder.source("source", {"in"}, serde::string(), serde::string());
  const auto router =
      builder.processor("router", step([](StringContext& context, const StringRecord& record) {
                          if (*record.key == "both") {
                            context.forward(record);
                          } else {
                            context.forward(record, *record.key);
                          }
                        }),
                        source);
  builder.sink("left", "left-topic", router);
  builder.sink("right", "right-topic", router);
  TopologyDriver driver(builder.build());
  auto in = driver.input<std::string, std::string>("in");
  auto left = driver.output<std::string, std::string>("left-topic");
  auto right = driver.output<std::string, std::string>("right-topic");

  in.pipe("left", "1", Timestamp(1));
  in.pipe("right", "2", Timestamp(2));
  in.pipe("both", "3", Timestamp(3));

  EXPECT_THAT(lines(left), ElementsAre("left=1@1", "both=3@3"));
  EXPECT_THAT(lines(right), ElementsAre("right=2@2", "both=3@3"));
  EXPECT_THAT(reason_of_stop([&] { in.pipe("up", "4", Timestamp(4)); }),
              AllOf(HasSubstr("node router"), HasSubstr("no child node is called up")));
}

TEST(Processor, KnowsWhereItsRecordComesFromAndWhatTimeItIs) {
  DriverOptions options;
  options.wall_clock_start = Timestamp(9000);
  Strings test(around({},
                      [](StringContext& context, const StringRecord& record) {
                        const std::string seen = to_string(context.coordinates()) + " " +
                                                 std::to_string(context.stream_time().value()) +
                                                 " " + std::to_string(context.wall_time().value()) +
                                                 " " + context.application_id() + " " +
                                                 to_string(context.task_id());
                        context.forward(record.with_value(&seen));
                      }),
               options);
  test.pipe("a", 50);
  test.driver.advance_wall_clock(milliseconds(5));

  test.pipe("b", 40);

  EXPECT_THAT(test.read(),
              ElementsAre("a=in-0@0 50 9000 app 0_0@50", "b=in-0@1 50 9005 app 0_0@40"));
}

// In Kafka Streams a header that one child adds is seen by its siblings; here a record cannot be
// changed, only copied.
TEST(Processor, DoesNotShowItsHeadersToItsSiblings) {
  StreamBuilder builder;
  const auto stream = builder.stream<std::string, std::string>("in");
  stream
      .process(step([](StringContext& context, const StringRecord& record) {
        Headers headers = *record.headers;
        headers.add("secret", "1");
        context.forward(record.with_headers(&headers));
      }))
      .to("first");
  stream.to("out");
  Strings test(builder.build());

  test.in.pipe("a", "v", Timestamp(1), {{"h", "x"}});

  EXPECT_EQ(test.out.read()->headers, (Headers{{"h", "x"}}));
  EXPECT_EQ((test.driver.output<std::string, std::string>("first").read()->headers),
            (Headers{{"h", "x"}, {"secret", "1"}}));
}

const auto& visits() {
  static const auto kVisits = stores::key_value<std::string, std::int64_t>("visits");
  return kVisits;
}

class CountVisits final : public Processor<std::string, std::string, std::string, std::int64_t> {
 public:
  void init(ProcessorContext<std::string, std::int64_t>& context) override {
    context_ = &context;
    visits_.emplace(context.store(visits()));
  }
  void process(const StringRecord& record) override {
    const std::int64_t count = visits_->get(*record.key).value_or(0) + 1;
    visits_->put(*record.key, count);
    context_->forward(record.with_value(&count));
  }

 private:
  ProcessorContext<std::string, std::int64_t>* context_ = nullptr;
  std::optional<TypedKeyValueStore<std::string, std::int64_t>> visits_;
};

Topology counting_visits() {
  StreamBuilder builder;
  builder.add_store(visits());
  builder.stream<std::string, std::string>("in")
      .process([] { return std::make_unique<CountVisits>(); }, {"visits"})
      .to("counts");
  return builder.build();
}

TEST(Processor, KeepsItsStateInStoresThatTestsCanRead) {
  Strings test(counting_visits());
  auto counts = test.driver.output<std::string, std::int64_t>("counts");

  test.pipe("b", 1);
  test.pipe("a", 2);
  test.pipe("b", 3);

  EXPECT_THAT(lines(counts), ElementsAre("b=1@1", "a=1@2", "b=2@3"));
  auto store = test.driver.store(visits());
  EXPECT_EQ(store.get("b"), 2);
  EXPECT_EQ(store.get("c"), std::nullopt);
  std::vector<std::string> rows;
  for (auto row = store.all(); row.valid(); row.next()) {
    rows.push_back(row.key() + "=" + std::to_string(row.value()));
  }
  EXPECT_THAT(rows, ElementsAre("a=1", "b=2"));
}

TEST(Processor, HasTheCommittedStateBackAfterAnAbort) {
  Strings test(counting_visits(), by_hand());
  auto counts = test.driver.output<std::string, std::int64_t>("counts");
  test.pipe("a", 1);
  test.driver.commit();
  test.pipe("a", 2);

  test.driver.abort();
  EXPECT_EQ(test.driver.store(visits()).get("a"), 1);
  test.pipe("a", 3);  // and a@2 once more

  EXPECT_THAT(lines(counts), ElementsAre("a=1@1", "a=2@2", "a=3@3"));
}

TEST(Processor, HasItsStateBackAfterARestartWithoutItsDisk) {
  Strings test(counting_visits());
  test.pipe("a", 1);
  test.pipe("a", 2);

  test.driver.restart(TopologyDriver::State::lost);
  test.pipe("a", 3);

  EXPECT_EQ(test.driver.store(visits()).get("a"), 3);
}

TEST(Processor, CannotOpenAStoreItIsNotConnectedTo) {
  StreamBuilder builder;
  builder.add_store(visits());
  const auto stream = builder.stream<std::string, std::string>("in");
  stream.process([] { return std::make_unique<CountVisits>(); }, {"visits"});
  stream.process([] { return std::make_unique<CountVisits>(); }, {}, Named::as("forgetful"));
  const Topology topology = builder.build();

  EXPECT_THAT(reason_of_stop([&] { const TopologyDriver driver(topology); }),
              AllOf(HasSubstr("visits"), HasSubstr("forgetful")));
}

TEST(Processor, IsInitialisedAndClosedOncePerTask) {
  struct Lives final : Processor<std::string, std::string> {
    explicit Lives(std::vector<std::string>& told) : events(told) {}
    void init(StringContext& /*context*/) override { events.emplace_back("init"); }
    void process(const StringRecord& /*record*/) override { events.emplace_back("process"); }
    void close() override { events.emplace_back("close"); }
    std::vector<std::string>& events;
  };
  std::vector<std::string> events;
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in").process(
      [&events] { return std::make_unique<Lives>(events); });
  {
    Strings test(builder.build());
    test.pipe("a", 1);
    test.driver.restart(TopologyDriver::State::lost);
  }

  EXPECT_THAT(events, ElementsAre("init", "process", "close", "init", "close"));
}

// Forwards the time of each call.
Step::Init punctuate(PunctuationType type, milliseconds interval) {
  return [type, interval](StringContext& context) {
    context.schedule(interval, type, [&context](Timestamp now) {
      const std::string key = "tick";
      const std::string place = std::string(context.coordinates().topic);
      context.forward({&key, &place, now});
    });
  };
}

TEST(StreamTimePunctuation, FollowsTheRecordsAndDoesNotMakeUpForGaps) {
  Strings test(around(punctuate(PunctuationType::stream_time, milliseconds(10)), {}));
  test.driver.advance_wall_clock(milliseconds(1000));
  EXPECT_THAT(test.read(), IsEmpty());

  for (const std::int64_t time : {5, 9, 10, 8, 12, 47, 49, 50}) {
    test.pipe("a", time);
  }

  EXPECT_THAT(test.read(), ElementsAre("tick=@5", "tick=@10", "tick=@47", "tick=@50"));
}

TEST(WallClockPunctuation, FollowsTheClockOnly) {
  Strings test(around(punctuate(PunctuationType::wall_clock, milliseconds(10)), {}));
  test.pipe("a", 1000);
  test.driver.advance_wall_clock(milliseconds(9));
  EXPECT_THAT(test.read(), IsEmpty());

  test.driver.advance_wall_clock(milliseconds(1));
  test.driver.advance_wall_clock(milliseconds(35));
  test.driver.advance_wall_clock(milliseconds(4));

  EXPECT_THAT(test.read(), ElementsAre("tick=@10", "tick=@45"));
}

TEST(Punctuation, EndsWhenItIsCancelled) {
  auto handle = std::make_shared<PunctuationHandle>();
  Strings test(around(
      [handle](StringContext& context) {
        *handle = context.schedule(milliseconds(10), PunctuationType::stream_time,
                                   [&context, handle](Timestamp now) {
                                     const std::string key = "tick";
                                     context.forward({&key, &key, now});
                                     if (now >= Timestamp(20)) {
                                       handle->cancel();
                                     }
                                   });
      },
      {}));

  for (const std::int64_t time : {10, 20, 30, 40}) {
    test.pipe("a", time);
  }

  EXPECT_THAT(test.read(), ElementsAre("tick=tick@10", "tick=tick@20"));
}

TEST(Punctuation, ThatThrowsIsNamedByItsNode) {
  Strings test(around(
      [](StringContext& context) {
        context.schedule(milliseconds(10), PunctuationType::stream_time,
                         [](Timestamp) { throw std::runtime_error("broken clock"); });
      },
      {}));

  EXPECT_THAT(
      reason_of_stop([&] { test.pipe("a", 1); }),
      AllOf(HasSubstr("node step"), HasSubstr("in a punctuation"), HasSubstr("broken clock")));
}

// An abort takes back what a punctuation has sent and stored, so it must be called again.
TEST(StreamTimePunctuation, FiresAgainAfterAnAbort) {
  Strings test(around(punctuate(PunctuationType::stream_time, milliseconds(10)), {}), by_hand());
  test.pipe("a", 10);
  test.driver.commit();
  test.pipe("a", 20);

  test.driver.abort();
  test.pipe("a", 21);
  test.driver.commit();

  EXPECT_THAT(test.read(), ElementsAre("tick=@10", "tick=@20"));
}

TEST(WallClockPunctuation, FiresAgainAfterAnAbort) {
  Strings test(around(punctuate(PunctuationType::wall_clock, milliseconds(10)), {}), by_hand());
  test.driver.advance_wall_clock(milliseconds(10));

  test.driver.abort();
  test.driver.advance_wall_clock(milliseconds(2));
  test.driver.advance_wall_clock(milliseconds(2));
  test.driver.commit();

  EXPECT_THAT(test.read(), ElementsAre("tick=@12"));
}

TEST(Punctuation, IsScheduledAgainWhenTheRecordThatCancelledItWasAborted) {
  auto handle = std::make_shared<PunctuationHandle>();
  Strings test(around(
                   [handle](StringContext& context) {
                     *handle = context.schedule(milliseconds(10), PunctuationType::wall_clock,
                                                [&context](Timestamp now) {
                                                  const std::string key = "tick";
                                                  context.forward({&key, &key, now});
                                                });
                   },
                   [handle](StringContext& /*context*/, const StringRecord& record) {
                     if (*record.value == "stop") {
                       handle->cancel();
                     }
                   }),
               by_hand());
  test.pipe("a", 1, "stop");
  test.driver.abort();

  // Before the record is processed again.
  test.driver.advance_wall_clock(milliseconds(10));
  test.driver.advance_wall_clock(milliseconds(10));
  test.driver.commit();

  EXPECT_THAT(test.read(), ElementsAre("tick=tick@10"));
}

}  // namespace
}  // namespace pawl::test

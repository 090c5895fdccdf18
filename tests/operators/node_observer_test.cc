// Topology::observed_by: observers see every call of every node, and change nothing.
#include "operators/driver_reading.h"

#include <pawl/operators/change.h>
#include <pawl/operators/dsl.h>
#include <pawl/operators/topology_builder.h>
#include <pawl/serde/primitives.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <memory>
#include <stdexcept>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;
using ::testing::AllOf;
using testing::DriverOptions;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::TopologyDriver;

using Lines = std::vector<std::string>;

std::string text_of(const NodeCall& call) {
  if (call.is_punctuation()) {
    return "punctuation@" + std::to_string(call.timestamp().value());
  }
  const auto* const value = call.value<std::string>();
  const std::string text = value != nullptr ? *value : call.has_value() ? "?" : "null";
  return *call.key<std::string>() + "=" + text + "@" + std::to_string(call.timestamp().value()) +
         " of " + to_string(call.coordinates());
}

// Writes down each call of a node; throws in front of the values it is told to refuse.
class Scribe final : public NodeObserver {
 public:
  Scribe(std::string node, Lines& lines) : node_(std::move(node)), lines_(lines) {}
  void before(const NodeCall& call) override {
    lines_.push_back(node_ + " " + text_of(call));
    const auto* const value = call.value<std::string>();
    if (value != nullptr && *value == "refuse") {
      throw std::runtime_error("refused by the observer");
    }
  }
  void after(const NodeCall& /*call*/, NodeOutcome outcome) override {
    lines_.push_back(node_ + (outcome == NodeOutcome::threw ? " threw" : " done"));
  }

 private:
  std::string node_;
  Lines& lines_;
};

NodeObserverSupplier scribes(Lines& lines) {
  return [&lines](const NodeSpec& node, ProcessingContext& /*context*/) {
    return std::make_unique<Scribe>(node.name, lines);
  };
}

Topology loud() {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .map_values(
          [](const std::string& value) {
            if (value == "boom") {
              throw std::runtime_error("boom");
            }
            return value + "!";
          },
          Named::as("shout"))
      .to("out", Produced::as("sink"));
  return builder.build();
}

struct Driven {
  explicit Driven(const Topology& topology, DriverOptions options = {})
      : driver(topology, std::move(options)),
        in(driver.input<std::string, std::string>("in")),
        out(driver.output<std::string, std::string>("out")) {}
  void pipe(const char* value, std::int64_t time) { in.pipe("k", value, Timestamp(time)); }
  Lines read() { return lines(out); }
  TopologyDriver driver;
  testing::InputTopic<std::string, std::string> in;
  testing::OutputTopic<std::string, std::string> out;
};

DriverOptions skipping() {
  DriverOptions options;
  options.errors.processing = OnBadRecord::skip;
  return options;
}

TEST(NodeObserver, SeesEachCallFromItsBeginToItsEnd) {
  Lines seen;
  Driven test(loud().observed_by(scribes(seen)));

  test.pipe("a", 5);

  EXPECT_THAT(seen, ElementsAre("shout k=a@5 of in-0@0", "sink k=a!@5 of in-0@0", "sink done",
                                "shout done"));
  EXPECT_THAT(test.read(), ElementsAre("k=a!@5"));
}

TEST(NodeObserver, IsToldThatItsNodeThrew) {
  Lines seen;
  Driven test(loud().observed_by(scribes(seen)), skipping());

  test.pipe("boom", 5);

  EXPECT_THAT(seen, ElementsAre("shout k=boom@5 of in-0@0", "shout threw"));
}

TEST(NodeObserver, RefusesARecordByThrowing) {
  Lines seen;
  Driven skipped(loud().observed_by(scribes(seen)), skipping());
  skipped.pipe("refuse", 5);
  skipped.pipe("a", 6);
  EXPECT_THAT(skipped.read(), ElementsAre("k=a!@6"));
  EXPECT_EQ(dropped(skipped.driver, "processing"), 1U);

  Driven stopping(loud().observed_by(scribes(seen)));
  EXPECT_THAT(reason_of_stop([&] { stopping.pipe("refuse", 5); }),
              AllOf(HasSubstr("node shout"), HasSubstr("refused by the observer")));
}

class Ticking final : public Processor<std::string, std::string> {
 public:
  void init(ProcessorContext<std::string, std::string>& context) override {
    context_ = &context;
    context.schedule(milliseconds(10), PunctuationType::wall_clock,
                     [this](Timestamp now) { tick(now); });
    context.schedule(Timestamp(15), milliseconds(100), PunctuationType::wall_clock,
                     [](Timestamp) { throw std::runtime_error("broken"); });
  }
  void process(const Record<std::string, std::string>& /*record*/) override {}

 private:
  void tick(Timestamp now) {
    const std::string text = "tick";
    context_->forward({&text, &text, now});
  }
  ProcessorContext<std::string, std::string>* context_ = nullptr;
};

TEST(NodeObserver, SeesPunctuations) {
  Lines seen;
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .process([] { return std::make_unique<Ticking>(); }, {}, Named::as("ticking"))
      .to("out", Produced::as("sink"));
  Driven test(builder.build().observed_by(scribes(seen)), skipping());

  test.driver.advance_wall_clock(milliseconds(10));
  EXPECT_THAT(seen, ElementsAre("ticking punctuation@10", "sink tick=tick@10 of --1@-1",
                                "sink done", "ticking done"));
  seen.clear();
  test.driver.advance_wall_clock(milliseconds(5));

  EXPECT_THAT(seen, ElementsAre("ticking punctuation@15", "ticking threw"));
}

class Counting final : public NodeObserver {
 public:
  explicit Counting(ProcessingContext& context) : calls_(context.counter("calls")) {}
  void before(const NodeCall& /*call*/) override { calls_.add(); }
  void after(const NodeCall& /*call*/, NodeOutcome /*outcome*/) override {}

 private:
  Counter& calls_;
};

// Returns: how often each node was called, by its name.
std::map<std::string, std::uint64_t> calls(const TopologyDriver& driver) {
  std::map<std::string, std::uint64_t> calls;
  for (const auto& [id, count] : driver.metrics().counters) {
    if (id.name == "calls") {
      calls[id.labels.at("node")] += count;
    }
  }
  return calls;
}

NodeObserverSupplier counting() {
  return [](const NodeSpec& /*node*/, ProcessingContext& context) {
    return std::make_unique<Counting>(context);
  };
}

// Global stores, tables, side outputs, results that the record cache let go, sinks of repartition
// topics: every node but sources.
TEST(NodeObserver, SeesEveryKindOfNode) {
  StreamBuilder builder;
  const auto names = builder.global_table<std::string, std::string>("names");
  builder.stream<std::string, std::string>("in")
      .join(
          names, [](const std::string& key, const std::string& /*value*/) { return key; },
          [](const std::string& value, const std::string& name) { return value + " " + name; })
      .select_key([](const std::string& value) {
        return value == "keyless n" ? std::nullopt : std::optional(value);
      })
      .dropped_to("late")
      .group_by_key()
      .windowed_by(TumblingWindows::of(milliseconds(10)).grace(milliseconds(0)))
      .count(Materialized::as("counts"))
      .to_stream()
      .for_each([](const Windowed<std::string>& /*key*/, std::int64_t /*count*/) {});
  const Topology topology = builder.build().observed_by(counting());
  DriverOptions options;
  options.record_cache_bytes_max = 1'000'000;
  TopologyDriver driver(topology, options);

  driver.input<std::string, std::string>("names").pipe("k", "n", Timestamp(0));
  auto in = driver.input<std::string, std::string>("in");
  in.pipe("k", "v", Timestamp(25));
  in.pipe("k", "v", Timestamp(5));
  in.pipe("k", "keyless", Timestamp(30));

  const std::map<std::string, std::uint64_t> called = calls(driver);
  std::size_t processors_and_sinks = 0;
  for (const NodeSpec& node : topology.nodes()) {
    if (node.kind != NodeKind::source) {
      ++processors_and_sinks;
      EXPECT_GT(called.contains(node.name) ? called.at(node.name) : 0, 0U) << node.name << " in\n"
                                                                           << topology.describe();
    }
  }
  EXPECT_EQ(called.size(), processors_and_sinks);
}

TEST(NodeObserver, SeesChangesOfTables) {
  Lines seen;
  class Values final : public NodeObserver {
   public:
    explicit Values(Lines& lines) : lines_(lines) {}
    void before(const NodeCall& call) override {
      if (const auto* const change = call.value<Change<std::string>>()) {
        lines_.push_back(*call.key<std::string>() + ": " + *change->new_value);
      }
      EXPECT_EQ(call.key<std::int64_t>(), nullptr) << "of another type";
    }
    void after(const NodeCall& /*call*/, NodeOutcome /*outcome*/) override {}

   private:
    Lines& lines_;
  };
  StreamBuilder builder;
  builder.table<std::string, std::string>("in")
      .filter([](const std::string& /*value*/) { return true; }, Named::as("all"))
      .to_stream()
      .to("out");
  Driven test(builder.build().observed_by(
      [&seen](const NodeSpec& node, ProcessingContext& /*context*/) -> std::unique_ptr<Values> {
        return node.name == "all" ? std::make_unique<Values>(seen) : nullptr;
      }));

  test.pipe("v", 1);

  EXPECT_THAT(seen, ElementsAre("k: v"));
}

TEST(NodeObserver, ChangesNeitherNamesNorThePlan) {
  const Topology plain = loud();
  const Topology observed = plain.observed_by(counting());

  EXPECT_EQ(observed.describe(), plain.describe());
  EXPECT_EQ(observed.fingerprint(), plain.fingerprint());
  EXPECT_TRUE(observed.observers());
  EXPECT_FALSE(plain.observers()) << "it is a copy that is observed";
}

TEST(NodeObserver, IsMadeByAFunctionThatExists) {
  EXPECT_THROW((void)loud().observed_by(nullptr), TopologyError);
}

}  // namespace
}  // namespace pawl::test

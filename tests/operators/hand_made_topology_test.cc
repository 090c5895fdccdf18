// Topologies built by hand: read-only stores, stores connected afterwards, sources that take the
// time of processing.
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
#include <string>
#include <utility>
#include <vector>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::ProducedRecord;
using ::testing::ThrowsMessage;
using testing::TopologyDriver;

using Names = TypedTimestampedKeyValueStore<std::string, std::string>;

const auto kNames = stores::timestamped_key_value<std::string, std::string>("names");

class Mirror final : public Processor<std::string, std::string> {
 public:
  void init(ProcessorContext<std::string, std::string>& context) override {
    names_.emplace(context.store(kNames));
  }
  void process(const Record<std::string, std::string>& record) override {
    if (record.value == nullptr) {
      names_->erase(*record.key, record.timestamp);
    } else {
      names_->put(*record.key, *record.value, record.timestamp);
    }
  }

 private:
  std::optional<Names> names_;
};

class LookUp final : public Processor<std::string, std::string> {
 public:
  void init(ProcessorContext<std::string, std::string>& context) override {
    context_ = &context;
    names_.emplace(context.store(kNames));
  }
  void process(const Record<std::string, std::string>& record) override {
    ValueAndTimestamp<std::string> row;
    const std::string name = names_->get(*record.value, row)
                                 ? row.value + " of " + std::to_string(row.timestamp.value())
                                 : "nobody";
    context_->forward(record.with_value(&name));
  }

 private:
  ProcessorContext<std::string, std::string>* context_ = nullptr;
  std::optional<Names> names_;
};

Topology orders_with_names() {
  TopologyBuilder builder;
  builder.add_read_only_store(kNames, "names-source", "names-by-id", serde::string(),
                              serde::string(), "mirror", [] { return std::make_unique<Mirror>(); });
  const auto orders = builder.source("orders", {"orders"}, serde::string(), serde::string());
  builder.sink(
      "sink", "out",
      builder.processor("look-up", [] { return std::make_unique<LookUp>(); }, orders, {"names"}));
  return builder.build();
}

// The topic is the changelog: a restart finds everything, and nothing else is written.
TEST(ReadOnlyStore, IsRestoredFromItsTopicAndHasNoChangelog) {
  TopologyDriver driver(orders_with_names());
  auto names = driver.input<std::string, std::string>("names-by-id");
  auto orders = driver.input<std::string, std::string>("orders");
  auto out = driver.output<std::string, std::string>("out");
  names.pipe("c1", "Ada", Timestamp(1));
  names.pipe("c2", "Grace", Timestamp(2));
  names.pipe({"c2", std::nullopt, Timestamp(3), {}});

  driver.restart(TopologyDriver::State::lost);
  orders.pipe("o1", "c1", Timestamp(4));
  orders.pipe("o2", "c2", Timestamp(5));

  EXPECT_THAT(lines(out), ElementsAre("o1=Ada of 1@4", "o2=nobody@5"));
  for (const ProducedRecord& record : driver.take_produced()) {
    EXPECT_NE(record.kind, ProducedRecord::Kind::changelog) << record.topic;
  }
}

TEST(ReadOnlyStore, IsReadFromTheStartWithTheTimestampsOfItsTopic) {
  const auto add = [](const Consumed<std::string, std::string>& consumed) {
    TopologyBuilder builder;
    builder.add_read_only_store(
        kNames, "names-source", "names-by-id", serde::string(), serde::string(), "mirror",
        [] { return std::make_unique<Mirror>(); }, consumed);
  };

  using Options = Consumed<std::string, std::string>;
  EXPECT_THAT([&] { add(Options::start(OffsetReset::latest)); },
              ThrowsMessage<TopologyError>(HasSubstr("read that from its start")));
  EXPECT_THAT([&] { add(Options::wall_clock_timestamps()); },
              ThrowsMessage<TopologyError>(HasSubstr("with the timestamps of its records")));
}

TEST(HandMadeTopology, ConnectsStoresAfterwards) {
  TopologyBuilder builder;
  const auto orders = builder.source("orders", {"orders"}, serde::string(), serde::string());
  const auto look_up =
      builder.processor("look-up", [] { return std::make_unique<LookUp>(); }, orders);
  builder.sink("sink", "out", look_up);
  builder.add_store(kNames);

  builder.connect(look_up, {"names"});

  EXPECT_THAT(builder.build().describe(), HasSubstr("Processor: look-up (stores: [names])"));
  EXPECT_THAT([&] { builder.connect(orders, {"names"}); },
              ThrowsMessage<TopologyError>(HasSubstr("'orders' is no processor")));
}

TEST(WallClockTimestamps, AreTheTimeOfProcessing) {
  StreamBuilder builder;
  builder
      .stream<std::string, std::string>("in",
                                        Consumed<std::string, std::string>::wall_clock_timestamps())
      .to("out");
  TopologyDriver driver(builder.build());
  auto in = driver.input<std::string, std::string>("in");
  auto out = driver.output<std::string, std::string>("out");

  driver.advance_wall_clock(milliseconds(500));
  in.pipe("a", "v", Timestamp(7));
  driver.advance_wall_clock(milliseconds(20));
  in.pipe("a", "w", Timestamp(-1));

  EXPECT_THAT(lines(out), ElementsAre("a=v@500", "a=w@520"));
}

// A table whose rows have other timestamps than its topic cannot be restored from that.
TEST(WallClockTimestamps, KeepTheChangelogOfATable) {
  const auto changelogs = [](const Consumed<std::string, std::string>& consumed) {
    StreamBuilder builder;
    builder.table("in", serde::string(), serde::string(), Materialized::as("rows"), consumed);
    Optimizations optimizations = Optimizations::none();
    optimizations.reuse_source_topics = true;
    TopologyDriver driver(builder.build(optimizations));
    driver.input<std::string, std::string>("in").pipe("a", "v", Timestamp(7));
    std::vector<std::string> topics;
    for (const ProducedRecord& record : driver.take_produced()) {
      topics.push_back(record.topic);
    }
    return topics;
  };

  EXPECT_THAT(changelogs({}), IsEmpty());
  EXPECT_THAT(changelogs(Consumed<std::string, std::string>::wall_clock_timestamps()),
              ElementsAre("app-rows-changelog"));
}

}  // namespace
}  // namespace pawl::test

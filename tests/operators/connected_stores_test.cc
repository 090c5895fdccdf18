// Stores that a step brings along, by its class or by its supplier.
#include "operators/driver_reading.h"

#include <pawl/operators/dsl.h>
#include <pawl/operators/topology_builder.h>
#include <pawl/serde/primitives.h>
#include <pawl/statestore/typed/stores.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

namespace pawl::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::TopologyDriver;

using Counts = TypedKeyValueStore<std::string, std::int64_t>;

const auto kCounts = stores::key_value<std::string, std::int64_t>("counts");
const auto kOtherCounts = stores::key_value<std::string, std::int64_t>("other-counts");

std::string counted(Counts& counts, const std::string& key) {
  const std::int64_t count = counts.get(key).value_or(0) + 1;
  counts.put(key, count);
  return std::to_string(count);
}

// Gives out how often it has seen each key.
class Counting : public Processor<std::string, std::string> {
 public:
  static ConnectedStores stores() { return {kCounts}; }
  void init(ProcessorContext<std::string, std::string>& context) override {
    context_ = &context;
    counts_.emplace(context.store(kCounts));
  }
  void process(const Record<std::string, std::string>& record) override {
    const std::string text = counted(*counts_, *record.key);
    context_->forward(record.with_value(&text));
  }

 private:
  ProcessorContext<std::string, std::string>* context_ = nullptr;
  std::optional<Counts> counts_;
};

class CountingValues final : public FixedKeyProcessor<std::string, std::string> {
 public:
  explicit CountingValues(const stores::KeyValue<std::string, std::int64_t>& store)
      : store_(store) {}
  void init(FixedKeyProcessorContext<std::string, std::string>& context) override {
    context_ = &context;
    counts_.emplace(context.store(store_));
  }
  void process(const FixedKeyRecord<std::string, std::string>& record) override {
    const std::string text = counted(*counts_, *record.key());
    context_->forward(record.with_value(&text));
  }

 private:
  stores::KeyValue<std::string, std::int64_t> store_;
  FixedKeyProcessorContext<std::string, std::string>* context_ = nullptr;
  std::optional<Counts> counts_;
};

// A supplier that is an object of its own, as in Java.
struct CountingSupplier {
  stores::KeyValue<std::string, std::int64_t> store;
  [[nodiscard]] ConnectedStores stores() const { return {store}; }
  std::unique_ptr<CountingValues> operator()() const {
    return std::make_unique<CountingValues>(store);
  }
};

class CountingRows final : public TableValueProcessor<std::string, std::string, std::string> {
 public:
  static ConnectedStores stores() { return {kCounts}; }
  void init(TableValueContext& context) override { counts_.emplace(context.store(kCounts)); }
  std::optional<std::string> transform(const std::string& key, const std::string*) override {
    return counted(*counts_, key);
  }

 private:
  std::optional<Counts> counts_;
};

std::vector<std::string> twice(const Topology& topology) {
  TopologyDriver driver(topology);
  auto in = driver.input<std::string, std::string>("in");
  in.pipe("a", "v", Timestamp(1));
  in.pipe("a", "v", Timestamp(2));
  auto out = driver.output<std::string, std::string>("out");
  return lines(out);
}

TEST(ConnectedStores, AreThoseOfAProcessorsClass) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .process([] { return std::make_unique<Counting>(); })
      .to("out");

  EXPECT_THAT(builder.build().describe(),
              HasSubstr("Processor: KSTREAM-PROCESSOR-0000000001 (stores: [counts])"));
  EXPECT_THAT(twice(builder.build()), ElementsAre("a=1@1", "a=2@2"));
}

TEST(ConnectedStores, AreThoseOfASupplier) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .process_values(CountingSupplier{kOtherCounts})
      .to("out");

  EXPECT_THAT(twice(builder.build()), ElementsAre("a=1@1", "a=2@2"));
}

TEST(ConnectedStores, AreThoseOfATablesProcessor) {
  StreamBuilder builder;
  builder.table<std::string, std::string>("in")
      .transform_values([] { return std::make_unique<CountingRows>(); })
      .to_stream()
      .to("out");

  EXPECT_THAT(twice(builder.build()), ElementsAre("a=1@1", "a=2@2"));
}

TEST(ConnectedStores, AreConnectedInATopologyMadeByHand) {
  TopologyBuilder builder;
  const auto in = builder.source("source", {"in"}, serde::string(), serde::string());
  builder.sink("sink", "out",
               builder.processor("count", [] { return std::make_unique<Counting>(); }, in));

  EXPECT_THAT(twice(builder.build()), ElementsAre("a=1@1", "a=2@2"));
}

// Both steps count in one store, wherever it was added first.
TEST(ConnectedStores, AreSharedByStepsThatBringTheSame) {
  for (const bool added_too : {false, true}) {
    StreamBuilder builder;
    builder.stream<std::string, std::string>("in")
        .process([] { return std::make_unique<Counting>(); })
        .process_values(CountingSupplier{kCounts})
        .to("out");
    if (added_too) {
      builder.add_store(kCounts);
    }

    EXPECT_THAT(twice(builder.build()), ElementsAre("a=2@1", "a=4@2"));
  }
}

TEST(ConnectedStores, ComeBesideThoseGivenByName) {
  StreamBuilder builder;
  builder.add_store(kOtherCounts);
  builder.stream<std::string, std::string>("in")
      .process([] { return std::make_unique<Counting>(); }, {"other-counts"}, Named::as("count"))
      .to("out");

  EXPECT_THAT(builder.build().describe(),
              HasSubstr("Processor: count (stores: [counts, other-counts])"));
}

TEST(ConnectedStores, OfOneNameMustBeOneStore) {
  StreamBuilder builder;
  const auto stream = builder.stream<std::string, std::string>("in");
  stream.process([] { return std::make_unique<Counting>(); });
  stream.process_values(
      CountingSupplier{stores::key_value<std::string, std::int64_t>("counts").in_memory()});

  EXPECT_THAT([&] { static_cast<void>(builder.build()); },
              ::testing::ThrowsMessage<TopologyError>(HasSubstr("two stores are called 'counts'")));
}

}  // namespace
}  // namespace pawl::test

// Hand-made steps that keep the key.
#include "operators/driver_reading.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>
#include <pawl/statestore/typed/stores.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>

namespace pawl::test {
namespace {

using ::testing::ElementsAre;
using testing::TopologyDriver;

const auto kCounts = stores::key_value<std::string, std::int64_t>("counts");

// Numbers the values of each key.
class Number final : public FixedKeyProcessor<std::string, std::string, std::int64_t> {
 public:
  void init(FixedKeyProcessorContext<std::string, std::int64_t>& context) override {
    context_ = &context;
    counts_.emplace(context.store(kCounts));
  }
  void process(const FixedKeyRecord<std::string, std::string>& record) override {
    const std::int64_t number = counts_->get(*record.key()).value_or(0) + 1;
    counts_->put(*record.key(), number);
    context_->forward(record.with_value(&number).with_timestamp(record.timestamp() +
                                                                std::chrono::milliseconds(1)));
  }

 private:
  FixedKeyProcessorContext<std::string, std::int64_t>* context_ = nullptr;
  std::optional<TypedKeyValueStore<std::string, std::int64_t>> counts_;
};

TEST(FixedKeyProcessor, ChangesValuesAndKeepsState) {
  StreamBuilder builder;
  builder.add_store(kCounts);
  builder.stream<std::string, std::string>("in")
      .process_values([] { return std::make_unique<Number>(); }, {"counts"})
      .to("out");
  TopologyDriver driver(builder.build());
  auto in = driver.input<std::string, std::string>("in");
  auto out = driver.output<std::string, std::int64_t>("out");

  in.pipe("a", "x", Timestamp(1));
  in.pipe("b", "x", Timestamp(2));
  in.pipe("a", "x", Timestamp(3));

  EXPECT_THAT(lines(out), ElementsAre("a=1@2", "b=1@3", "a=2@4"));
}

TEST(FixedKeyProcessor, NeedsNoRepartitioningBehindIt) {
  StreamBuilder builder;
  builder.add_store(kCounts);
  builder.stream<std::string, std::string>("in")
      .process_values([] { return std::make_unique<Number>(); }, {"counts"})
      .group_by_key()
      .count()
      .to_stream()
      .to("out");

  EXPECT_TRUE(builder.build().repartition_topics().empty());
}

}  // namespace
}  // namespace pawl::test

// What the context of a hand-made processor tells of its task: the directory for its files.
#include "operators/driver_reading.h"
#include "support/temporary_directory.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>
#include <pawl/statestore/typed/stores.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>

namespace pawl::test {
namespace {

using testing::DriverOptions;
using ::testing::ElementsAre;
using testing::TopologyDriver;

const auto kSeen = stores::key_value<std::string, std::string>("seen");

// Appends values to a file of its own and forwards what is in it.
class Noting final : public FixedKeyProcessor<std::string, std::string> {
 public:
  static ConnectedStores stores() { return {kSeen}; }
  void init(FixedKeyProcessorContext<std::string, std::string>& context) override {
    context_ = &context;
    directory_ = context.state_directory();
  }
  void process(const FixedKeyRecord<std::string, std::string>& record) override {
    std::string noted = "nowhere";
    if (directory_.has_value()) {
      std::ofstream(*directory_ / "notes", std::ios::app) << *record.value();
      std::ifstream(*directory_ / "notes") >> noted;
    }
    context_->forward(record.with_value(&noted));
  }

 private:
  FixedKeyProcessorContext<std::string, std::string>* context_ = nullptr;
  std::optional<std::filesystem::path> directory_;
};

Topology noting() {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .process_values([] { return std::make_unique<Noting>(); })
      .to("out");
  return builder.build();
}

struct Driven {
  explicit Driven(DriverOptions options)
      : driver(noting(), std::move(options)),
        in(driver.input<std::string, std::string>("in")),
        out(driver.output<std::string, std::string>("out")) {}
  TopologyDriver driver;
  testing::InputTopic<std::string, std::string> in;
  testing::OutputTopic<std::string, std::string> out;
};

TEST(StateDirectory, LiesWithTheStateOfTheTaskAndIsLostWithIt) {
  const TemporaryDirectory directory;
  DriverOptions options;
  options.state_dir = directory.path() / "state";
  options.partitions = 2;
  Driven test(options);
  test.in.pipe({"a", "x", Timestamp(1), {}, PartitionId(0)});
  test.in.pipe({"b", "y", Timestamp(2), {}, PartitionId(1)});
  EXPECT_TRUE(std::filesystem::exists(options.state_dir / "0_1" / "files" / "notes"));

  test.driver.restart(TopologyDriver::State::kept);
  test.in.pipe({"a", "z", Timestamp(3), {}, PartitionId(0)});
  test.driver.restart(TopologyDriver::State::lost);
  test.in.pipe({"a", "q", Timestamp(4), {}, PartitionId(0)});

  EXPECT_THAT(lines(test.out), ElementsAre("a=x@1", "b=y@2", "a=xz@3", "a=q@4"));
}

TEST(StateDirectory, IsAbsentWhereStateIsInMemory) {
  Driven test(DriverOptions{});

  test.in.pipe("a", "x", Timestamp(1));

  EXPECT_THAT(lines(test.out), ElementsAre("a=nowhere@1"));
}

}  // namespace
}  // namespace pawl::test

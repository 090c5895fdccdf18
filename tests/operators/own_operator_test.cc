// An operator that is made outside of the library (docs/adding_an_operator.md).
#include "operators/driver_reading.h"
#include "operators/only_changes.h"

#include <pawl/pawl.h>
#include <pawl/testing/topology_driver.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace pawl::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::TopologyDriver;

Topology only_changes_of_in() {
  StreamBuilder builder;
  my::only_changes(builder.stream<std::string, std::string>("in"), "changes").to("out");
  return builder.build();
}

class OwnOperator : public ::testing::Test {
 protected:
  void pipe(std::optional<std::string> key, std::optional<std::string> value) {
    driver_.input<std::string, std::string>("in").pipe(
        {std::move(key), std::move(value), Timestamp(1), {}});
  }
  std::vector<std::string> out() {
    auto topic = driver_.output<std::string, std::string>("out");
    return lines(topic);
  }

  TopologyDriver driver_{only_changes_of_in()};
};

TEST_F(OwnOperator, PassesWhatDiffersFromTheKeysLastValue) {
  pipe("door", "open");
  pipe("door", "open");
  pipe("window", "open");
  pipe("door", "shut");
  pipe("door", "open");

  EXPECT_THAT(out(), ElementsAre("door=open@1", "window=open@1", "door=shut@1", "door=open@1"));
}

TEST_F(OwnOperator, ForgetsAKeyWithANullValueAndCountsRecordsWithoutAKey) {
  pipe("door", "open");
  pipe("door", std::nullopt);
  pipe("door", "open");
  pipe(std::nullopt, "open");

  EXPECT_THAT(out(), ElementsAre("door=open@1", "door=null@1", "door=open@1"));
  EXPECT_EQ(dropped(driver_, "null_key"), 1U);
}

TEST_F(OwnOperator, KeepsItsStateWhenTheDiskIsLost) {
  pipe("door", "open");
  EXPECT_THAT(out(), ElementsAre("door=open@1"));

  driver_.restart(TopologyDriver::State::lost);
  pipe("door", "open");

  EXPECT_THAT(out(), IsEmpty());
}

// An aborted transaction takes its state back.
TEST(OwnOperatorInATransaction, SeesAgainWhatWasAborted) {
  testing::DriverOptions options;
  options.commit = testing::DriverCommit::by_hand;
  TopologyDriver driver(only_changes_of_in(), options);
  auto in = driver.input<std::string, std::string>("in");
  auto out = driver.output<std::string, std::string>("out");
  in.pipe("door", "open", Timestamp(1));
  EXPECT_THAT(lines(out), ElementsAre("door=open@1"));

  driver.abort();
  in.pipe("door", "open", Timestamp(2));

  EXPECT_THAT(lines(out), ElementsAre("door=open@1")) << "processed again, and only once";
}

TEST(OwnOperatorBehindANewKey, BringsEqualKeysTogetherFirst) {
  StreamBuilder builder;
  my::only_changes(builder.stream<std::string, std::string>("in").select_key(
                       [](const std::string& value) { return value.substr(0, 1); }),
                   "changes")
      .to("out");
  const Topology topology = builder.build();

  EXPECT_THAT(topology.describe(), HasSubstr("changes-repartition"));
  TopologyDriver driver(topology);
  auto in = driver.input<std::string, std::string>("in");
  auto out = driver.output<std::string, std::string>("out");
  in.pipe("x", "a1", Timestamp(1));
  in.pipe("y", "a1", Timestamp(2));
  EXPECT_THAT(lines(out), ElementsAre("a=a1@1"));
}

}  // namespace
}  // namespace pawl::test

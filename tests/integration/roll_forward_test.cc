// What a kill -9 costs a task with state: a bounded roll-forward, never a full restore, and no
// change of any result.
#include "programs/pipeline.h"
#include "support/kafka.h"
#include "support/process.h"
#include "support/temporary_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::int64_t kBaseTime = 1'600'000'000'000;

class RollForwardTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* const topic : {"in", "echo", "per-key", "final"}) {
      kafka_.create_topic(topics_ + topic, 1);
    }
  }
  std::unique_ptr<Process> start(const std::string& log, int roll_forward_max) {
    return std::make_unique<Process>(
        std::vector<std::string>{PAWL_TEST_PIPELINE, "--bootstrap", kafka_.bootstrap(),
                                 "--application-id", application_, "--topics", topics_,
                                 "--state-dir", directory_.path().string(), "--roll-forward-max",
                                 std::to_string(roll_forward_max)},
        std::map<std::string, std::string>{}, (logs_.path() / log).string());
  }
  void send_ids(int from, int to) {
    std::vector<StoredRecord> records;
    for (int id = from; id < to; ++id) {
      StoredRecord record;
      record.key = "k" + std::to_string(id % 100);
      record.value = "id-" + std::to_string(id);
      record.timestamp = Timestamp(kBaseTime + id);
      records.push_back(std::move(record));
      if (records.size() == 50'000) {
        kafka_.produce(topics_ + "in", records);
        records.clear();
      }
    }
    kafka_.produce(topics_ + "in", records);
  }
  bool caught_up(seconds within = seconds(180)) {
    return eventually([&] { return kafka_.caught_up(application_, topics_ + "in"); }, within);
  }
  [[nodiscard]] std::int64_t committed() const {
    const TopicPartition in{topics_ + "in", PartitionId(0)};
    const auto offsets = kafka_.committed(application_, {in});
    const auto found = offsets.find(in);
    return found == offsets.end() ? 0 : found->second.offset.value();
  }
  // Returns: how many records at most the store was rolled forward by, as the log says.
  static std::int64_t rolled_forward(const std::string& log, const std::string& store) {
    const std::string line = "store " + store + ": rolling forward from offset ";
    const std::size_t found = log.find(line);
    long long from = 0;
    long long to = 0;
    if (found == std::string::npos ||
        std::sscanf(log.c_str() + found + line.size(), "%lld to %lld", &from, &to) != 2) {
      return -1;
    }
    EXPECT_NE(from, 0) << "it restores from zero";
    return to - from;
  }

  Kafka kafka_;
  std::string application_ = unique_name("roll");
  std::string topics_ = application_ + ".";
  TemporaryDirectory directory_;
  TemporaryDirectory logs_;
};

TEST_F(RollForwardTest, AMillionIdsComeBackInMomentsAfterAKill) {
  constexpr int kIds = 1'000'000;
  constexpr int kBound = 200'000;
  auto instance = start("first.log", kBound);
  send_ids(0, kIds);
  ASSERT_TRUE(caught_up()) << instance->output();
  instance->kill();

  const auto began = std::chrono::steady_clock::now();
  instance = start("second.log", kBound);
  send_ids(kIds, kIds + 1);
  ASSERT_TRUE(eventually([&] {
    return instance->output().find("restored") != std::string::npos &&
           kafka_.caught_up(application_, topics_ + "in");
  })) << instance->output();
  const auto took = std::chrono::steady_clock::now() - began;

  RecordProperty("first_output_ms", std::to_string(took / milliseconds(1)));
  std::printf("first output %lld ms after the start\n",
              static_cast<long long>(took / milliseconds(1)));
  const std::int64_t rolled = rolled_forward(instance->output(), "unique-store");
  EXPECT_GE(rolled, 0) << instance->output();
  EXPECT_LE(rolled, kBound);
}

TEST_F(RollForwardTest, TheBoundHoldsForATaskThatNeverFilledAMemtable) {
  constexpr int kBound = 10'000;
  auto instance = start("first.log", kBound);
  send_ids(0, 50'000);
  ASSERT_TRUE(caught_up()) << instance->output();
  instance->kill();

  // Wherever it dies, also while it is behind and soon after it rolled forward.
  for (int life = 1; life <= 4; ++life) {
    instance = start("life-" + std::to_string(life) + ".log", kBound);
    send_ids(life * 50'000, (life + 1) * 50'000);
    ASSERT_TRUE(eventually([&] { return committed() >= life * 60'000; })) << instance->output();
    instance->kill();

    const std::int64_t rolled = rolled_forward(instance->output(), "unique-store");
    EXPECT_GE(rolled, 0) << instance->output();
    EXPECT_LE(rolled, kBound) << instance->output();
  }
}

TEST_F(RollForwardTest, DeletingTheStateDirectoryChangesNoResult) {
  auto instance = start("first.log", 10'000);
  send_ids(0, 1'000);
  // Time moves two grace periods on, so that an event of the beginning is late.
  StoredRecord later;
  later.key = "k0";
  later.value = "later";
  later.timestamp = Timestamp(kBaseTime) + 2 * kPipelineGrace;
  kafka_.produce(topics_ + "in", {later});
  ASSERT_TRUE(caught_up()) << instance->output();
  const std::string repartition = application_ + "-by-group-repartition";
  ASSERT_TRUE(eventually([&] { return kafka_.caught_up(application_, repartition); }));
  const std::size_t finals = kafka_.read(topics_ + "final").size();
  EXPECT_GT(finals, 0U);
  instance->kill();
  std::filesystem::remove_all(directory_.path() / application_);

  instance = start("second.log", 10'000);
  StoredRecord late;
  late.key = "k0";
  late.value = "late";
  late.timestamp = Timestamp(kBaseTime);
  StoredRecord last = later;
  last.value = "last";
  last.timestamp = later.timestamp + 2 * kPipelineGrace;
  kafka_.produce(topics_ + "in", {late, last});

  ASSERT_TRUE(caught_up()) << instance->output();
  ASSERT_TRUE(eventually([&] { return kafka_.caught_up(application_, repartition); }));
  // One more result: the window of "later". The late event made none.
  EXPECT_TRUE(eventually([&] { return kafka_.read(topics_ + "final").size() == finals + 1; }));
  instance->signal(SIGTERM);
  EXPECT_EQ(instance->wait_for(60), 0) << instance->output();
  EXPECT_EQ(kafka_.read(topics_ + "final").size(), finals + 1);
}

}  // namespace
}  // namespace pawl::test

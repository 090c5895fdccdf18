#include "task/global_task.h"

#include "support/silent_log.h"
#include "support/test_records.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>
#include <pawl/statestore/backends.h>
#include <pawl/statestore/shared_store.h>
#include <pawl/testing/manual_clock.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <vector>

namespace pawl::internal {
namespace {

using test::consumed;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Topology global_strings() {
  StreamBuilder builder;
  const auto table = builder.global_table<std::string, std::string>(
      "names", Materialized::as("names").in_memory().plain_values());
  builder.stream<std::string, std::string>("in").to("out");
  return builder.build();
}

class GlobalTaskTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const Result<void> opened = open();
    ASSERT_TRUE(opened.has_value()) << opened.error();
  }
  Result<void> open() {
    TaskEnvironment environment;
    environment.application_id = "app";
    environment.clock = &clock_;
    environment.metrics = &metrics_;
    environment.log = &log_;
    task_ = std::make_unique<GlobalTask>(topology_, environment);
    return task_->open([] { return Result<std::unique_ptr<StoreBackend>>(make_memory_backend()); },
                       {{"names", 2}});
  }
  [[nodiscard]] std::unique_ptr<KeyValueStore> reader() const {
    const GlobalStore& store = task_->stores().at("names");
    return shared_key_value_store(store.spec, store.rows);
  }

  Topology topology_ = global_strings();
  testing::ManualClock clock_{Timestamp(0)};
  MetricsRecorder metrics_;
  test::SilentLog log_;
  std::unique_ptr<GlobalTask> task_;
};

TEST_F(GlobalTaskTest, ReadsEveryPartitionOfItsTopic) {
  EXPECT_THAT(task_->partitions(), ElementsAre(TopicPartition{"names", PartitionId(0)},
                                               TopicPartition{"names", PartitionId(1)}));
}

TEST_F(GlobalTaskTest, ShowsReadersWhatIsApplied) {
  const auto names = reader();
  ASSERT_TRUE(task_->process(0, consumed(0, 10, "v1", "a")).has_value());
  ASSERT_TRUE(task_->process(1, consumed(0, 10, "v2", "b")).has_value());
  EXPECT_EQ(names->get("a"), std::nullopt);

  ASSERT_TRUE(task_->apply().has_value());

  EXPECT_EQ(names->get("a"), NullableBytesView("v1"));
  EXPECT_EQ(names->get("b"), NullableBytesView("v2"));
  EXPECT_EQ(names->approximate_entries(), 2U);
}

TEST_F(GlobalTaskTest, ReadersCannotWrite) {
  EXPECT_THROW(reader()->put("a", NullableBytesView("x"), Timestamp(1)), std::logic_error);
}

TEST_F(GlobalTaskTest, ReadersOfAClosedStoreAreTold) {
  const auto names = reader();

  task_.reset();

  EXPECT_THROW((void)names->get("a"), StoreFailure);
  EXPECT_THROW((void)names->prefix("a"), StoreFailure);
}

class Clocked final : public Processor<std::string, std::string> {
 public:
  Clocked(std::vector<Timestamp>& times, bool schedules) : times_(times), schedules_(schedules) {}
  void init(ProcessorContext<std::string, std::string>& context) override {
    context_ = &context;
    if (schedules_) {
      context.schedule(std::chrono::seconds(1), PunctuationType::wall_clock, [](Timestamp) {});
    }
  }
  void process(const Record<std::string, std::string>& /*record*/) override {
    times_.push_back(context_->wall_time());
  }

 private:
  std::vector<Timestamp>& times_;
  bool schedules_;
  ProcessorContext<std::string, std::string>* context_ = nullptr;
};

class GlobalProcessorTest : public GlobalTaskTest {
 protected:
  void SetUp() override {}
  Result<void> open_with(bool schedules) {
    StreamBuilder builder;
    builder.add_global_store(stores::key_value<std::string, std::string>("names").in_memory(),
                             "names", serde::string(), serde::string(), [this, schedules] {
                               return std::make_unique<Clocked>(times_, schedules);
                             });
    builder.stream<std::string, std::string>("in").to("out");
    topology_ = builder.build();
    return open();
  }
  std::vector<Timestamp> times_;
};

TEST_F(GlobalProcessorTest, SeesTheWallClockGoOn) {
  ASSERT_TRUE(open_with(false).has_value());
  ASSERT_TRUE(task_->process(0, consumed(0, 10)).has_value());
  clock_.advance(std::chrono::seconds(5));

  ASSERT_TRUE(task_->process(0, consumed(1, 10)).has_value());

  EXPECT_THAT(times_, ElementsAre(Timestamp(0), Timestamp(5'000)));
}

TEST_F(GlobalProcessorTest, SchedulesNothingThatWouldNeverFire) {
  const Result<void> opened = open_with(true);

  ASSERT_FALSE(opened.has_value());
  EXPECT_THAT(opened.error().message, HasSubstr("nothing can be scheduled"));
}

}  // namespace
}  // namespace pawl::internal

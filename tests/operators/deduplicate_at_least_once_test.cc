// Deduplication without transactions: a record that is processed again after a crash meets its own
// id in the store.
#include "support/silent_log.h"
#include "support/test_records.h"
#include "task/stream_task.h"
#include "testing/driver_core.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>
#include <pawl/statestore/backends.h>
#include <pawl/testing/manual_clock.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <vector>

namespace pawl::internal {
namespace {

using std::chrono::milliseconds;
using test::consumed;
using ::testing::ElementsAre;
using testing::ProducedRecord;

class DeduplicateAtLeastOnce : public ::testing::Test {
 protected:
  // A task whose offsets were never committed, with what it logged before.
  std::unique_ptr<StreamTask> task_with(const std::vector<ProducedRecord>& changelog) {
    TaskEnvironment environment;
    environment.application_id = "app";
    environment.exactly_once = false;
    environment.clock = &clock_;
    environment.outputs = &outputs_;
    environment.metrics = &metrics_;
    environment.log = &log_;
    TaskStoresOptions options;
    options.application_id = "app";
    auto task = std::make_unique<StreamTask>(topology_, std::vector{SubtopologyId(0)}, TaskId{},
                                             environment, options);
    EXPECT_TRUE(
        task->open_stores(
                [] { return Result<std::unique_ptr<StoreBackend>>(make_memory_backend()); }, {})
            .has_value());
    EXPECT_TRUE(task->resume({CommittedOffset{}}).has_value());
    const auto to_restore = task->stores().to_restore();
    for (const ProducedRecord& logged : changelog) {
      ChangelogRecord record;
      record.key = *logged.key;
      record.value = *logged.value;
      record.timestamp = logged.timestamp;
      EXPECT_TRUE(task->stores().replay(to_restore.at(0).store, record).has_value());
    }
    EXPECT_TRUE(task->stores()
                    .commit_replayed(to_restore.at(0).store, Offset(0),
                                     Offset(static_cast<std::int64_t>(changelog.size())))
                    .has_value());
    EXPECT_TRUE(task->start().has_value());
    return task;
  }
  // Returns: the values that came out.
  std::vector<std::string> process(StreamTask& task, std::int64_t offset, const char* value,
                                   std::int64_t time) {
    EXPECT_TRUE(task.push(0, consumed(offset, time, value, "id")));
    EXPECT_TRUE(task.process_one(MonotonicTime(0)).has_value());
    std::vector<std::string> values;
    for (const ProducedRecord& record : outputs_.take()) {
      values.push_back(*record.value);
    }
    return values;
  }
  static Topology build() {
    StreamBuilder builder;
    builder.stream<std::string, std::string>("in")
        .deduplicate(Deduplication::by_key().within(milliseconds(10)))
        .to("out");
    return builder.build();
  }

  const Topology topology_ = build();
  pawl::testing::ManualClock clock_{Timestamp(0)};
  pawl::testing::internal::DriverCollector outputs_;
  MetricsRecorder metrics_;
  test::SilentLog log_;
};

TEST_F(DeduplicateAtLeastOnce, PassesTheFirstEventAgainAndItsRepetitionsNot) {
  std::vector<ProducedRecord> changelog;
  {
    const auto task = task_with({});
    EXPECT_THAT(process(*task, 0, "first", 100), ElementsAre("first"));
    task->prepare_commit();
    changelog = outputs_.take();  // flushed; then the process dies before it commits offsets
    ASSERT_EQ(changelog.size(), 1U);
  }

  const auto task = task_with(changelog);

  EXPECT_THAT(process(*task, 0, "first", 100), ElementsAre("first"));
  EXPECT_THAT(process(*task, 1, "second", 100), ElementsAre());
  EXPECT_THAT(process(*task, 2, "third", 111), ElementsAre("third"));
}

}  // namespace
}  // namespace pawl::internal

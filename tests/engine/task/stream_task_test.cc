#include "task/stream_task.h"

#include "support/silent_log.h"
#include "support/test_records.h"
#include "testing/driver_core.h"

#include <pawl/engine/metric_names.h>
#include <pawl/operators/dsl.h>
#include <pawl/statestore/backends.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

namespace pawl::internal {
namespace {

using std::chrono::milliseconds;
using test::consumed;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Topology windowed_counts() {
  StreamBuilder builder;
  builder.stream("in", serde::string(), serde::string())
      .filter([](const std::string& value) {
        if (value == "boom") {
          throw std::runtime_error("boom");
        }
        return true;
      })
      .group_by_key()
      .windowed_by(TumblingWindows::of(milliseconds(10)).grace(milliseconds(5)))
      .count(Materialized::as("counts"))
      .to_stream()
      .to("out");
  return builder.build();
}

class StreamTaskTest : public ::testing::Test {
 protected:
  std::unique_ptr<StreamTask> make_task(TaskId id, ErrorPolicy errors = {}) {
    TaskEnvironment environment;
    environment.application_id = "app";
    environment.errors = errors;
    environment.clock = &clock_;
    environment.outputs = &outputs_;
    environment.metrics = &metrics_;
    environment.log = &log_;
    environment.source_partitions = source_partitions_;
    TaskStoresOptions stores;
    stores.application_id = "app";
    stores.record_cache = &record_cache_;
    return std::make_unique<StreamTask>(topology_, std::vector<SubtopologyId>{SubtopologyId(0)}, id,
                                        environment, stores);
  }
  std::unique_ptr<StreamTask> running_task(ErrorPolicy errors = {},
                                           const CommittedOffset& committed = {}) {
    std::unique_ptr<StreamTask> task = make_task(TaskId{}, errors);
    EXPECT_TRUE(
        task->open_stores(
                [] { return Result<std::unique_ptr<StoreBackend>>(make_memory_backend()); }, {})
            .has_value());
    EXPECT_TRUE(task->resume({committed}).has_value());
    EXPECT_TRUE(task->start().has_value());
    return task;
  }
  static Result<bool> process(StreamTask& task, ConsumedRecord record) {
    EXPECT_TRUE(task.push(0, std::move(record)));
    return task.process_one(MonotonicTime(0));
  }
  static CommittedOffset commit(StreamTask& task) {
    EXPECT_TRUE(task.flush_caches().has_value());
    EXPECT_TRUE(task.prepare_commit().has_value());
    const OffsetToCommit offset = task.offsets_to_commit().front();
    EXPECT_TRUE(task.commit_succeeded().has_value());
    return {offset.offset, offset.metadata};
  }

  // Returns: how many records went to the topic `out` since the last call.
  std::size_t results() {
    const std::vector<pawl::testing::ProducedRecord> sent = outputs_.take();
    return static_cast<std::size_t>(std::count_if(
        sent.begin(), sent.end(),
        [](const pawl::testing::ProducedRecord& record) { return record.topic == "out"; }));
  }

  Topology topology_ = windowed_counts();
  const std::map<std::string, std::int32_t>* source_partitions_ = nullptr;
  CacheBudget record_cache_;  // off
  pawl::testing::ManualClock clock_{Timestamp(0)};
  pawl::testing::internal::DriverCollector outputs_;
  MetricsRecorder metrics_;
  test::SilentLog log_;
};

TEST_F(StreamTaskTest, IsDirtyFromTheFirstRecordToTheCommit) {
  auto task = running_task();
  EXPECT_FALSE(task->dirty());
  ASSERT_TRUE(process(*task, consumed(0, 1)).has_value());
  EXPECT_TRUE(task->dirty());

  const CommittedOffset committed = commit(*task);

  EXPECT_FALSE(task->dirty());
  EXPECT_EQ(committed.offset, Offset(1));
}

TEST_F(StreamTaskTest, IsDirtyWhenOnlyTheEndOfAPartitionMovedOn) {
  auto task = running_task();
  task->end_of_partition(0, Offset(4));

  EXPECT_TRUE(task->dirty());
  EXPECT_EQ(commit(*task).offset, Offset(4));
}

TEST_F(StreamTaskTest, ARecordBehindACommittedEndDoesNotTakeTheOffsetBack) {
  auto task = running_task();
  task->end_of_partition(0, Offset(4));
  EXPECT_EQ(commit(*task).offset, Offset(4));

  ASSERT_TRUE(task->push(0, consumed(4, 1)));  // waits in the queue while others are committed

  EXPECT_FALSE(task->dirty());
  EXPECT_EQ(commit(*task).offset, Offset(4));
}

// Merged topics may have different partition counts.
TEST_F(StreamTaskTest, HasNoPartitionOfATopicThatHasFewer) {
  StreamBuilder builder;
  builder.stream("in", serde::string(), serde::string())
      .merge(builder.stream("wide", serde::string(), serde::string()))
      .to("out");
  topology_ = builder.build();
  const std::map<std::string, std::int32_t> counts{{"in", 1}, {"wide", 2}};
  source_partitions_ = &counts;

  EXPECT_THAT(
      make_task(TaskId{SubtopologyId(0), PartitionId(0)})->partitions(),
      ElementsAre(TopicPartition{"in", PartitionId(0)}, TopicPartition{"wide", PartitionId(0)}));
  EXPECT_THAT(make_task(TaskId{SubtopologyId(0), PartitionId(1)})->partitions(),
              ElementsAre(TopicPartition{"wide", PartitionId(1)}));
}

TEST_F(StreamTaskTest, OperatorTimeSurvivesARestart) {
  auto task = running_task();
  ASSERT_TRUE(process(*task, consumed(0, 100)).has_value());
  const CommittedOffset committed = commit(*task);

  auto next = running_task({}, committed);
  ASSERT_TRUE(process(*next, consumed(1, 20)).has_value());

  EXPECT_EQ(metrics_.snapshot().total(metric_names::kRecordsDropped), 1U)
      << "the window [20,30) closed when the former owner saw time 100";
}

TEST_F(StreamTaskTest, AnAbortGoesBackToTheLastCommit) {
  auto task = running_task();
  ASSERT_TRUE(process(*task, consumed(0, 1)).has_value());
  commit(*task);
  ASSERT_TRUE(process(*task, consumed(1, 100)).has_value());

  task->commit_aborted();

  EXPECT_FALSE(task->dirty());
  EXPECT_EQ(task->stream_time(), Timestamp(1));
  EXPECT_EQ(task->committed_offsets().front(), Offset(1));
  // Time went back with it: the window at 20 is open again.
  ASSERT_TRUE(process(*task, consumed(1, 100)).has_value());
  EXPECT_EQ(metrics_.snapshot().total(metric_names::kRecordsDropped), 0U);
}

std::int64_t stored_count(StreamTask& task) {
  const stores::TimestampedWindow<std::string, std::int64_t> counts =
      stores::timestamped_window<std::string, std::int64_t>("counts", milliseconds(15),
                                                            milliseconds(10));
  return counts.bind(*task.stores().find("counts")).get("k", Timestamp(0)).value().value;
}

TEST_F(StreamTaskTest, AnAbortForgetsWhatTheRecordCacheHolds) {
  record_cache_.bytes_max = 10'000;
  auto task = running_task();
  ASSERT_TRUE(process(*task, consumed(0, 1)).has_value());
  EXPECT_EQ(results(), 0U);
  commit(*task);
  EXPECT_EQ(results(), 1U);
  ASSERT_TRUE(process(*task, consumed(1, 2)).has_value());
  ASSERT_TRUE(process(*task, consumed(2, 3)).has_value());

  task->commit_aborted();

  EXPECT_EQ(results(), 0U);
  EXPECT_EQ(record_cache_.bytes_used, 0U);
  EXPECT_EQ(stored_count(*task), 1);
  ASSERT_TRUE(process(*task, consumed(1, 2)).has_value());
  ASSERT_TRUE(process(*task, consumed(2, 3)).has_value());
  commit(*task);
  EXPECT_EQ(results(), 1U) << "neither lost nor doubled";
  EXPECT_EQ(stored_count(*task), 3);
}

// A flushed entry is clean, but what it shows was never committed.
TEST_F(StreamTaskTest, AnAbortForgetsWhatTheRecordCacheHasLetGo) {
  record_cache_.bytes_max = 10'000;
  auto task = running_task();
  ASSERT_TRUE(process(*task, consumed(0, 1)).has_value());
  commit(*task);
  ASSERT_TRUE(process(*task, consumed(1, 2)).has_value());
  ASSERT_TRUE(task->flush_caches().has_value());
  ASSERT_TRUE(task->prepare_commit().has_value());

  task->commit_aborted();

  EXPECT_EQ(stored_count(*task), 1);
  ASSERT_TRUE(process(*task, consumed(1, 2)).has_value());
  commit(*task);
  EXPECT_EQ(stored_count(*task), 2);
}

TEST_F(StreamTaskTest, WantsACommitBeforeTheRecordCacheHoldsMoreThanATransactionMay) {
  record_cache_.bytes_max = 100U << 20U;
  auto task = running_task();
  std::int64_t records = 0;
  while (!task->wants_commit() && records < 20'000) {
    ASSERT_TRUE(process(*task, consumed(records, 1, "v", "k" + std::to_string(records))).value());
    ++records;
  }

  EXPECT_EQ(records, 12'500) << "a sixteenth of what a crash may make the next start replay";
}

TEST_F(StreamTaskTest, EachCommitHasAStampOfItsOwn) {
  auto task = running_task();
  ASSERT_TRUE(process(*task, consumed(0, 1)).has_value());
  commit(*task);
  const CommitStamp first = task->committed_stamp();
  ASSERT_TRUE(process(*task, consumed(1, 2)).has_value());
  ASSERT_TRUE(task->prepare_commit().has_value());
  EXPECT_EQ(task->attempted_stamp().counter, first.counter + 1);
  task->commit_aborted();
  ASSERT_TRUE(process(*task, consumed(1, 2)).has_value());

  ASSERT_TRUE(task->prepare_commit().has_value());

  EXPECT_EQ(task->attempted_stamp().counter, first.counter + 2)
      << "an attempt whose outcome is not known is never confused with a later one";
  EXPECT_EQ(task->committed_stamp(), first);
}

TEST_F(StreamTaskTest, AnExceptionNamesNodeTopicPartitionAndOffset) {
  auto task = running_task();

  const Result<bool> processed = process(*task, consumed(41, 1, "boom"));

  ASSERT_FALSE(processed.has_value());
  EXPECT_THAT(processed.error().message, HasSubstr("KSTREAM-FILTER-0000000001"));
  EXPECT_THAT(processed.error().message, HasSubstr("in-0@41"));
  EXPECT_THAT(processed.error().message, HasSubstr("boom"));
  EXPECT_EQ(processed.error().kind, ErrorKind::fatal);
}

TEST_F(StreamTaskTest, ASkippedExceptionIsCountedAndTheRecordIsDone) {
  ErrorPolicy errors;
  errors.processing = OnBadRecord::skip;
  auto task = running_task(errors);

  ASSERT_TRUE(process(*task, consumed(0, 1, "boom")).has_value());

  EXPECT_EQ(metrics_.snapshot().total(metric_names::kRecordsDropped), 1U);
  EXPECT_EQ(commit(*task).offset, Offset(1));
  EXPECT_TRUE(log_.contains("boom"));
}

class Ticks final : public Processor<std::string, std::string> {
 public:
  void init(ProcessorContext<std::string, std::string>& context) override {
    context.schedule(std::chrono::minutes(10), PunctuationType::wall_clock, [](Timestamp) {});
  }
  void process(const Record<std::string, std::string>& /*record*/) override {}
};

// However long the restore took before.
TEST_F(StreamTaskTest, WallClockPunctuationsCountFromTheStart) {
  StreamBuilder builder;
  builder.stream("in", serde::string(), serde::string())
      .process([] { return std::make_unique<Ticks>(); })
      .to("out");
  topology_ = builder.build();
  std::unique_ptr<StreamTask> task = make_task(TaskId{});
  ASSERT_TRUE(
      task->open_stores([] { return Result<std::unique_ptr<StoreBackend>>(make_memory_backend()); },
                        {})
          .has_value());
  clock_.advance(std::chrono::hours(1));

  ASSERT_TRUE(task->resume({CommittedOffset{}}).has_value());
  ASSERT_TRUE(task->start().has_value());

  EXPECT_EQ(task->next_wall_clock_punctuation(), clock_.wall() + std::chrono::minutes(10));
}

TEST_F(StreamTaskTest, RefusesBrokenMetadataOfItsOwn) {
  std::unique_ptr<StreamTask> task = make_task(TaskId{});
  ASSERT_TRUE(
      task->open_stores([] { return Result<std::unique_ptr<StoreBackend>>(make_memory_backend()); },
                        {})
          .has_value());

  const Result<void> resumed = task->resume({{Offset(1), "AgAA"}});

  ASSERT_FALSE(resumed.has_value());
  EXPECT_THAT(resumed.error().message, HasSubstr("in-0"));
}

}  // namespace
}  // namespace pawl::internal

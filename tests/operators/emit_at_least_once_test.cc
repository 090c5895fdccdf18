// Emission on window close without transactions: after a crash the store may be ahead of the
// committed time; what closed in between may never have been sent.
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
#include <string>
#include <vector>

namespace pawl::internal {
namespace {

using std::chrono::milliseconds;
using test::consumed;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::ProducedRecord;

struct Aggregation {
  const char* name;
  Table<Windowed<std::string>, std::int64_t> (*count)(
      const GroupedStream<std::string, std::string>&);
};
void PrintTo(const Aggregation& aggregation, std::ostream* out) {
  *out << aggregation.name;
}

class EmitAtLeastOnce : public ::testing::TestWithParam<Aggregation> {
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
  // Returns: the keys of the windows that came out.
  std::vector<std::string> process(StreamTask& task, std::int64_t offset, const char* key,
                                   std::int64_t time) {
    EXPECT_TRUE(task.push(0, consumed(offset, time, "v", key)));
    EXPECT_TRUE(task.process_one(MonotonicTime(0)).has_value());
    std::vector<std::string> keys;
    for (const ProducedRecord& record : outputs_.take()) {
      keys.push_back(*record.key);
    }
    return keys;
  }
  static Topology build() {
    StreamBuilder builder;
    GetParam()
        .count(builder.stream<std::string, std::string>("in").group_by_key())
        .to_stream()
        .map([](const Windowed<std::string>* key, const std::int64_t* value) {
          return std::pair(key->key, std::to_string(*value));
        })
        .to("out");
    return builder.build();
  }

  const Topology topology_ = build();
  pawl::testing::ManualClock clock_{Timestamp(0)};
  pawl::testing::internal::DriverCollector outputs_;
  MetricsRecorder metrics_;
  test::SilentLog log_;
};

TEST_P(EmitAtLeastOnce, SendsAgainWhatClosedBeforeTheCrash) {
  std::vector<ProducedRecord> changelog;
  {
    const auto task = task_with({});
    EXPECT_THAT(process(*task, 0, "a", 100), IsEmpty());
    EXPECT_THAT(process(*task, 1, "b", 1000), ElementsAre("a"));
    task->prepare_commit();
    changelog = outputs_.take();  // flushed; then the process dies before it commits offsets
    ASSERT_EQ(changelog.size(), 2U);
  }

  const auto task = task_with(changelog);

  EXPECT_THAT(process(*task, 0, "a", 100), ElementsAre("a"));
  EXPECT_THAT(process(*task, 1, "b", 1000), IsEmpty());
}

constexpr Aggregation kAggregations[] = {
    {"tumbling",
     [](const GroupedStream<std::string, std::string>& grouped) {
       return grouped.windowed_by(TumblingWindows::of(milliseconds(10)).no_grace())
           .emit_strategy(EmitStrategy::on_window_close())
           .count(Materialized::as("counts").retention(milliseconds(10'000)));
     }},
    {"sliding",
     [](const GroupedStream<std::string, std::string>& grouped) {
       return grouped.windowed_by(SlidingWindows::of_time_difference(milliseconds(10)).no_grace())
           .emit_strategy(EmitStrategy::on_window_close())
           .count(Materialized::as("counts").retention(milliseconds(10'000)));
     }},
    {"session",
     [](const GroupedStream<std::string, std::string>& grouped) {
       return grouped.windowed_by(SessionWindows::with_inactivity_gap(milliseconds(10)).no_grace())
           .emit_strategy(EmitStrategy::on_window_close())
           .count(Materialized::as("counts").retention(milliseconds(10'000)));
     }},
};

INSTANTIATE_TEST_SUITE_P(Windows, EmitAtLeastOnce, ::testing::ValuesIn(kAggregations),
                         [](const ::testing::TestParamInfo<Aggregation>& test) {
                           return test.param.name;
                         });

}  // namespace
}  // namespace pawl::internal

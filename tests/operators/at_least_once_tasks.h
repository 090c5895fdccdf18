// AtLeastOnceTasks: tasks without transactions and without committed offsets, for tests of what a
// crash leaves: stores that are ahead of the offsets. Thread rule: one thread.
#pragma once

#include "support/silent_log.h"
#include "support/test_records.h"
#include "task/stream_task.h"
#include "testing/driver_core.h"

#include <pawl/statestore/backends.h>
#include <pawl/testing/manual_clock.h>

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace pawl::test {

class AtLeastOnceTasks {
 public:
  // `topology`: one subtopology with one source and one store.
  explicit AtLeastOnceTasks(Topology topology) : topology_(std::move(topology)) {}

  // Returns: a task that has restored its store from this. Lifetime: not beyond this.
  std::unique_ptr<internal::StreamTask> make(
      const std::vector<testing::ProducedRecord>& changelog) {
    internal::TaskEnvironment environment;
    environment.application_id = "app";
    environment.exactly_once = false;
    environment.clock = &clock_;
    environment.outputs = &outputs_;
    environment.metrics = &metrics_;
    environment.log = &log_;
    internal::TaskStoresOptions options;
    options.application_id = "app";
    auto task = std::make_unique<internal::StreamTask>(topology_, std::vector{SubtopologyId(0)},
                                                       TaskId{}, environment, options);
    EXPECT_TRUE(
        task->open_stores(
                [] { return Result<std::unique_ptr<StoreBackend>>(make_memory_backend()); }, {})
            .has_value());
    EXPECT_TRUE(task->resume({internal::CommittedOffset{}}).has_value());
    const auto to_restore = task->stores().to_restore();
    for (const testing::ProducedRecord& logged : changelog) {
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
  // Returns: what came of the record.
  std::vector<testing::ProducedRecord> process(internal::StreamTask& task, std::int64_t offset,
                                               std::int64_t time, const char* value,
                                               const char* key) {
    EXPECT_TRUE(task.push(0, consumed(offset, time, value, key)));
    EXPECT_TRUE(task.process_one(MonotonicTime(0)).has_value());
    return outputs_.take();
  }
  // Returns: what a commit would write. The process dies before it commits offsets.
  std::vector<testing::ProducedRecord> flush(internal::StreamTask& task) {
    EXPECT_TRUE(task.prepare_commit().has_value());
    return outputs_.take();
  }

 private:
  const Topology topology_;
  testing::ManualClock clock_{Timestamp(0)};
  testing::internal::DriverCollector outputs_;
  MetricsRecorder metrics_;
  SilentLog log_;
};

}  // namespace pawl::test

// Errors that stop a task do so whatever user code makes of their exceptions.
#include "support/marks.h"
#include "support/silent_log.h"
#include "support/test_records.h"
#include "task/stream_task.h"
#include "testing/driver_core.h"

#include <pawl/engine/metric_names.h>
#include <pawl/operators/dsl.h>
#include <pawl/statestore/backends.h>
#include <pawl/statestore/typed/stores.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace pawl::internal {
namespace {

using std::chrono::milliseconds;
using test::consumed;
using ::testing::AllOf;
using ::testing::HasSubstr;

using StringRecord = Record<std::string, std::string>;
using StringContext = ProcessorContext<std::string, std::string>;

// A processor made of functions.
struct StepFunctions {
  std::function<void(StringContext&)> init = [](StringContext&) {};
  std::function<void(StringContext&, const StringRecord&)> process =
      [](StringContext& context, const StringRecord& record) { context.forward(record); };
};

class Step final : public Processor<std::string, std::string> {
 public:
  explicit Step(const StepFunctions& functions) : functions_(functions) {}
  void init(StringContext& context) override {
    context_ = &context;
    functions_.init(context);
  }
  void process(const StringRecord& record) override { functions_.process(*context_, record); }

 private:
  const StepFunctions& functions_;
  StringContext* context_ = nullptr;
};

// What it writes cannot be read again.
class WriteOnlyCodec final : public Codec<std::string> {
 public:
  void encode(const std::string& value, Bytes& out) const override { out += value; }
  Result<void> decode(BytesView, std::string&) const override {
    return Error{ErrorKind::invalid_record, "block checksum mismatch"};
  }
};

stores::KeyValue<std::string, std::string> unreadable() {
  return stores::key_value<std::string, std::string>(
             "unreadable", serde::string(), Serde<std::string>(std::make_shared<WriteOnlyCodec>()))
      .in_memory();
}

void read_unreadable(StringContext& context) {
  auto store = context.store(unreadable());
  store.put("k", "v");
  (void)store.get("k");
}

template <class F>
void swallow(F&& run) {
  try {
    run();
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): the story of these tests
  }
}

class TaskErrorsTest : public ::testing::Test {
 protected:
  TaskErrorsTest() {
    StreamBuilder builder;
    builder.add_store(unreadable());
    builder.stream("in", serde::string(), serde::string())
        .process([this] { return std::make_unique<Step>(step_); }, {"unreadable"})
        .peek([this](const std::string& value) { behind_(value); })
        .to("out");
    topology_ = builder.build();
  }
  Result<void> start(OnBadRecord processing = OnBadRecord::fail) {
    TaskEnvironment environment;
    environment.application_id = "app";
    environment.errors.processing = processing;
    environment.clock = &clock_;
    environment.outputs = &outputs_;
    environment.metrics = &metrics_;
    environment.log = &log_;
    TaskStoresOptions stores;
    stores.application_id = "app";
    stores.record_cache = &record_cache_;
    task_ = std::make_unique<StreamTask>(*topology_, std::vector{SubtopologyId(0)}, TaskId{},
                                         environment, stores);
    PAWL_TRY(task_->open_stores(
        [] { return Result<std::unique_ptr<StoreBackend>>(make_memory_backend()); }, {}));
    PAWL_TRY(task_->resume({CommittedOffset{}}));
    return task_->start();
  }
  Result<bool> process(const std::string& value) {
    EXPECT_TRUE(task_->push(0, consumed(0, 100, value)));
    return task_->process_one(MonotonicTime(0));
  }
  Offset next_commit() {
    EXPECT_TRUE(task_->prepare_commit().has_value());
    return task_->offsets_to_commit().front().offset;
  }
  std::uint64_t dropped() { return metrics_.snapshot().total(metric_names::kRecordsDropped); }

  StepFunctions step_;
  std::function<void(const std::string&)> behind_ = [](const std::string&) {};
  std::optional<Topology> topology_;
  CacheBudget record_cache_;  // off
  pawl::testing::ManualClock clock_{Timestamp(0)};
  pawl::testing::internal::DriverCollector outputs_;
  MetricsRecorder metrics_;
  test::SilentLog log_;
  std::unique_ptr<StreamTask> task_;
};

TEST_F(TaskErrorsTest, StopAtWhatThePolicyFailsWhoeverCatchesIt) {
  const test::Marks marks;
  step_.process = [](StringContext& context, const StringRecord& record) {
    swallow([&] { context.forward(record); });
  };
  behind_ = [](const std::string&) { throw std::runtime_error("boom"); };
  ASSERT_TRUE(start().has_value());

  const Result<bool> processed = process("v");

  ASSERT_FALSE(processed.has_value());
  EXPECT_EQ(processed.error().kind, ErrorKind::fatal);
  EXPECT_THAT(processed.error().message, AllOf(HasSubstr("task 0_0, record in-0@0"),
                                               HasSubstr("user code caught"), HasSubstr("boom")));
  EXPECT_EQ(next_commit(), Offset(0)) << "the record is not done";
  EXPECT_TRUE(marks.hit("swallowed_stop"));
}

TEST_F(TaskErrorsTest, AreForgottenWithTheirTransaction) {
  int failures = 1;
  step_.process = [](StringContext& context, const StringRecord& record) {
    swallow([&] { context.forward(record); });
  };
  behind_ = [&](const std::string&) {
    if (failures-- > 0) {
      throw ProcessingStopped({ErrorKind::retriable, "partitions of topic 'out': timed out"});
    }
  };
  ASSERT_TRUE(start().has_value());
  const Result<bool> stopped = process("v");
  ASSERT_FALSE(stopped.has_value());
  EXPECT_EQ(stopped.error().kind, ErrorKind::retriable);
  task_->commit_aborted();

  EXPECT_TRUE(process("v").has_value());

  EXPECT_EQ(next_commit(), Offset(1));
}

TEST_F(TaskErrorsTest, AreNotWhatThePolicySkips) {
  int caught = 0;
  step_.process = [&](StringContext& context, const StringRecord& record) {
    try {
      context.forward(record);
    } catch (const std::exception&) {
      ++caught;
    }
  };
  behind_ = [](const std::string&) { throw std::runtime_error("boom"); };
  ASSERT_TRUE(start(OnBadRecord::skip).has_value());

  EXPECT_TRUE(process("v").has_value());

  EXPECT_EQ(caught, 0);
  EXPECT_EQ(dropped(), 1U);
  EXPECT_EQ(next_commit(), Offset(1));
}

TEST_F(TaskErrorsTest, StopAtAStoreWhoseFailureItsReaderCatches) {
  step_.process = [](StringContext& context, const StringRecord&) {
    swallow([&] { read_unreadable(context); });
  };
  ASSERT_TRUE(start(OnBadRecord::skip).has_value());

  const Result<bool> processed = process("v");

  ASSERT_FALSE(processed.has_value());
  EXPECT_THAT(processed.error().message, HasSubstr("block checksum mismatch"));
  EXPECT_EQ(next_commit(), Offset(0));
}

// The policy would skip it and go on.
TEST_F(TaskErrorsTest, StopAtAStoreWhoseFailureBecomesAnotherException) {
  step_.process = [](StringContext& context, const StringRecord&) {
    try {
      read_unreadable(context);
    } catch (const std::exception&) {
      throw std::logic_error("no details");
    }
  };
  ASSERT_TRUE(start(OnBadRecord::skip).has_value());

  const Result<bool> processed = process("v");

  ASSERT_FALSE(processed.has_value());
  EXPECT_THAT(processed.error().message, HasSubstr("block checksum mismatch"));
  EXPECT_EQ(dropped(), 0U);
}

TEST_F(TaskErrorsTest, KeepTheirKindWhenAnotherExceptionStops) {
  step_.process = [](StringContext& context, const StringRecord& record) {
    try {
      context.forward(record);
    } catch (const std::exception&) {
      throw std::logic_error("no details");
    }
  };
  behind_ = [](const std::string&) {
    throw StoreFailure({ErrorKind::corrupted_state, "block checksum mismatch"});
  };
  ASSERT_TRUE(start().has_value());

  const Result<bool> processed = process("v");

  ASSERT_FALSE(processed.has_value());
  EXPECT_EQ(processed.error().kind, ErrorKind::corrupted_state) << "it can be rebuilt";
}

TEST_F(TaskErrorsTest, StopAtAPunctuationThatCatchesThem) {
  step_.init = [](StringContext& context) {
    context.schedule(milliseconds(1), PunctuationType::stream_time,
                     [&context](Timestamp) { swallow([&] { read_unreadable(context); }); });
  };
  ASSERT_TRUE(start().has_value());
  ASSERT_TRUE(process("v").has_value());

  const Result<bool> punctuated = task_->punctuate_stream_time();

  ASSERT_FALSE(punctuated.has_value());
  EXPECT_THAT(punctuated.error().message, HasSubstr("block checksum mismatch"));
}

TEST_F(TaskErrorsTest, StopAtAnInitThatCatchesThem) {
  step_.init = [](StringContext& context) { swallow([&] { read_unreadable(context); }); };

  const Result<void> started = start();

  ASSERT_FALSE(started.has_value());
  EXPECT_THAT(started.error().message, HasSubstr("block checksum mismatch"));
}

TEST_F(TaskErrorsTest, StopAtACatchBehindTheRecordCache) {
  record_cache_.bytes_max = 10'000;
  step_.process = [](StringContext& context, const StringRecord& record) {
    swallow([&] { context.forward(record); });
  };
  behind_ = [](const std::string&) { throw std::runtime_error("boom"); };
  StreamBuilder builder;
  builder.add_store(unreadable());
  builder.table("in", serde::string(), serde::string(), Materialized::as("rows").caching_enabled())
      .to_stream()
      .process([this] { return std::make_unique<Step>(step_); }, {"unreadable"})
      .peek([this](const std::string& value) { behind_(value); })
      .to("out");
  topology_ = builder.build();
  ASSERT_TRUE(start().has_value());
  ASSERT_TRUE(process("v").has_value());

  const Result<void> flushed = task_->flush_caches();

  ASSERT_FALSE(flushed.has_value());
  EXPECT_THAT(flushed.error().message, HasSubstr("boom"));
}

}  // namespace
}  // namespace pawl::internal

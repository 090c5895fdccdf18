// What a stream thread makes of a rebalance, of failures of user code's surroundings and of a
// broker that does not answer, on scripted clients.
#include "runtime/stream_thread.h"

#include "runtime/global_thread.h"
#include "stream_thread_fixture.h"
#include "support/marks.h"
#include "testing/driver_core.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>
#include <pawl/statestore/typed/stores.h>
#include <pawl/testing/manual_clock.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

namespace pawl::internal {
namespace {

using std::chrono::milliseconds;

TEST_F(StreamThreadTest, ProcessesAndCommits) {
  broker_.source = {"a", "b", "c"};
  change(AssignmentChange::Kind::gained);

  EXPECT_EQ(run(20), std::nullopt);

  EXPECT_EQ(committed_offset(), 3);
}

// A process may have been stopped for longer than its session: only a commit behind the ends shows
// that nobody else had added to the changelogs when they were read.
TEST_F(StreamThreadTest, ProvesTheEndsOfChangelogsBeforeOthersMayAddToThem) {
  broker_.source = {"a"};
  change(AssignmentChange::Kind::gained);
  EXPECT_EQ(run(20), std::nullopt);
  const std::size_t before = broker_.script.calls().size();
  change(AssignmentChange::Kind::revoked);

  EXPECT_EQ(run(5), std::nullopt);

  ASSERT_TRUE(broker_.changes.empty());
  const auto acknowledged = position("acknowledge", before);
  const auto ends = position("end_offsets", before);
  EXPECT_LT(ends, acknowledged);
  EXPECT_LT(position("commit", static_cast<std::size_t>(ends)), acknowledged);
  EXPECT_EQ(position("end_offsets", static_cast<std::size_t>(acknowledged)),
            static_cast<std::ptrdiff_t>(broker_.script.calls().size()))
      << "not after it";
}

TEST_F(StreamThreadTest, GoesBackWhenARecordCouldNotBeFinished) {
  int failures = 1;
  user_code_ = [&](const std::string&) {
    if (failures-- > 0) {
      throw ProcessingStopped({ErrorKind::retriable, "partitions of topic 'out': timed out"});
    }
  };
  broker_.source = {"a", "b"};
  change(AssignmentChange::Kind::gained);

  EXPECT_EQ(run(20), std::nullopt);

  EXPECT_EQ(committed_offset(), 2);
  EXPECT_TRUE(log_.contains("timed out"));
}

class CachingStreamThreadTest : public StreamThreadTest {
 protected:
  CachingStreamThreadTest() : StreamThreadTest(1U << 20U) {
    broker_.source = {"a", "b", "c"};
    behind_the_count_ = [this](std::int64_t count) { counts_.push_back(count); };
    change(AssignmentChange::Kind::gained);
  }
  std::vector<std::int64_t> counts_;
};

TEST_F(CachingStreamThreadTest, LetsTheRecordCacheGoWithTheCommit) {
  EXPECT_EQ(run(20), std::nullopt);

  EXPECT_EQ(committed_offset(), 3);
  EXPECT_EQ(counts_, (std::vector<std::int64_t>{3}));
}

TEST_F(CachingStreamThreadTest, GoesBackWhenWhatTheRecordCacheHeldCouldNotBeFinished) {
  int failures = 1;
  behind_the_count_ = [&](std::int64_t count) {
    counts_.push_back(count);
    if (failures-- > 0) {
      throw ProcessingStopped({ErrorKind::retriable, "partitions of topic 'out': timed out"});
    }
  };

  EXPECT_EQ(run(20), std::nullopt);

  EXPECT_EQ(committed_offset(), 3);
  EXPECT_EQ(counts_, (std::vector<std::int64_t>{3, 3})) << "neither lost nor doubled";
}

TEST_F(CachingStreamThreadTest, StopsAtAnExceptionBehindTheRecordCacheAndCommitsNothing) {
  behind_the_count_ = [](std::int64_t) { throw std::runtime_error("too many"); };

  const std::optional<Error> error = run(20);

  ASSERT_TRUE(error.has_value());
  EXPECT_NE(error->message.find("too many"), std::string::npos);
  EXPECT_NE(error->message.find("in-0@2"), std::string::npos) << error->message;
  EXPECT_EQ(committed_offset(), 0);
}

TEST_F(CachingStreamThreadTest, LetsTheRecordCacheOfARevokedTaskGoFirst) {
  EXPECT_EQ(run(20), std::nullopt);
  broker_.source.emplace_back("d");
  EXPECT_EQ(run(1, milliseconds(0)), std::nullopt);
  const std::size_t before = broker_.script.calls().size();
  change(AssignmentChange::Kind::revoked);

  EXPECT_EQ(run(5), std::nullopt);

  EXPECT_EQ(counts_, (std::vector<std::int64_t>{3, 4}));
  EXPECT_EQ(committed_offset(), 4);
  EXPECT_LT(position("commit", before), position("acknowledge", before));
}

// What the record cache holds is processed inside of the transaction, which lives for 10 s.
TEST_F(CachingStreamThreadTest, CommitsBeforeTheRecordCacheHoldsMoreThanASlowNodeCanTake) {
  broker_.keyed_by_value = true;
  broker_.source.clear();
  for (int record = 0; record < 1'500; ++record) {
    broker_.source.push_back("key" + std::to_string(record));
  }
  behind_the_count_ = [&](std::int64_t) { clock_.advance(milliseconds(10)); };
  MonotonicTime longest{0};

  for (int turn = 0; turn < 60; ++turn) {
    const MonotonicTime before = clock_.monotonic();
    EXPECT_EQ(run(1, milliseconds(0)), std::nullopt);
    longest = std::max(longest, clock_.monotonic() - before);
    clock_.advance(milliseconds(30));
  }

  EXPECT_LE(longest, settings_.transaction_timeout / 5);
  EXPECT_EQ(committed_offset(), 1'500);
}

TEST_F(StreamThreadTest, SaysWhatATaskWaitsFor) {
  for (int turn = 0; turn < 100; ++turn) {
    broker_.script.fail_next("committed", ErrorKind::retriable, "unstable offsets");
  }
  change(AssignmentChange::Kind::gained);

  EXPECT_EQ(run(10, milliseconds(1'000)), std::nullopt);

  EXPECT_TRUE(log_.contains("[task 0_0] waiting for 5 s, its committed offsets: unstable offsets"));
}

TEST_F(StreamThreadTest, SaysWhyTheProducerIsNotReady) {
  for (int turn = 0; turn < 100; ++turn) {
    broker_.script.fail_next("init", ErrorKind::retriable, "coordinator not available");
  }

  EXPECT_EQ(run(10, milliseconds(1'000)), std::nullopt);

  EXPECT_TRUE(log_.contains("waiting for 5 s, the producer: coordinator not available"));
}

TEST_F(StreamThreadTest, StopsAtAnExceptionOfAListener) {
  surroundings_.publish_metrics = [](int, const MetricsSnapshot&) {
    throw std::runtime_error("disk full");
  };

  const std::optional<Error> error = run(20, milliseconds(100));

  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->kind, ErrorKind::fatal);
  EXPECT_NE(error->message.find("disk full"), std::string::npos);
  surroundings_.publish_metrics = [](int, const MetricsSnapshot&) {};
}

TEST_F(StreamThreadTest, AnExceptionOfAListenerStopsTheGlobalThreadToo) {
  StreamBuilder builder;
  const auto table = builder.global_table<std::string, std::string>(
      "names", Materialized::as("names").in_memory());
  builder.stream<std::string, std::string>("in").to("out");
  topology_.emplace(builder.build());
  topics_.global_partitions = {{"names", 1}};
  auto global = GlobalThread::make(surroundings_);
  ASSERT_TRUE(global.has_value());
  clock_.advance(milliseconds(1'000));
  surroundings_.publish_metrics = [](int, const MetricsSnapshot&) {
    throw std::runtime_error("disk full");
  };

  const Result<void> done = (*global)->run_once();

  ASSERT_FALSE(done.has_value());
  EXPECT_NE(done.error().message.find("disk full"), std::string::npos);
  surroundings_.publish_metrics = [](int, const MetricsSnapshot&) {};
}

// A thread that was held up for longer than its session hears of the loss when another thread of
// the process runs the task already.
TEST_F(StreamThreadTest, LeavesTheStoresToQueriesThatAnotherThreadShows) {
  change(AssignmentChange::Kind::gained);
  EXPECT_EQ(run(10), std::nullopt);
  Broker other_broker;
  const BrokerClients other_clients(other_broker);
  ThreadSurroundings other_surroundings = surroundings_;
  other_surroundings.clients = &other_clients;
  const auto other = *StreamThread::make(2, other_surroundings, 8);
  other_broker.changelog = {{0, "k"}};
  other_broker.changelog_end = 1;
  other_broker.changes.push_back({AssignmentChange::Kind::gained, {TaskId{}}});
  for (int turn = 0; turn < 10; ++turn) {
    ASSERT_TRUE(other->run_once().has_value());
  }
  ASSERT_EQ(parts_with("k"), 1);

  change(AssignmentChange::Kind::lost);
  EXPECT_EQ(run(5), std::nullopt);

  EXPECT_EQ(broker_.script.count("acknowledge"), 2);
  EXPECT_EQ(parts_with("k"), 1);
  other->close_dirty();
  EXPECT_TRUE(stores_.find("counts").empty());
}

TEST_F(StreamThreadTest, StopsWhileATaskIsBeingOpened) {
  for (int turn = 0; turn < 100; ++turn) {
    broker_.script.fail_next("committed", ErrorKind::retriable, "unstable offsets");
  }
  change(AssignmentChange::Kind::gained);
  EXPECT_EQ(run(3), std::nullopt);

  thread_->request_stop(StopMode::stay);
  EXPECT_EQ(run(2), std::nullopt);

  EXPECT_TRUE(thread_->stopped());
}

// A transaction lives for 10 s: records of 10 ms each must not fill a turn of 20 s.
TEST_F(StreamThreadTest, CommitsInTimeHoweverSlowTheRecordsAre) {
  MonotonicTime longest{0};
  user_code_ = [&](const std::string&) { clock_.advance(milliseconds(10)); };
  for (int record = 0; record < 3'000; ++record) {
    broker_.source.emplace_back("a");
  }
  change(AssignmentChange::Kind::gained);
  EXPECT_EQ(run(1), std::nullopt);

  for (int turn = 0; turn < 10; ++turn) {
    const MonotonicTime before = clock_.monotonic();
    EXPECT_EQ(run(1, milliseconds(0)), std::nullopt);
    longest = std::max(longest, clock_.monotonic() - before);
  }

  EXPECT_LE(longest, settings_.transaction_timeout / 10);
  EXPECT_GT(committed_offset(), 0);
}

TEST_F(StreamThreadTest, GoesOnAfterARefusedRecordWithoutTransactionsToo) {
  settings_.guarantee = Guarantee::at_least_once;
  settings_.commit_interval = milliseconds(100);
  thread_ = *StreamThread::make(1, surroundings_, 7);
  int processed = 0;
  user_code_ = [&](const std::string&) { ++processed; };
  broker_.source = {"a"};
  broker_.script.fail_next("send", ErrorKind::abort_transaction);
  change(AssignmentChange::Kind::gained);

  EXPECT_EQ(run(40), std::nullopt);

  EXPECT_EQ(processed, 2) << "and once more";
}

class WritesInInit final : public Processor<std::string, std::string> {
 public:
  WritesInInit(std::vector<std::string>& seen, bool forwards) : seen_(seen), forwards_(forwards) {}
  void init(ProcessorContext<std::string, std::string>& context) override {
    rows_.emplace(context.store(stores::key_value<std::string, std::string>("rows").in_memory()));
    rows_->put("limit", "7");
    if (forwards_) {
      context.forward({});
    }
  }
  void process(const Record<std::string, std::string>& /*record*/) override {
    seen_.push_back(rows_->get("limit").value_or("nothing"));
  }

 private:
  std::vector<std::string>& seen_;
  bool forwards_;
  std::optional<stores::KeyValue<std::string, std::string>::Store> rows_;
};

class InitialisingStreamThreadTest : public StreamThreadTest {
 protected:
  InitialisingStreamThreadTest() {
    StreamBuilder builder;
    builder.add_store(stores::key_value<std::string, std::string>("rows").in_memory());
    builder.stream("in", serde::string(), serde::string())
        .process([this] { return std::make_unique<WritesInInit>(seen_, forwards_); }, {"rows"})
        .to("out");
    topology_.emplace(builder.build());
    thread_ = *StreamThread::make(1, surroundings_, 7);
  }
  std::vector<std::string> seen_;
  bool forwards_ = false;
};

TEST_F(InitialisingStreamThreadTest, AnAbortKeepsWhatInitWrote) {
  broker_.source = {"a"};
  broker_.script.fail_next("flush", ErrorKind::abort_transaction);
  change(AssignmentChange::Kind::gained);

  EXPECT_EQ(run(20), std::nullopt);

  EXPECT_EQ(seen_.size(), 2U);
  EXPECT_EQ(seen_.back(), "7");
  EXPECT_EQ(committed_offset(), 1);
}

TEST_F(InitialisingStreamThreadTest, WhatInitWroteIsCommittedWithoutAnyRecord) {
  change(AssignmentChange::Kind::gained);

  EXPECT_EQ(run(20), std::nullopt);

  EXPECT_EQ(broker_.script.count("commit"), 1);
}

TEST_F(InitialisingStreamThreadTest, ForwardsNothingInInit) {
  forwards_ = true;
  change(AssignmentChange::Kind::gained);

  const std::optional<Error> error = run(20);

  ASSERT_TRUE(error.has_value());
  EXPECT_NE(error->message.find("nothing can be forwarded in init()"), std::string::npos)
      << error->message;
}

// The store of a table is restored from the table's own topic, up to the committed offset.
class MirroringStreamThreadTest : public StreamThreadTest {
 protected:
  MirroringStreamThreadTest() {
    StreamBuilder builder;
    builder.table<std::string, std::string>("in", Materialized::as("rows").in_memory())
        .to_stream()
        .to("out");
    topology_.emplace(builder.build(Optimizations::all()));
    thread_ = *StreamThread::make(1, surroundings_, 7);
  }
};

TEST_F(MirroringStreamThreadTest, SaysThatOffsetsWereResetToRecordsThatAreGone) {
  broker_.script.committed[{"in", PartitionId(0)}] = {Offset(30), ""};
  broker_.starts[{"in", PartitionId(0)}] = Offset(50);
  change(AssignmentChange::Kind::gained);

  const std::optional<Error> stopped = run(5);

  ASSERT_TRUE(stopped.has_value());
  EXPECT_EQ(stopped->kind, ErrorKind::fatal);
  EXPECT_EQ(stopped->message.find("has applied"), std::string::npos) << stopped->message;
  EXPECT_NE(stopped->message.find("up to offset 30, the group's committed offset, but that begins "
                                  "at offset 50"),
            std::string::npos)
      << stopped->message;
  EXPECT_NE(stopped->message.find("the group's offsets were reset"), std::string::npos);
}

TEST_F(StreamThreadTest, ATaskThatIsRebuiltBeforeItRunsIsStartedOnce) {
  MetricsRecorder metrics;
  Restoration restoration(clients_, {}, clock_, log_, nullptr, metrics, {});
  LogConsumer sources(broker_);
  SourceRouter router(sources, {});
  pawl::testing::internal::DriverCollector outputs;
  ThreadTasks tasks(
      surroundings_, "thread", sources,
      [&](TaskId) {
        TaskEnvironment environment;
        environment.application_id = "app";
        environment.clock = &clock_;
        environment.outputs = &outputs;
        environment.metrics = &metrics;
        environment.log = &log_;
        return environment;
      },
      restoration, router);
  tasks.gain(TaskId{});
  EXPECT_TRUE(tasks.advance(milliseconds(0)).has_value());
  EXPECT_TRUE(tasks.rebuild(TaskId{}).has_value());
  EXPECT_TRUE(tasks.advance(milliseconds(0)).has_value());

  EXPECT_NO_THROW(EXPECT_TRUE(tasks.start_restored().has_value()));

  EXPECT_NE(tasks.find_running(TaskId{}), nullptr);
}

}  // namespace
}  // namespace pawl::internal

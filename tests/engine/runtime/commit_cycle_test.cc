// The transition table of CommitCycle (engine/runtime/commit_cycle.h), row by row.
#include "runtime/commit_cycle.h"

#include "support/marks.h"
#include "support/scripted_clients.h"
#include "support/silent_log.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>
#include <pawl/statestore/backends.h>
#include <pawl/testing/manual_clock.h>

#include <gtest/gtest.h>

namespace pawl::internal {
namespace {

using std::chrono::milliseconds;

Topology counting_topology() {
  StreamBuilder builder;
  builder.stream("in", serde::string(), serde::string())
      .group_by_key()
      .count(Materialized::as("counts"))
      .to_stream()
      .to("out");
  return builder.build();
}

// One task with a store, on scripted clients.
class CommitCycleTest : public ::testing::Test {
 protected:
  explicit CommitCycleTest(const std::string& transactional_id = "app-1")
      : producer_(clients_, producer_options(transactional_id), clock_, metrics_, {}),
        membership_(script_),
        offsets_(script_),
        cycle_(producer_, membership_, offsets_, clock_, log_,
               {milliseconds(100), milliseconds(10'000)}) {
    TaskEnvironment environment;
    environment.application_id = "app";
    environment.clock = &clock_;
    environment.outputs = &producer_;
    environment.metrics = &metrics_;
    environment.log = &log_;
    environment.owner = 77;
    environment.max_task_idle = milliseconds(-1);
    TaskStoresOptions stores;
    stores.application_id = "app";
    task_ = std::make_unique<StreamTask>(topology_, std::vector<SubtopologyId>{SubtopologyId(0)},
                                         TaskId{}, environment, stores);
    EXPECT_TRUE(
        task_
            ->open_stores(
                [] { return Result<std::unique_ptr<StoreBackend>>(make_memory_backend()); }, {})
            .has_value());
    EXPECT_TRUE(task_->resume({CommittedOffset{}}).has_value());
    EXPECT_TRUE(task_->start().has_value());
    EXPECT_TRUE(producer_.ensure_ready(milliseconds(100)).has_value());
  }

  static ProducerOptions producer_options(const std::string& transactional_id) {
    ProducerOptions options;
    options.transactional_id = transactional_id;
    return options;
  }

  // Processes one record: the task has something to commit.
  void process_record(std::int64_t offset) {
    InputRecord record;
    record.key = "k";
    record.value = "v";
    record.offset = Offset(offset);
    record.timestamp = Timestamp(offset);
    ASSERT_TRUE(task_->push(0, ConsumedRecord(record, nullptr, nullptr, [](void*) {})));
    const Result<bool> processed = task_->process_one(clock_.monotonic());
    ASSERT_TRUE(processed.has_value() && *processed);
  }

  void begin() {
    ASSERT_TRUE(task_->prepare_commit().has_value());
    cycle_.begin({task_.get()});
  }

  // Steps until the cycle ends or nothing more happens in `turns` turns.
  CommitOutcome run(int turns = 10) {
    for (int turn = 0; turn < turns; ++turn) {
      const Result<CommitOutcome> outcome = cycle_.step();
      EXPECT_TRUE(outcome.has_value()) << outcome.error();
      if (!outcome.has_value() || *outcome != CommitOutcome::in_progress) {
        return outcome.has_value() ? *outcome : CommitOutcome::in_progress;
      }
    }
    return CommitOutcome::in_progress;
  }

  // What the store says is committed: a fresh snapshot, without the overlay.
  std::int64_t committed_count() {
    for (const TaskStores::NamedSnapshots& named : task_->stores().snapshot_sources()) {
      const auto row = named.snapshots->snapshot()->get(kWholeStore, "k");
      if (row.has_value() && row->has_value()) {
        return big_endian::load_i64((*row)->data() + 8);
      }
    }
    return 0;
  }

  Topology topology_ = counting_topology();
  testing::ManualClock clock_{Timestamp(0)};
  test::SilentLog log_;
  test::Script script_;
  test::ScriptedClients clients_{script_};
  MetricsRecorder metrics_;
  ProducerSession producer_;
  test::ScriptedMembership membership_;
  test::ScriptedConsumer offsets_;
  CommitCycle cycle_;
  std::unique_ptr<StreamTask> task_;
};

TEST_F(CommitCycleTest, CommitsOutputsChangelogAndOffsetsInOneTransaction) {
  process_record(0);
  begin();

  EXPECT_EQ(run(), CommitOutcome::committed);

  // The output was sent when the record was processed, the changelog record at the commit.
  ASSERT_EQ(script_.sent.size(), 2U);
  EXPECT_EQ(script_.sent[0].first, "out");
  EXPECT_EQ(script_.sent[1].first, "app-counts-changelog");
  EXPECT_EQ(script_.committed.at({"in", PartitionId(0)}).offset, Offset(1));
  EXPECT_EQ(committed_count(), 1);
  const std::vector<std::string> order{"make_producer", "init",     "begin",        "send",  "send",
                                       "flush",         "identity", "send_offsets", "commit"};
  EXPECT_EQ(script_.calls(), order);
}

TEST_F(CommitCycleTest, AppliesNothingBeforeTheCommitIsAcknowledged) {
  process_record(0);
  script_.fail_next("commit", ErrorKind::retriable);
  begin();

  EXPECT_EQ(run(1), CommitOutcome::in_progress);

  EXPECT_EQ(cycle_.state(), CommitState::committing);
  EXPECT_EQ(committed_count(), 0);
  EXPECT_EQ(run(), CommitOutcome::committed);
  EXPECT_EQ(committed_count(), 1);
}

TEST_F(CommitCycleTest, RetriesWhatIsRetriable) {
  process_record(0);
  script_.fail_next("flush", ErrorKind::retriable);
  script_.fail_next("identity", ErrorKind::retriable);
  script_.fail_next("send_offsets", ErrorKind::retriable);
  script_.fail_next("commit", ErrorKind::retriable);
  begin();

  EXPECT_EQ(run(), CommitOutcome::committed);

  EXPECT_EQ(script_.count("flush"), 2);
  EXPECT_EQ(script_.count("identity"), 3);
  EXPECT_EQ(script_.count("send_offsets"), 2);
  EXPECT_EQ(script_.count("commit"), 2);
}

// A failure that says "abort", before the commit: abort, nothing applied.
class AbortableFailure : public CommitCycleTest,
                         public ::testing::WithParamInterface<const char*> {};

TEST_P(AbortableFailure, AbortsAndAppliesNothing) {
  process_record(0);
  script_.fail_next(GetParam(), ErrorKind::abort_transaction);
  begin();

  EXPECT_EQ(run(), CommitOutcome::aborted);

  EXPECT_EQ(script_.count("abort"), 1);
  EXPECT_TRUE(script_.committed.empty());
  task_->commit_aborted();
  EXPECT_EQ(committed_count(), 0);
  EXPECT_EQ(task_->committed_offsets().front(), Offset(0));
}
INSTANTIATE_TEST_SUITE_P(CommitCycle, AbortableFailure,
                         ::testing::Values("flush", "identity", "send_offsets", "commit"));

// A fenced or failed producer before the commit was asked for: replaced, and the transaction cannot
// have been committed.
class BrokenProducer : public CommitCycleTest,
                       public ::testing::WithParamInterface<std::tuple<const char*, ErrorKind>> {};

TEST_P(BrokenProducer, IsReplacedAndTheTransactionCountsAsAborted) {
  process_record(0);
  script_.fail_next(std::get<0>(GetParam()), std::get<1>(GetParam()));
  begin();

  EXPECT_EQ(run(), CommitOutcome::aborted);

  EXPECT_EQ(script_.count("make_producer"), 2);
  EXPECT_EQ(script_.count("init"), 2);
  EXPECT_EQ(script_.count("commit"), 0);
  EXPECT_EQ(committed_count(), 0);
}
INSTANTIATE_TEST_SUITE_P(CommitCycle, BrokenProducer,
                         ::testing::Combine(::testing::Values("flush", "send_offsets"),
                                            ::testing::Values(ErrorKind::fenced,
                                                              ErrorKind::fatal)));

TEST_F(CommitCycleTest, StopsWhenTheNextTransactionFailsInTheSameFatalWay) {
  script_.fail_next("flush", ErrorKind::fatal, "too large");
  script_.fail_next("flush", ErrorKind::fatal, "too large");
  process_record(0);
  begin();
  EXPECT_EQ(run(), CommitOutcome::aborted);
  task_->commit_aborted();
  process_record(0);
  begin();

  const Result<CommitOutcome> outcome = cycle_.step();

  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().kind, ErrorKind::fatal);
  EXPECT_EQ(outcome.error().message, "too large");
}

TEST_F(CommitCycleTest, MakesTheProducerReadyBeforeItBegins) {
  task_->touch();
  script_.tainted = true;
  script_.fail_next("init", ErrorKind::retriable);
  EXPECT_FALSE(producer_.ensure_ready(milliseconds(100)).has_value());
  script_.tainted = false;
  script_.fail_next("init", ErrorKind::retriable);

  begin();

  EXPECT_EQ(run(), CommitOutcome::committed);
}

TEST_F(CommitCycleTest, SaysWhyItWaits) {
  process_record(0);
  script_.fail_next("commit", ErrorKind::fenced);
  for (int turn = 0; turn < 50; ++turn) {
    script_.fail_next("committed", ErrorKind::retriable, "unstable offsets");
  }
  begin();
  EXPECT_EQ(run(), CommitOutcome::in_progress);
  EXPECT_FALSE(log_.contains("waiting")) << "most waits are short";

  clock_.advance(milliseconds(6'000));
  EXPECT_EQ(run(), CommitOutcome::in_progress);
  EXPECT_TRUE(log_.contains("waiting for 6 s, resolving: unstable offsets"));
  const std::size_t lines = log_.lines().size();
  clock_.advance(milliseconds(6'000));
  EXPECT_EQ(run(), CommitOutcome::in_progress);

  EXPECT_EQ(log_.lines().size(), lines) << "not again so soon";
}

TEST_F(CommitCycleTest, AnAbortThatIsRefusedAfterTheCommitWasAskedForProvesNothing) {
  process_record(0);
  script_.commit_reaches_the_log = true;
  script_.fail_next("commit", ErrorKind::abort_transaction, "unknown server error");
  script_.fail_next("abort", ErrorKind::fenced, "invalid transaction state");
  begin();

  EXPECT_EQ(run(), CommitOutcome::committed);

  EXPECT_EQ(committed_count(), 1);
}

TEST_F(CommitCycleTest, ReplacesTheProducerWhenTheAbortFails) {
  process_record(0);
  script_.fail_next("flush", ErrorKind::abort_transaction);
  script_.fail_next("abort", ErrorKind::fatal);
  begin();

  EXPECT_EQ(run(), CommitOutcome::aborted);

  EXPECT_EQ(script_.count("init"), 2);
}

TEST_F(CommitCycleTest, GivesUpAtTheDeadline) {
  process_record(0);
  for (int turn = 0; turn < 50; ++turn) {
    script_.fail_next("flush", ErrorKind::retriable);
  }
  begin();
  EXPECT_EQ(run(3), CommitOutcome::in_progress);

  clock_.advance(milliseconds(10'000));

  EXPECT_EQ(run(), CommitOutcome::aborted);
}

TEST_F(CommitCycleTest, WaitsForTheBrokerWhileTheProducerIsReplaced) {
  process_record(0);
  script_.fail_next("flush", ErrorKind::fatal);
  script_.fail_next("init", ErrorKind::retriable);
  script_.fail_next("make_producer", ErrorKind::retriable);
  begin();

  EXPECT_EQ(run(), CommitOutcome::aborted);

  EXPECT_EQ(script_.count("init"), 3);
}

// An answer to the commit that leaves open what happened: only the committed offsets tell.
class UnknownOutcome : public CommitCycleTest, public ::testing::WithParamInterface<ErrorKind> {};

TEST_P(UnknownOutcome, IsCommittedWhenTheStampIsOurs) {
  const test::Marks marks;
  process_record(0);
  script_.commit_reaches_the_log = true;  // and its answer is lost
  script_.fail_next("commit", GetParam());
  begin();

  EXPECT_EQ(run(), CommitOutcome::committed);

  EXPECT_TRUE(marks.hit("unknown_commit_was_committed"));
  EXPECT_EQ(script_.count("make_producer"), 2);
  EXPECT_EQ(committed_count(), 1);
}

TEST_P(UnknownOutcome, IsAbortedWhenTheStampIsTheLastOne) {
  const test::Marks marks;
  process_record(0);
  script_.fail_next("commit", GetParam());
  begin();

  EXPECT_EQ(run(), CommitOutcome::aborted);

  EXPECT_TRUE(marks.hit("unknown_commit_was_aborted"));
  EXPECT_EQ(script_.count("make_producer"), 2);
  EXPECT_EQ(committed_count(), 0);
}

TEST_P(UnknownOutcome, IsLostWhenAnotherOwnerHasCommitted) {
  const test::Marks marks;
  process_record(0);
  OffsetMetadata other;
  other.entries[std::string(kCommitCounterEntry)] = 1;
  other.entries[std::string(kCommitOwnerEntry)] = 78;
  script_.committed[{"in", PartitionId(0)}] = {Offset(1), encode_offset_metadata(other)};
  script_.fail_next("commit", GetParam());
  begin();

  EXPECT_EQ(run(), CommitOutcome::lost);

  EXPECT_TRUE(marks.hit("unknown_commit_was_overtaken"));
  EXPECT_EQ(committed_count(), 0);
}

TEST_P(UnknownOutcome, IsNeverDecidedWhileOffsetsAreUnstable) {
  process_record(0);
  script_.fail_next("commit", GetParam());
  script_.fail_next("committed", ErrorKind::retriable, "unstable");
  script_.fail_next("committed", ErrorKind::retriable, "unstable");
  begin();

  EXPECT_EQ(run(2), CommitOutcome::in_progress);
  EXPECT_EQ(cycle_.state(), CommitState::resolving);

  EXPECT_EQ(run(), CommitOutcome::aborted);
}
INSTANTIATE_TEST_SUITE_P(CommitCycle, UnknownOutcome,
                         ::testing::Values(ErrorKind::outcome_unknown, ErrorKind::fenced,
                                           ErrorKind::fatal));

TEST_F(CommitCycleTest, ReplacesATaintedProducerBeforeTheNextTransaction) {
  const test::Marks marks;
  process_record(0);
  begin();
  script_.tainted = true;
  EXPECT_EQ(run(), CommitOutcome::committed) << "a tainted commit that was answered stands";

  EXPECT_TRUE(producer_.ensure_ready(milliseconds(100)).has_value());

  EXPECT_TRUE(marks.hit("tainted_producer_replaced"));
  EXPECT_EQ(script_.count("init"), 2);
}

TEST_F(CommitCycleTest, CommitsOffsetsAloneInATransactionToo) {
  task_->touch();
  begin();

  EXPECT_EQ(run(), CommitOutcome::committed);

  EXPECT_EQ(script_.count("begin"), 1);
  EXPECT_EQ(script_.count("send_offsets"), 1);
}

TEST_F(CommitCycleTest, GivenUpBeforeTheOffsetsAreSentIsAborted) {
  process_record(0);
  script_.fail_next("flush", ErrorKind::retriable);
  begin();
  EXPECT_EQ(run(1), CommitOutcome::in_progress);

  cycle_.give_up();

  EXPECT_EQ(run(), CommitOutcome::aborted);
  EXPECT_EQ(script_.count("send_offsets"), 0);
}

TEST_F(CommitCycleTest, GivenUpAfterTheCommitWasAskedForGoesOnToItsEnd) {
  process_record(0);
  script_.fail_next("commit", ErrorKind::retriable);
  begin();
  EXPECT_EQ(run(1), CommitOutcome::in_progress);

  cycle_.give_up();

  EXPECT_EQ(run(), CommitOutcome::committed);
}

class AtLeastOnceCommit : public CommitCycleTest {
 protected:
  AtLeastOnceCommit() : CommitCycleTest("") {}
};

TEST_F(AtLeastOnceCommit, FlushesThenCommitsOffsets) {
  process_record(0);
  begin();

  EXPECT_EQ(run(), CommitOutcome::committed);

  const std::vector<std::string> order{"make_producer", "send", "send", "flush", "commit_offsets"};
  EXPECT_EQ(script_.calls(), order);
  EXPECT_EQ(committed_count(), 1);
}

TEST_F(AtLeastOnceCommit, ReplacesABrokenProducer) {
  process_record(0);
  script_.fail_next("flush", ErrorKind::fenced);
  begin();

  EXPECT_EQ(run(), CommitOutcome::aborted);

  EXPECT_EQ(script_.count("make_producer"), 2);
}

TEST_F(AtLeastOnceCommit, GoesBackWhenARebalanceTookTheTasks) {
  process_record(0);
  script_.fail_next("commit_offsets", ErrorKind::fenced);
  begin();

  EXPECT_EQ(run(), CommitOutcome::aborted);

  EXPECT_EQ(committed_count(), 0);
}

}  // namespace
}  // namespace pawl::internal

// What a stream thread makes of a rebalance, of failures of user code's surroundings and of a
// broker that does not answer, on scripted clients.
#include "runtime/stream_thread.h"

#include "runtime/global_thread.h"
#include "support/marks.h"
#include "support/scripted_clients.h"
#include "support/silent_log.h"
#include "support/test_records.h"
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

// The log of the source topic, and what a test makes the broker do.
struct Broker {
  test::Script script;
  std::vector<Bytes> source;
  std::size_t purged = 0;  // records of the source below this are deleted
  std::deque<AssignmentChange> changes;
};

class LogConsumer final : public ConsumerClient {
 public:
  explicit LogConsumer(Broker& broker) : broker_(broker) {}
  Result<void> assign(std::span<const PartitionStart> partitions) override {
    token_ = partitions.front().token;
    const auto* const from = std::get_if<Offset>(&partitions.front().from);
    next_ = from == nullptr ? 0 : static_cast<std::size_t>(from->value());
    assigned_ = true;
    return {};
  }
  Result<void> unassign(std::span<const TopicPartition>) override {
    assigned_ = false;
    return {};
  }
  Result<void> pause(std::span<const TopicPartition>) override { return {}; }
  Result<void> resume(std::span<const TopicPartition>) override { return {}; }
  Result<void> seek(const TopicPartition&, Offset offset) override {
    next_ = static_cast<std::size_t>(offset.value());
    return {};
  }
  Result<void> poll(milliseconds, std::size_t, ConsumerSink& sink) override {
    if (assigned_ && next_ < broker_.purged) {
      sink.out_of_range(token_, Error{ErrorKind::fatal, "Offset out of range"});
      return {};
    }
    for (; assigned_ && next_ < broker_.source.size(); ++next_) {
      const auto offset = static_cast<std::int64_t>(next_);
      sink.record(token_, test::consumed(offset, offset, broker_.source[next_]));
    }
    return {};
  }
  Result<std::map<TopicPartition, CommittedOffset>> committed(std::span<const TopicPartition>,
                                                              milliseconds) override {
    PAWL_TRY(broker_.script.call("committed"));
    return broker_.script.committed;
  }

 private:
  Broker& broker_;
  PartitionToken token_ = 0;
  std::size_t next_ = 0;
  bool assigned_ = false;
};

class QueuedMembership final : public Membership {
 public:
  explicit QueuedMembership(Broker& broker) : broker_(broker) {}
  Result<void> join() override { return {}; }
  Result<std::optional<AssignmentChange>> poll(milliseconds) override {
    if (delivered_ || broker_.changes.empty()) {
      return std::optional<AssignmentChange>();
    }
    delivered_ = true;
    return std::optional(broker_.changes.front());
  }
  void acknowledge() override {
    (void)broker_.script.call("acknowledge");
    broker_.changes.pop_front();
    delivered_ = false;
  }
  Result<GroupIdentity> commit_identity() override {
    PAWL_TRY(broker_.script.call("identity"));
    return GroupIdentity{"group", "member", 1, nullptr};
  }
  Result<void> commit_offsets(std::span<const OffsetToCommit>, milliseconds) override { return {}; }
  void leave() override {}
  [[nodiscard]] bool left() const override { return true; }

 private:
  Broker& broker_;
  bool delivered_ = false;
};

class ScriptedAdmin final : public AdminClient {
 public:
  explicit ScriptedAdmin(Broker& broker) : broker_(broker) {}
  Result<std::map<std::string, TopicDescription>> describe_topics(const std::set<std::string>&,
                                                                  milliseconds) const override {
    return std::map<std::string, TopicDescription>();
  }
  Result<void> create_topics(std::span<const NewTopic>, milliseconds) const override { return {}; }
  Result<std::map<std::string, std::map<std::string, std::string>>> topic_configs(
      const std::set<std::string>&, milliseconds) const override {
    return std::map<std::string, std::map<std::string, std::string>>();
  }
  Result<std::map<TopicPartition, Offset>> end_offsets(std::span<const TopicPartition> partitions,
                                                       milliseconds) const override {
    PAWL_TRY(broker_.script.call("end_offsets"));
    return zeros(partitions);
  }
  Result<std::map<TopicPartition, Offset>> start_offsets(std::span<const TopicPartition> partitions,
                                                         milliseconds) const override {
    return zeros(partitions);
  }
  Result<void> delete_records(const std::map<TopicPartition, Offset>&,
                              milliseconds) const override {
    return {};
  }
  Result<GroupDescription> describe_group(const std::string&, milliseconds) const override {
    return GroupDescription();
  }

 private:
  static std::map<TopicPartition, Offset> zeros(std::span<const TopicPartition> partitions) {
    std::map<TopicPartition, Offset> offsets;
    for (const TopicPartition& where : partitions) {
      offsets[where] = Offset(0);
    }
    return offsets;
  }
  Broker& broker_;
};

class BrokerClients final : public Clients {
 public:
  explicit BrokerClients(Broker& broker) : broker_(broker), admin_(broker) {}
  Result<std::unique_ptr<ConsumerClient>> make_consumer(const ConsumerOptions&) const override {
    return std::unique_ptr<ConsumerClient>(std::make_unique<LogConsumer>(broker_));
  }
  Result<std::unique_ptr<ProducerClient>> make_producer(const ProducerOptions&) const override {
    return std::unique_ptr<ProducerClient>(
        std::make_unique<test::ScriptedProducer>(broker_.script));
  }
  Result<std::unique_ptr<Membership>> make_membership(const MembershipOptions&) const override {
    return std::unique_ptr<Membership>(std::make_unique<QueuedMembership>(broker_));
  }
  [[nodiscard]] const AdminClient& admin() const override { return admin_; }

 private:
  Broker& broker_;
  ScriptedAdmin admin_;
};

class StreamThreadTest : public ::testing::Test {
 protected:
  explicit StreamThreadTest(std::size_t record_cache_bytes_max = 0) {
    settings_.record_cache_bytes_max = record_cache_bytes_max;
    StreamBuilder builder;
    builder.stream("in", serde::string(), serde::string())
        .map_values([this](const std::string& value) {
          user_code_(value);
          return value;
        })
        .group_by_key()
        .count(Materialized::as("counts"))
        .to_stream()
        .peek([this](const std::int64_t& count) { behind_the_count_(count); })
        .to("out");
    topology_.emplace(builder.build());
    settings_.application_id = "app";
    surroundings_.settings = &settings_;
    surroundings_.topology = &*topology_;
    surroundings_.clients = &clients_;
    surroundings_.topics = &topics_;
    surroundings_.stores = &stores_;
    surroundings_.clock = &clock_;
    surroundings_.log = &log_;
    surroundings_.publish_metrics = [](int, const MetricsSnapshot&) {};
    auto made = StreamThread::make(1, surroundings_, 7);
    EXPECT_TRUE(made.has_value());
    thread_ = *std::move(made);
  }

  void change(AssignmentChange::Kind kind) { broker_.changes.push_back({kind, {TaskId{}}}); }
  // Returns: the error that ended it, if any.
  std::optional<Error> run(int turns, milliseconds each = milliseconds(30)) {
    for (int turn = 0; turn < turns; ++turn) {
      const Result<void> done = thread_->run_once();
      if (!done.has_value()) {
        return done.error();
      }
      clock_.advance(each);
    }
    return std::nullopt;
  }
  std::int64_t committed_offset() {
    const auto found = broker_.script.committed.find({"in", PartitionId(0)});
    return found == broker_.script.committed.end() ? 0 : found->second.offset.value();
  }
  // How often a function was called before another was called for the first time since `from`.
  std::ptrdiff_t position(const std::string& function, std::size_t from) {
    const std::vector<std::string>& calls = broker_.script.calls();
    return std::find(calls.begin() + static_cast<std::ptrdiff_t>(from), calls.end(), function) -
           calls.begin();
  }

  std::function<void(const std::string&)> user_code_ = [](const std::string&) {};
  std::function<void(std::int64_t)> behind_the_count_ = [](std::int64_t) {};
  std::optional<Topology> topology_;
  Settings settings_;
  Broker broker_;
  BrokerClients clients_{broker_};
  ResolvedTopics topics_;
  StoreRegistry stores_;
  pawl::testing::ManualClock clock_{Timestamp(0)};
  test::SilentLog log_;
  ThreadSurroundings surroundings_;
  std::unique_ptr<StreamThread> thread_;
};

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

TEST_F(StreamThreadTest, RebuildsAStoreThatCannotBeRead) {
  const test::Marks marks;
  int failures = 1;
  user_code_ = [&](const std::string& value) {
    if (value == "b" && failures-- > 0) {
      throw StoreFailure({ErrorKind::corrupted_state, "block checksum mismatch"});
    }
  };
  broker_.source = {"a", "b"};
  change(AssignmentChange::Kind::gained);

  EXPECT_EQ(run(20), std::nullopt);

  EXPECT_TRUE(marks.hit("state_rebuilt"));
  EXPECT_TRUE(log_.contains("block checksum mismatch"));
  EXPECT_EQ(committed_offset(), 2);
}

// Who slept longer than its session reads on where it was, and the new owner has purged that.
TEST_F(StreamThreadTest, OpensATaskAnewThatAnotherInstanceWentOnWith) {
  const test::Marks marks;
  broker_.source = {"a"};
  change(AssignmentChange::Kind::gained);
  EXPECT_EQ(run(20), std::nullopt);
  broker_.source = {"a", "b", "c", "d"};
  broker_.purged = 3;
  broker_.script.committed[{"in", PartitionId(0)}] = {Offset(3), ""};
  broker_.script.fail_next("committed", ErrorKind::retriable, "unstable offsets");

  EXPECT_EQ(run(20), std::nullopt);

  EXPECT_TRUE(marks.hit("task_taken_over"));
  EXPECT_EQ(committed_offset(), 4);
}

TEST_F(StreamThreadTest, StopsWhenRecordsWereDeletedBeforeTheyWereProcessed) {
  broker_.source = {"a"};
  change(AssignmentChange::Kind::gained);
  EXPECT_EQ(run(20), std::nullopt);
  broker_.purged = 3;

  const std::optional<Error> stopped = run(20);

  ASSERT_TRUE(stopped.has_value());
  EXPECT_EQ(stopped->kind, ErrorKind::fatal);
  EXPECT_NE(stopped->message.find("in-0 is not in the log any more"), std::string::npos)
      << stopped->message;
  EXPECT_EQ(committed_offset(), 1);
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

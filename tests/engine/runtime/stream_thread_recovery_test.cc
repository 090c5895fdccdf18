// What a stream thread makes of lost, old and unusable local state, on scripted clients.
#include "stream_thread_fixture.h"
#include "support/marks.h"
#include "support/temporary_directory.h"
#include "version_segments.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace pawl::internal {
namespace {

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

TEST_F(StreamThreadTest, RebuildsAStoreWhoseFailureUserCodeCaught) {
  const test::Marks marks;
  int failures = 1;
  std::vector<std::int64_t> counts;
  user_code_ = [&](const std::string& value) {
    try {
      if (value == "b" && failures-- > 0) {
        throw StoreFailure({ErrorKind::corrupted_state, "block checksum mismatch"});
      }
    } catch (const std::exception&) {
      counts.clear();
    }
  };
  behind_the_count_ = [&](std::int64_t count) { counts.push_back(count); };
  broker_.source = {"a", "b"};
  change(AssignmentChange::Kind::gained);

  EXPECT_EQ(run(20), std::nullopt);

  EXPECT_TRUE(marks.hit("state_rebuilt"));
  EXPECT_TRUE(log_.contains("block checksum mismatch"));
  EXPECT_EQ(counts, (std::vector<std::int64_t>{2, 1, 2})) << "from the last commit on";
  EXPECT_EQ(committed_offset(), 2);
}

// Nothing of a task on its way is in the transaction: the others go on.
TEST_F(StreamThreadTest, RebuildsTheTaskWhoseChangelogIsTrimmedWhileItIsReadAndNoOther) {
  const test::Marks marks;
  change(AssignmentChange::Kind::gained);
  EXPECT_EQ(run(10), std::nullopt);
  settings_.commit_interval = std::chrono::hours(1);
  broker_.source = {"a"};
  EXPECT_EQ(run(1), std::nullopt);
  const int processed = broker_.script.count("begin");
  ASSERT_EQ(processed, 1) << "a transaction is open";
  broker_.changelog = {{0, "k"}};
  broker_.changelog_end = 1;
  broker_.changelog_trims = 1;
  broker_.changes.push_back({AssignmentChange::Kind::gained, {{SubtopologyId(0), PartitionId(1)}}});

  EXPECT_EQ(run(5), std::nullopt);

  EXPECT_TRUE(marks.hit("task_rebuilt_on_its_way"));
  EXPECT_FALSE(marks.hit("state_rebuilt"));
  EXPECT_EQ(broker_.script.count("abort"), 0);
  EXPECT_EQ(stores_.find("counts").size(), 2U) << "both run";
}

// What came in the same poll behind the failure is of use to the other task.
TEST_F(StreamThreadTest, LosesNothingOfATaskThatIsRestoredBesideOneThatFails) {
  const test::Marks marks;
  broker_.changelog = {{0, "k"}};
  broker_.changelog_end = 1;
  broker_.changelog_trims = 1;
  gain_two();

  EXPECT_EQ(run(10), std::nullopt);

  EXPECT_TRUE(marks.hit("task_rebuilt_on_its_way"));
  EXPECT_EQ(parts_with("k"), 2);
}

TEST_F(StreamThreadTest, RebuildsEachOfTwoTasksThatFailInTheSamePoll) {
  const test::Marks marks;
  broker_.changelog = {{0, "k"}};
  broker_.changelog_end = 1;
  broker_.changelog_trims = 2;
  gain_two();

  EXPECT_EQ(run(10), std::nullopt);

  EXPECT_EQ(parts_with("k"), 2);
}

TEST_F(StreamThreadTest, StopsWhenARebuiltTaskIsUnusableAgain) {
  broker_.changelog_end = 1;
  broker_.changelog_trims = 2;
  change(AssignmentChange::Kind::gained);

  const std::optional<Error> stopped = run(10);

  ASSERT_TRUE(stopped.has_value());
  EXPECT_EQ(stopped->kind, ErrorKind::fatal);
  EXPECT_NE(stopped->message.find("was rebuilt and is unusable again"), std::string::npos)
      << stopped->message;
}

class PersistentStreamThreadTest : public StreamThreadTest {
 protected:
  PersistentStreamThreadTest() {
    SeededRandom random(1);
    state_ = *StateDirectory::open(directory_.path(), "app", "", random);
    surroundings_.directory = state_.get();
    surroundings_.memory = make_rocksdb_memory({});
    topics_.deletions_kept = {{"app-counts-changelog", std::chrono::hours(24)}};
    thread_ = *StreamThread::make(1, surroundings_, 7);
    broker_.changelog = {{0, "k"}};
    broker_.changelog_end = 1;
  }
  ~PersistentStreamThreadTest() override { thread_.reset(); }
  void own() {
    change(AssignmentChange::Kind::gained);
    EXPECT_EQ(run(10), std::nullopt);
  }
  void give_up() {
    change(AssignmentChange::Kind::revoked);
    EXPECT_EQ(run(5), std::nullopt);
  }
  bool has_row(const std::string& key) {
    const auto parts = stores_.find("counts");
    return parts.size() == 1 && parts.front()->snapshot()->get(kWholeStore, key)->has_value();
  }
  test::TemporaryDirectory directory_;
  std::unique_ptr<StateDirectory> state_;
};

TEST_F(PersistentStreamThreadTest, ShowsProcessorsADirectoryThatGoesWithTheState) {
  std::optional<std::filesystem::path> shown;
  *topology_ =
      topology_->observed_by([&shown](const NodeSpec& /*node*/,
                                      ProcessingContext& context) -> std::unique_ptr<NodeObserver> {
        shown = context.state_directory();
        return nullptr;
      });
  own();

  ASSERT_TRUE(shown.has_value());
  EXPECT_EQ(*shown, state_->path() / "0_0" / "files");
  EXPECT_TRUE(std::filesystem::is_directory(*shown));
  EXPECT_TRUE(has_row("k")) << "it does not disturb the stores";
}

// Another owner deleted the row, and compaction has dropped the deletion since.
TEST_F(PersistentStreamThreadTest, RebuildsStateThatIsOlderThanTheDeletionsThatAreKept) {
  const test::Marks marks;
  own();
  ASSERT_TRUE(has_row("k"));
  give_up();
  clock_.advance(std::chrono::hours(13));
  broker_.changelog = {{2, "other"}};
  broker_.changelog_end = 3;

  own();

  EXPECT_TRUE(marks.hit("position_too_old"));
  EXPECT_FALSE(has_row("k")) << "it is back from the dead";
  EXPECT_TRUE(has_row("other"));
}

TEST_F(PersistentStreamThreadTest, RollsYoungerStateForward) {
  const test::Marks marks;
  own();
  give_up();
  clock_.advance(std::chrono::hours(11));
  broker_.changelog_end = 3;

  own();

  EXPECT_FALSE(marks.hit("position_too_old"));
  EXPECT_TRUE(has_row("k"));
}

TEST_F(PersistentStreamThreadTest, KeepsOldStateBehindWhichNothingWasLogged) {
  const test::Marks marks;
  own();
  give_up();
  clock_.advance(std::chrono::hours(1'000));

  own();

  EXPECT_FALSE(marks.hit("position_too_old"));
  EXPECT_TRUE(has_row("k"));
}

TEST_F(PersistentStreamThreadTest, ConfirmsThePositionOfAnIdleTask) {
  const test::Marks marks;
  own();
  for (int hour = 0; hour < 20; ++hour) {
    EXPECT_EQ(run(3), std::nullopt);
    clock_.advance(std::chrono::hours(1));
  }
  thread_->close_dirty();
  thread_ = *StreamThread::make(1, surroundings_, 8);
  broker_.changelog_end = 3;

  own();

  EXPECT_FALSE(marks.hit("position_too_old"));
  EXPECT_TRUE(has_row("k"));
}

TEST_F(PersistentStreamThreadTest, GoesOnWhileAQueryHoldsTheStoresOfATask) {
  own();
  auto query = stores_.find("counts").front()->snapshot();
  give_up();
  change(AssignmentChange::Kind::gained);

  EXPECT_EQ(run(10, milliseconds(1'000)), std::nullopt);
  EXPECT_TRUE(log_.contains("its stores: RocksDB in"));
  query.reset();
  broker_.source = {"a"};
  EXPECT_EQ(run(20), std::nullopt);

  EXPECT_EQ(committed_offset(), 1);
}

class ReadsInInit final : public Processor<std::string, std::string> {
 public:
  explicit ReadsInInit(int& failures) : failures_(failures) {}
  void init(ProcessorContext<std::string, std::string>& /*context*/) override {
    if (failures_-- > 0) {
      throw StoreFailure({ErrorKind::corrupted_state, "block checksum mismatch"});
    }
  }
  void process(const Record<std::string, std::string>& /*record*/) override {}

 private:
  int& failures_;
};

// The local copy is thrown away, as when a record cannot be processed for it.
TEST_F(PersistentStreamThreadTest, RebuildsAStoreThatInitCannotRead) {
  const test::Marks marks;
  own();
  ASSERT_TRUE(has_row("k"));
  give_up();
  broker_.changelog = {{2, "other"}};
  broker_.changelog_end = 3;
  int failures = 1;
  StreamBuilder builder;
  builder.add_store(stores::key_value<std::string, std::int64_t>("counts"));
  builder.stream("in", serde::string(), serde::string())
      .process([&] { return std::make_unique<ReadsInInit>(failures); }, {"counts"})
      .to("out");
  topology_.emplace(builder.build());
  thread_ = *StreamThread::make(1, surroundings_, 8);

  own();

  EXPECT_TRUE(marks.hit("task_rebuilt_on_its_way"));
  EXPECT_FALSE(has_row("k")) << "the unusable copy is still in use";
  EXPECT_TRUE(has_row("other"));
}

// Keeps versions of values; one that is "late" is older than what the changelog has.
class PutsVersions final : public Processor<std::string, std::string> {
 public:
  explicit PutsVersions(const std::function<void()>& behind) : behind_(behind) {}
  void init(ProcessorContext<std::string, std::string>& context) override {
    versions_.emplace(context.store(
        stores::versioned<std::string, std::string>("counts", std::chrono::hours(1))));
  }
  void process(const Record<std::string, std::string>& record) override {
    versions_->put(*record.key, *record.value, Timestamp(*record.value == "late" ? 0 : 2));
    behind_();
  }

 private:
  const std::function<void()>& behind_;
  std::optional<TypedVersionedStore<std::string, std::string>> versions_;
};

// A store that reads what is committed when it is rolled forward, and when it is logged.
class VersionedStreamThreadTest : public PersistentStreamThreadTest {
 protected:
  VersionedStreamThreadTest() {
    StreamBuilder builder;
    builder.add_store(stores::versioned<std::string, std::string>("counts", std::chrono::hours(1)));
    builder.stream("in", serde::string(), serde::string())
        .process([this] { return std::make_unique<PutsVersions>(behind_the_put_); }, {"counts"})
        .to("out");
    topology_.emplace(builder.build());
    RocksdbMemoryLimits limits;
    limits.block_cache_bytes_max = 0;  // every read is one of the disk
    surroundings_.memory = make_rocksdb_memory(limits);
    thread_ = *StreamThread::make(1, surroundings_, 7);
  }
  ~VersionedStreamThreadTest() override { thread_.reset(); }
  void damage_files() {
    int damaged = 0;
    for (const auto& file : std::filesystem::recursive_directory_iterator(state_->path() / "0_0")) {
      if (file.path().extension() != ".sst") {
        continue;
      }
      std::ifstream in(file.path(), std::ios::binary);
      const std::string content{std::istreambuf_iterator<char>(in), {}};
      if (content.find("counts/") != std::string::npos) {  // of its column families
        std::fstream(file.path(), std::ios::in | std::ios::out | std::ios::binary) << "damaged";
        ++damaged;
      }
    }
    EXPECT_GT(damaged, 0);
  }
  bool has_version(const std::string& key) {
    const auto parts = stores_.find("counts");
    return std::any_of(parts.begin(), parts.end(), [&](const auto& part) {
      const auto row = part->snapshot()->get(kLatestVersions, key);
      return row.has_value() && row->has_value();
    });
  }
  std::ptrdiff_t lines_with(const std::string& part) {
    const std::vector<std::string> lines = log_.lines();
    return std::count_if(lines.begin(), lines.end(), [&](const std::string& line) {
      return line.find(part) != std::string::npos;
    });
  }
  std::function<void()> behind_the_put_ = [] {};
};

TEST_F(VersionedStreamThreadTest, RebuildsAStoreThatCannotBeReadWhileItIsRolledForward) {
  const test::Marks marks;
  own();
  give_up();
  damage_files();
  broker_.changelog = {{0, "k"}, {2, "k"}};
  broker_.changelog_end = 3;

  own();

  EXPECT_TRUE(marks.hit("task_rebuilt_on_its_way"));
  EXPECT_TRUE(has_version("k"));
}

TEST_F(VersionedStreamThreadTest, RebuildsTheTaskWhoseStoreCannotBeReadAtTheCommitAndNoOther) {
  const test::Marks marks;
  gain_two();
  EXPECT_EQ(run(10), std::nullopt);
  int failures = 1;
  behind_the_put_ = [&] {
    if (failures-- > 0) {
      damage_files();
    }
  };
  broker_.source = {"late"};

  EXPECT_EQ(run(20), std::nullopt);

  EXPECT_TRUE(marks.hit("state_rebuilt"));
  EXPECT_TRUE(log_.contains("task 0_0, its changelogs: "));
  EXPECT_EQ(lines_with("[task 0_0] running"), 2);
  EXPECT_EQ(lines_with("[task 0_1] running"), 1);
  EXPECT_EQ(committed_offset(), 1);
  EXPECT_TRUE(has_version("k"));
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

TEST_F(StreamThreadTest, LearnsHowLongDeletionsAreKeptInCompactedChangelogs) {
  broker_.configs["app-counts-changelog"] = {{"cleanup.policy", "compact"},
                                             {"delete.retention.ms", "60000"}};
  broker_.configs["app-tasks-0"] = {{"cleanup.policy", "compact"}};

  const auto topics =
      prepare_topics(*topology_, settings_, clients_.admin(), log_, milliseconds(1));

  ASSERT_TRUE(topics.has_value()) << topics.error();
  EXPECT_EQ(topics->deletions_kept,
            (std::map<std::string, milliseconds>{{"app-counts-changelog", milliseconds(60'000)}}));
}

// Metadata of a tool that set the group's offsets.
TEST_F(StreamThreadTest, GoesOnAtOffsetsThatAnotherToolCommitted) {
  broker_.source = {"a", "b", "c"};
  broker_.script.committed[{"in", PartitionId(0)}] = {Offset(1), "by hand, as agreed"};
  change(AssignmentChange::Kind::gained);

  EXPECT_EQ(run(20), std::nullopt);

  EXPECT_EQ(committed_offset(), 3);
  EXPECT_TRUE(log_.contains("the offset of in-0 was committed to group 'app' by another tool"));
  EXPECT_TRUE(log_.contains("by hand, as agreed"));
}

class ThrowingListener final : public RestoreListener {
 public:
  void on_suspended(const RestoreProgress&) override { throw std::runtime_error("no"); }
};

TEST_F(StreamThreadTest, ListenersThatThrowAgainDoNotKeepItFromClosing) {
  ThrowingListener listener;
  surroundings_.restore = &listener;
  surroundings_.publish_metrics = [](int, const MetricsSnapshot&) {
    throw std::runtime_error("disk full");
  };
  thread_ = *StreamThread::make(1, surroundings_, 7);
  broker_.changelog_end = 1;
  broker_.changelog_stalls = true;
  change(AssignmentChange::Kind::gained);
  ASSERT_TRUE(run(20, milliseconds(100)).has_value());

  EXPECT_NO_THROW(thread_->close_dirty());

  EXPECT_TRUE(thread_->stopped());
  EXPECT_TRUE(log_.contains("while it was closed: no"));
  EXPECT_TRUE(log_.contains("while it was closed: disk full"));
  thread_.reset();
}

// Another topology may have claimed the group before this member was in it.
TEST_F(StreamThreadTest, OwnsNothingBeforeItsClaimOfTheGroupIsConfirmed) {
  bool answers = false;
  surroundings_.confirm_claim = [&]() -> Result<void> {
    return answers ? Result<void>() : Error{ErrorKind::retriable, "timed out"};
  };
  change(AssignmentChange::Kind::gained);
  EXPECT_EQ(run(10, milliseconds(1'000)), std::nullopt);
  EXPECT_EQ(broker_.script.count("acknowledge"), 0);
  EXPECT_TRUE(log_.contains("the topology of the group: timed out"));

  answers = true;
  EXPECT_EQ(run(2), std::nullopt);

  EXPECT_EQ(broker_.script.count("acknowledge"), 1);
}

TEST_F(StreamThreadTest, StopsWhenAnotherTopologyHasTheGroup) {
  surroundings_.confirm_claim = [&]() -> Result<void> {
    return Error{ErrorKind::fatal, "another topology"};
  };
  change(AssignmentChange::Kind::gained);

  const std::optional<Error> stopped = run(2);

  ASSERT_TRUE(stopped.has_value());
  EXPECT_EQ(stopped->message, "another topology");
  EXPECT_EQ(broker_.script.count("acknowledge"), 0);
}

}  // namespace
}  // namespace pawl::internal

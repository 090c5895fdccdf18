// Restorations of several tasks at once, of which one goes wrong.
#include "runtime/restoration.h"

#include "support/scripted_clients.h"
#include "support/silent_log.h"
#include "support/test_records.h"
#include "testing/driver_core.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>
#include <pawl/statestore/backends.h>
#include <pawl/testing/manual_clock.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pawl::internal {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;

struct ChangelogPartition {
  PartitionToken token = 0;
  std::size_t next = 0;
};

// Keys by offset, and who reads them.
struct Changelogs {
  std::map<TopicPartition, std::vector<Bytes>> keys;
  std::map<TopicPartition, ChangelogPartition> assigned;
};

class ChangelogsConsumer final : public ConsumerClient {
 public:
  explicit ChangelogsConsumer(Changelogs& logs) : logs_(logs) { logs_.assigned.clear(); }
  ~ChangelogsConsumer() override { logs_.assigned.clear(); }
  Result<void> assign(std::span<const PartitionStart> partitions) override {
    for (const PartitionStart& start : partitions) {
      const auto from = static_cast<std::size_t>(std::get<Offset>(start.from).value());
      EXPECT_TRUE(
          logs_.assigned.emplace(start.where, ChangelogPartition{start.token, from}).second);
    }
    return {};
  }
  Result<void> unassign(std::span<const TopicPartition> partitions) override {
    for (const TopicPartition& where : partitions) {
      logs_.assigned.erase(where);
    }
    return {};
  }
  Result<void> pause(std::span<const TopicPartition>) override { return {}; }
  Result<void> resume(std::span<const TopicPartition>) override { return {}; }
  Result<void> seek(const TopicPartition&, Offset) override { return {}; }
  Result<void> poll(milliseconds, std::size_t, ConsumerSink& sink) override {
    for (auto& [where, read] : logs_.assigned) {
      const std::vector<Bytes>& keys = logs_.keys[where];
      for (; read.next < keys.size(); ++read.next) {
        sink.record(read.token, test::consumed(static_cast<std::int64_t>(read.next), 1,
                                               Bytes("\0\0\0\0\0\0\0\1", 8), keys[read.next]));
      }
      sink.end_of_partition(read.token, Offset(static_cast<std::int64_t>(read.next)));
    }
    return {};
  }
  Result<std::map<TopicPartition, CommittedOffset>> committed(std::span<const TopicPartition>,
                                                              milliseconds) override {
    return std::map<TopicPartition, CommittedOffset>();
  }

 private:
  Changelogs& logs_;
};

class ChangelogsClients final : public Clients {
 public:
  explicit ChangelogsClients(Changelogs& logs) : logs_(logs) {}
  Result<std::unique_ptr<ConsumerClient>> make_consumer(const ConsumerOptions&) const override {
    return std::unique_ptr<ConsumerClient>(std::make_unique<ChangelogsConsumer>(logs_));
  }
  Result<std::unique_ptr<ProducerClient>> make_producer(const ProducerOptions&) const override {
    return Error{ErrorKind::fatal, "nobody writes"};
  }
  Result<std::unique_ptr<Membership>> make_membership(const MembershipOptions&) const override {
    return Error{ErrorKind::fatal, "nobody joins"};
  }
  [[nodiscard]] const AdminClient& admin() const override {
    PAWL_ASSERT(false, "no admin in this test");
    std::abort();
  }

 private:
  Changelogs& logs_;
};

// In memory; writes nothing while it is damaged.
class DamagedBackend final : public StoreBackend {
 public:
  explicit DamagedBackend(const bool& damaged) : damaged_(damaged) {}
  Result<std::unique_ptr<CommittedRows>> open_store(const StoreSpec& spec) override {
    return memory_->open_store(spec);
  }
  Result<void> remove_store(const std::string& name) override {
    return memory_->remove_store(name);
  }
  Result<void> apply(std::span<const StoreChanges> changes,
                     std::span<const MetadataChange> metadata) override {
    if (damaged_) {
      return Error{ErrorKind::corrupted_state, "block checksum mismatch"};
    }
    return memory_->apply(changes, metadata);
  }
  Result<std::optional<Bytes>> metadata(const std::string& name) override {
    return memory_->metadata(name);
  }
  Result<void> flush(FlushMode mode) override { return memory_->flush(mode); }
  [[nodiscard]] bool has_dead_segments() const override { return memory_->has_dead_segments(); }
  [[nodiscard]] bool persistent() const override { return true; }

 private:
  const bool& damaged_;
  std::unique_ptr<StoreBackend> memory_ = make_memory_backend();
};

class RestorationTest : public ::testing::Test {
 protected:
  RestorationTest() {
    StreamBuilder builder;
    const auto groups = builder.stream("in", serde::string(), serde::string()).group_by_key();
    groups.count(Materialized::as("counts")).to_stream().to("out");
    groups.count(Materialized::as("more")).to_stream().to("out");
    topology_.emplace(builder.build());
  }
  static TopicPartition changelog(const StreamTask& task, const std::string& store = "counts") {
    return {"app-" + store + "-changelog", task.id().partition};
  }
  std::unique_ptr<StreamTask> open(int partition, const bool& damaged) {
    TaskEnvironment environment;
    environment.application_id = "app";
    environment.clock = &clock_;
    environment.outputs = &outputs_;
    environment.metrics = &metrics_;
    environment.log = &log_;
    TaskStoresOptions stores;
    stores.application_id = "app";
    stores.task = {SubtopologyId(0), PartitionId(partition)};
    auto task = std::make_unique<StreamTask>(
        *topology_, std::vector<SubtopologyId>{SubtopologyId(0)}, stores.task, environment, stores);
    const Result<void> opened = task->open_stores(
        [&damaged] {
          return Result<std::unique_ptr<StoreBackend>>(std::make_unique<DamagedBackend>(damaged));
        },
        {});
    EXPECT_TRUE(opened.has_value());
    return task;
  }
  // To the ends that its changelogs have now, or further by so many records.
  Result<void> add(StreamTask& task, std::int64_t further = 0) {
    ChangelogBoundsOfTask bounds;
    for (const TopicPartition& where : task.stores().changelogs()) {
      const auto logged = static_cast<std::int64_t>(logs_.keys[where].size());
      bounds[where] = {Offset(0), Offset(logged == 0 ? 0 : logged + further), Timestamp::unknown(),
                       std::nullopt};
    }
    return restoration_.add(task, bounds);
  }
  std::vector<StreamTask*> step() {
    auto restored = restoration_.step(milliseconds(0));
    EXPECT_TRUE(restored.has_value()) << restored.error();
    return restored.has_value() ? *restored : std::vector<StreamTask*>();
  }
  static bool has_row(StreamTask& task, const std::string& key) {
    const auto sources = task.stores().snapshot_sources();
    return std::any_of(sources.begin(), sources.end(), [&](const auto& named) {
      return named.snapshots->snapshot()->get(kWholeStore, key)->has_value();
    });
  }

  std::optional<Topology> topology_;
  Changelogs logs_;
  ChangelogsClients clients_{logs_};
  testing::ManualClock clock_{Timestamp(0)};
  testing::internal::DriverCollector outputs_;
  MetricsRecorder metrics_;
  test::SilentLog log_;
  Restoration restoration_{clients_, {}, clock_, log_, nullptr, metrics_, {}};
  bool whole_ = false;
  bool damaged_ = false;
};

// What a task that runs writes into its changelog was taken for records of the next one that was
// restored.
TEST_F(RestorationTest, ReadsNoFurtherForATaskThatIsRestoredInTheStepInWhichAnotherFails) {
  const auto restored = open(0, whole_);
  auto failing = open(1, damaged_);
  logs_.keys[changelog(*restored)] = {"a0"};
  logs_.keys[changelog(*failing)] = {"b0"};
  ASSERT_TRUE(add(*restored).has_value());
  ASSERT_TRUE(add(*failing).has_value());
  damaged_ = true;

  ASSERT_FALSE(restoration_.step(milliseconds(0)).has_value());

  EXPECT_EQ(restoration_.failed(), failing->id());
  damaged_ = false;
  ASSERT_TRUE(restoration_.remove(*failing).has_value());
  failing = open(1, damaged_);
  ASSERT_TRUE(add(*failing, 1).has_value());  // it takes longer
  EXPECT_THAT(step(), ElementsAre(restored.get()));
  const auto next = open(2, whole_);
  logs_.keys[changelog(*next)] = {"c0", "c1"};
  ASSERT_TRUE(add(*next).has_value());
  logs_.keys[changelog(*restored)].emplace_back("a1");
  EXPECT_THAT(step(), ElementsAre(next.get()));
  EXPECT_TRUE(has_row(*next, "c0"));
  EXPECT_TRUE(has_row(*next, "c1"));
  EXPECT_FALSE(has_row(*next, "a1"));
}

TEST_F(RestorationTest, RemovesATaskThatFailedBeforeAnythingWasRead) {
  const auto empty = open(0, whole_);
  const auto failing = open(1, damaged_);
  ASSERT_TRUE(add(*empty).has_value());
  logs_.keys[failing->stores().changelogs().front()] = {"b0"};
  damaged_ = true;
  ASSERT_FALSE(add(*failing).has_value());

  EXPECT_TRUE(restoration_.remove(*failing).has_value());

  EXPECT_THAT(step(), ElementsAre(empty.get()));
}

}  // namespace
}  // namespace pawl::internal

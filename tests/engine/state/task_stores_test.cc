#include "state/task_stores.h"

#include "support/marks.h"
#include "support/silent_log.h"
#include "support/temporary_directory.h"
#include "testing/driver_core.h"

#include <pawl/statestore/backends.h>
#include <pawl/statestore/key_value_store.h>
#include <pawl/statestore/window_store.h>

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

namespace pawl::internal {
namespace {

using pawl::testing::ProducedRecord;
using std::chrono::milliseconds;

StoreSpec key_value_spec() {
  StoreSpec spec;
  spec.name = "kv";
  return spec;
}

StoreSpec window_spec() {
  StoreSpec spec;
  spec.name = "win";
  spec.kind = StoreKind::window;
  spec.retention = milliseconds(120'000);
  spec.window_size = milliseconds(10);
  return spec;
}

// The stores of a task on a real database, and the changelog records they wrote.
class TaskStoresTest : public ::testing::Test {
 protected:
  std::unique_ptr<TaskStores> open(const std::vector<StoreSpec>& specs,
                                   const std::map<std::string, std::string>& topic_ids = {},
                                   const std::string& application = "app") {
    TaskStoresOptions options;
    options.application_id = application;
    options.roll_forward_records_max = roll_forward_max_;
    options.compatibility = compatibility_;
    auto stores = std::make_unique<TaskStores>(options, context_, outputs_, log_);
    const Result<void> opened = stores->open(
        specs, [this] { return open_rocksdb_backend(directory_.path() / "db", memory_); },
        topic_ids);
    opened_ = opened.has_value() ? std::nullopt : std::optional<Error>(opened.error());
    return stores;
  }
  static KeyValueStore& key_value(TaskStores& stores) {
    return dynamic_cast<KeyValueStore&>(*stores.find("kv"));
  }
  static WindowStore& window(TaskStores& stores) {
    return dynamic_cast<WindowStore&>(*stores.find("win"));
  }
  static void put(TaskStores& stores, int from, int to) {
    for (int key = from; key < to; ++key) {
      key_value(stores).put(std::to_string(key), "v", Timestamp(1));
    }
  }
  static void put_and_commit(TaskStores& stores, int from, int to) {
    put(stores, from, to);
    stores.log_pending();
    ASSERT_TRUE(stores.commit().has_value());
  }
  static const TopicPartition& changelog() {
    static const TopicPartition kChangelog{"app-kv-changelog", PartitionId(0)};
    return kChangelog;
  }

  test::TemporaryDirectory directory_;
  std::shared_ptr<RocksdbMemory> memory_ = make_rocksdb_memory({});
  Compatibility compatibility_ = Compatibility::native;
  std::uint64_t roll_forward_max_ = 40;
  WriteContext context_;
  pawl::testing::internal::DriverCollector outputs_;
  test::SilentLog log_;
  std::optional<Error> opened_;
};

TEST_F(TaskStoresTest, AChangelogThatBecameShorterIsAnError) {
  auto stores = open({key_value_spec()});
  put_and_commit(*stores, 0, 3);
  ASSERT_TRUE(
      stores->flush({{changelog(), Offset(3)}}, stores->growth(), FlushMode::wait, MonotonicTime(0))
          .has_value());

  const Result<void> flushed = stores->flush({{changelog(), Offset(0)}}, stores->growth(),
                                             FlushMode::wait, MonotonicTime(0));

  ASSERT_FALSE(flushed.has_value());
  EXPECT_EQ(flushed.error().kind, ErrorKind::fatal);
}

TEST_F(TaskStoresTest, ADamagedFileIsReportedWhenAStoreReadsItAtTheOpen) {
  StoreSpec spec = window_spec();
  spec.layout = WindowLayout::key_first;
  spec.key_filter = true;  // is made of the rows
  auto stores = open({spec});
  window(*stores).put("k", "v", Timestamp(1), Timestamp(1));
  stores->log_pending();
  ASSERT_TRUE(stores->commit().has_value());
  ASSERT_TRUE(stores
                  ->flush({{{"app-win-changelog", PartitionId(0)}, Offset(1)}}, stores->growth(),
                          FlushMode::wait, MonotonicTime(0))
                  .has_value());
  stores.reset();
  int damaged = 0;
  for (const auto& file : std::filesystem::directory_iterator(directory_.path() / "db")) {
    std::ifstream in(file.path(), std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(in), {}};
    const bool of_store = content.find("win/0") != std::string::npos;  // its column family
    if (file.path().extension() == ".sst" && of_store) {
      std::fstream(file.path(), std::ios::in | std::ios::out | std::ios::binary) << "damaged";
      ++damaged;
    }
  }
  ASSERT_EQ(damaged, 1);

  stores = open({spec});

  ASSERT_TRUE(opened_.has_value());
  EXPECT_EQ(opened_->kind, ErrorKind::corrupted_state) << *opened_;
}

TEST_F(TaskStoresTest, ForgetsWhatWasNotFlushedAndSaysFromWhereToRollForward) {
  auto stores = open({key_value_spec()});
  put_and_commit(*stores, 0, 6);
  ASSERT_TRUE(
      stores->flush({{changelog(), Offset(6)}}, stores->growth(), FlushMode::wait, MonotonicTime(0))
          .has_value());
  put_and_commit(*stores, 6, 9);
  stores.reset();  // as dirty as a crash: nothing is flushed

  stores = open({key_value_spec()});

  EXPECT_EQ(stores->to_restore().front().position, Offset(6));
  EXPECT_TRUE(key_value(*stores).get("5").has_value());
  EXPECT_FALSE(key_value(*stores).get("7").has_value()) << "it comes back from the changelog";
}

TEST_F(TaskStoresTest, KeepsTheTimesOfItsPositions) {
  auto stores = open({key_value_spec()});
  ASSERT_TRUE(stores->commit_replayed(0, Offset(0), Offset(3), Timestamp(70)).has_value());
  ASSERT_TRUE(stores->flush({}, stores->growth(), FlushMode::wait, MonotonicTime(0)).has_value());
  stores.reset();
  stores = open({key_value_spec()});
  EXPECT_EQ(stores->to_restore().front().position_time, Timestamp(70));

  ASSERT_TRUE(
      stores->flush({{changelog(), Offset(4)}}, stores->growth(), FlushMode::wait, MonotonicTime(0))
          .has_value());
  EXPECT_EQ(stores->to_restore().front().position_time, Timestamp(70)) << "no later one is known";
  ASSERT_TRUE(stores
                  ->flush({{changelog(), Offset(5)}}, stores->growth(), FlushMode::wait,
                          MonotonicTime(0), {{changelog(), Timestamp(90)}})
                  .has_value());
  stores.reset();

  stores = open({key_value_spec()});

  EXPECT_EQ(stores->to_restore().front().position, Offset(5));
  EXPECT_EQ(stores->to_restore().front().position_time, Timestamp(90));
}

TEST_F(TaskStoresTest, WantsThePositionsOfAnIdleTaskConfirmedNowAndThen) {
  auto stores = open({key_value_spec()});
  ASSERT_TRUE(stores->flush({}, stores->growth(), FlushMode::wait, MonotonicTime(0)).has_value());
  EXPECT_FALSE(stores->flush_due(std::chrono::minutes(59)));

  EXPECT_TRUE(stores->flush_due(std::chrono::hours(1)));
}

TEST_F(TaskStoresTest, WantsAFlushAtAQuarterOfTheRollForwardBound) {
  auto stores = open({key_value_spec()});
  put_and_commit(*stores, 0, 8);
  EXPECT_EQ(stores->growth().offsets, 9U) << "eight records and the marker of the transaction";
  EXPECT_FALSE(stores->flush_due(MonotonicTime(0)));
  put_and_commit(*stores, 8, 9);
  EXPECT_TRUE(stores->flush_due(MonotonicTime(0)));

  ASSERT_TRUE(
      stores->flush({}, stores->growth(), FlushMode::background, MonotonicTime(0)).has_value());

  EXPECT_FALSE(stores->flush_due(MonotonicTime(0)));
}

TEST_F(TaskStoresTest, CountsWhatWasLoggedBehindTheEndsThatAreStored) {
  auto stores = open({key_value_spec()});
  put_and_commit(*stores, 0, 1);
  const ChangelogGrowth at_ends = stores->growth();
  put_and_commit(*stores, 1, 10);

  ASSERT_TRUE(stores->flush({}, at_ends, FlushMode::background, MonotonicTime(0)).has_value());

  put_and_commit(*stores, 10, 11);

  EXPECT_TRUE(stores->flush_due(MonotonicTime(0))) << "what came behind the ends would be replayed";
}

TEST_F(TaskStoresTest, WantsACommitAtASixteenthOfTheRollForwardBound) {
  roll_forward_max_ = 160;
  for (const Compatibility compatibility :
       {Compatibility::native, Compatibility::kafka_streams_4_3}) {
    compatibility_ = compatibility;
    auto stores = open({key_value_spec()});
    put(*stores, 0, 9);
    EXPECT_FALSE(stores->commit_due());
    put(*stores, 9, 10);
    EXPECT_TRUE(stores->commit_due());

    stores->drop();

    EXPECT_FALSE(stores->commit_due());
  }
}

TEST_F(TaskStoresTest, CountsWhatIsLoggedNotWhatIsChanged) {
  roll_forward_max_ = 160;
  const auto due_after_ten_puts_of_a_key = [&](Compatibility compatibility) {
    compatibility_ = compatibility;
    auto stores = open({key_value_spec()});
    for (int value = 0; value < 10; ++value) {
      key_value(*stores).put("k", std::to_string(value), Timestamp(1));
    }
    return stores->commit_due();
  };

  EXPECT_FALSE(due_after_ten_puts_of_a_key(Compatibility::native)) << "one record at the commit";
  EXPECT_TRUE(due_after_ten_puts_of_a_key(Compatibility::kafka_streams_4_3)) << "ten already";
}

TEST_F(TaskStoresTest, WantsAFlushWhenChangesGrowOld) {
  auto stores = open({key_value_spec()});
  EXPECT_FALSE(stores->flush_due(std::chrono::seconds(60))) << "nothing changed";
  put_and_commit(*stores, 0, 1);

  EXPECT_TRUE(stores->flush_due(std::chrono::seconds(60)));
}

TEST_F(TaskStoresTest, ReplaysAndRemembersHowFar) {
  auto stores = open({key_value_spec()});
  ASSERT_TRUE(stores->replay(0, {"a", "1", Timestamp(1)}).has_value());
  ASSERT_TRUE(stores->replay(0, {"b", "2", Timestamp(1)}).has_value());
  ASSERT_TRUE(stores->replay(0, {"a", std::nullopt, Timestamp(1)}).has_value());

  ASSERT_TRUE(stores->commit_replayed(0, Offset(0), Offset(3)).has_value());

  EXPECT_EQ(stores->to_restore().front().position, Offset(3));
  EXPECT_FALSE(key_value(*stores).get("a").has_value());
  EXPECT_EQ(key_value(*stores).get("b"), "2");
  EXPECT_TRUE(outputs_.take().empty()) << "a replay is not logged again";
}

TEST_F(TaskStoresTest, RebuildsAStoreWhoseChangelogIsAnotherTopicNow) {
  const test::Marks marks;
  auto stores = open({key_value_spec()}, {{"app-kv-changelog", "id-1"}});
  put_and_commit(*stores, 0, 3);
  ASSERT_TRUE(
      stores->flush({{changelog(), Offset(3)}}, stores->growth(), FlushMode::wait, MonotonicTime(0))
          .has_value());
  stores.reset();

  stores = open({key_value_spec()}, {{"app-kv-changelog", "id-2"}});

  EXPECT_TRUE(marks.hit("store_rebuilt_for_stamp"));
  EXPECT_FALSE(stores->to_restore().front().position.has_value());
  EXPECT_FALSE(key_value(*stores).get("1").has_value());
  EXPECT_TRUE(log_.contains("rebuilt from its changelog"));
}

TEST_F(TaskStoresTest, RebuildsAStoreWhoseFormatChanged) {
  const test::Marks marks;
  auto stores = open({key_value_spec()});
  put_and_commit(*stores, 0, 3);
  ASSERT_TRUE(stores->flush({}, stores->growth(), FlushMode::wait, MonotonicTime(0)).has_value());
  stores.reset();
  StoreSpec timestamped = key_value_spec();
  timestamped.timestamped = true;

  stores = open({timestamped});

  EXPECT_TRUE(marks.hit("store_rebuilt_for_stamp"));
}

TEST_F(TaskStoresTest, RefusesADirectoryOfAnotherApplication) {
  open({key_value_spec()}).reset();

  open({key_value_spec()}, {}, "other");

  ASSERT_TRUE(opened_.has_value());
  EXPECT_EQ(opened_->kind, ErrorKind::corrupted_state);
}

TEST_F(TaskStoresTest, TrimsAChangelogOnlyBehindWhatTheFlushedStateNeeds) {
  auto stores = open({window_spec()});
  const TopicPartition changelog{"app-win-changelog", PartitionId(0)};
  const auto put = [&](std::int64_t start) {
    window(*stores).put("k", "v", Timestamp(start), Timestamp(start));
    stores->log_pending();
    ASSERT_TRUE(stores->commit().has_value());
  };
  put(0);
  ASSERT_TRUE(
      stores->flush({{changelog, Offset(1)}}, stores->growth(), FlushMode::wait, MonotonicTime(0))
          .has_value());
  EXPECT_TRUE(stores->purgeable().empty());
  put(400'000);  // segments are 60 s: the first one is dead now, but only in memory
  EXPECT_TRUE(stores->has_dead_segments());
  EXPECT_TRUE(stores->purgeable().empty());

  ASSERT_TRUE(stores
                  ->flush({{changelog, Offset(2)}}, stores->growth(), FlushMode::background,
                          MonotonicTime(0))
                  .has_value());

  EXPECT_FALSE(stores->has_dead_segments());
  EXPECT_EQ(stores->purgeable().at(changelog), Offset(1));
  EXPECT_EQ(stores->purgeable().at(changelog), Offset(1)) << "it could not be deleted";
  stores->purged({{changelog, Offset(1)}});
  EXPECT_TRUE(stores->purgeable().empty());
}

TEST_F(TaskStoresTest, ObservedTimeComesBackWithTheRows) {
  auto stores = open({window_spec()});
  window(*stores).put("k", "v", Timestamp(500'000), Timestamp(500'000));
  stores->log_pending();
  ASSERT_TRUE(stores->commit().has_value());
  ASSERT_TRUE(stores->flush({}, stores->growth(), FlushMode::wait, MonotonicTime(0)).has_value());
  stores.reset();

  stores = open({window_spec()});

  EXPECT_EQ(window(*stores).observed_time(), Timestamp(500'000));
}

TEST_F(TaskStoresTest, AnAbortLeavesTheCommittedRows) {
  auto stores = open({key_value_spec(), window_spec()});
  put_and_commit(*stores, 0, 2);
  key_value(*stores).put("0", std::nullopt, Timestamp(1));
  key_value(*stores).put("9", "v", Timestamp(1));
  window(*stores).put("k", "v", Timestamp(7), Timestamp(7));

  stores->drop();

  EXPECT_TRUE(key_value(*stores).get("0").has_value());
  EXPECT_FALSE(key_value(*stores).get("9").has_value());
  EXPECT_FALSE(window(*stores).get("k", Timestamp(7)).has_value());
  EXPECT_EQ(window(*stores).observed_time(), Timestamp::unknown());
}

}  // namespace
}  // namespace pawl::internal

// What only a backend on disk can do wrong: durability, files, and directories that are open twice.
#include "statestore/backend_under_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace pawl::test {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

StoreSpec named(const std::string& name) {
  StoreSpec spec;
  spec.name = name;
  return spec;
}

class RocksdbBackendTest : public ::testing::Test {
 protected:
  [[nodiscard]] fs::path path() const { return directory_.path() / "state" / "0_1"; }
  [[nodiscard]] Result<std::unique_ptr<StoreBackend>> try_open() const {
    return open_rocksdb_backend(path(), memory_);
  }
  static void put(StoreBackend& backend, CommittedRows& store, SegmentId segment,
                  const Bytes& value) {
    const std::vector<RowChange> rows{{segment, "k", value}};
    const std::vector<StoreChanges> changes{{&store, rows}};
    const std::vector<MetadataChange> metadata{{"last", value}};
    ASSERT_TRUE(backend.apply(changes, metadata).has_value());
  }
  // A database with one flushed row in "s", closed.
  void make_database() {
    const auto backend = try_open().value();
    const auto store = backend->open_store(named("s")).value();
    put(*backend, *store, kWholeStore, Bytes(20'000, 'v'));
    ASSERT_TRUE(backend->flush(FlushMode::wait).has_value());
  }
  [[nodiscard]] std::vector<fs::path> files(const std::string& part_of_name) const {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(path())) {
      if (entry.path().filename().string().find(part_of_name) != std::string::npos) {
        found.push_back(entry.path());
      }
    }
    return found;
  }

  TemporaryDirectory directory_{quick_directory()};
  std::shared_ptr<RocksdbMemory> memory_ = make_rocksdb_memory({});
};

TEST_F(RocksdbBackendTest, ACrashLeavesRowsAndMetadataOfTheLastFlush) {
  {
    const auto backend = try_open().value();
    const auto left = backend->open_store(named("left")).value();
    const auto right = backend->open_store(named("right")).value();
    put(*backend, *left, SegmentId(1), "1");
    put(*backend, *right, kWholeStore, "2");
    ASSERT_TRUE(backend->flush(FlushMode::wait).has_value());
    put(*backend, *left, SegmentId(1), "3");
    put(*backend, *left, SegmentId(2), "4");
  }  // closing flushes nothing

  const auto backend = try_open().value();
  const auto left = backend->open_store(named("left")).value();
  const auto right = backend->open_store(named("right")).value();

  EXPECT_EQ(backend->metadata("last").value(), "2");
  EXPECT_EQ(left->get(SegmentId(1), "k"), "1");
  EXPECT_EQ(left->get(SegmentId(2), "k"), std::nullopt);
  EXPECT_EQ(right->get(kWholeStore, "k"), "2");
}

TEST_F(RocksdbBackendTest, AFlushThatIsWaitedForIncludesOneInTheBackground) {
  {
    const auto backend = try_open().value();
    const auto store = backend->open_store(named("s")).value();
    put(*backend, *store, kWholeStore, "1");
    ASSERT_TRUE(backend->flush(FlushMode::background).has_value());
    ASSERT_TRUE(backend->flush(FlushMode::wait).has_value());
  }

  EXPECT_EQ(try_open().value()->metadata("last").value(), "1");
}

TEST_F(RocksdbBackendTest, FreesADeadSegmentOnlyBehindAFinishedFlush) {
  const auto segments_on_disk = [&] {
    const auto backend = try_open().value();
    return backend->open_store(named("s")).value()->segments();  // none is declared dead yet
  };
  const auto kill_first_segment_and = [&](FlushMode mode) {
    const auto backend = try_open().value();
    const auto store = backend->open_store(named("s")).value();
    put(*backend, *store, SegmentId(1), "1");
    put(*backend, *store, SegmentId(2), "2");
    EXPECT_FALSE(backend->has_dead_segments());
    store->declare_dead_below(SegmentId(2));
    EXPECT_TRUE(backend->has_dead_segments());
    ASSERT_TRUE(backend->flush(mode).has_value());
    EXPECT_EQ(backend->has_dead_segments(), mode == FlushMode::background);
  };

  kill_first_segment_and(FlushMode::background);
  EXPECT_THAT(segments_on_disk(), ElementsAre(SegmentId(1), SegmentId(2)));
  kill_first_segment_and(FlushMode::wait);
  EXPECT_THAT(segments_on_disk(), ElementsAre(SegmentId(2)));
}

TEST_F(RocksdbBackendTest, RemovesAStoreForGood) {
  make_database();
  ASSERT_TRUE(try_open().value()->remove_store("s").has_value());

  EXPECT_THAT(try_open().value()->open_store(named("s")).value()->segments(), IsEmpty());
}

// What may happen to the files of a state directory, and what the open says.
struct Damage {
  std::string name;
  void (*inflict)(const fs::path& file);
  std::string file;
};

void overwrite(const fs::path& file) {
  std::ofstream(file, std::ios::binary) << "this is not what RocksDB wrote\n";
}
void cut(const fs::path& file) {
  fs::resize_file(file, fs::file_size(file) / 2);
}
void empty(const fs::path& file) {
  fs::resize_file(file, 0);
}
void remove(const fs::path& file) {
  fs::remove(file);
}

class DamagedDatabase : public RocksdbBackendTest, public ::testing::WithParamInterface<Damage> {};

INSTANTIATE_TEST_SUITE_P(, DamagedDatabase,
                         ::testing::Values(Damage{"GarbageCurrent", overwrite, "CURRENT"},
                                           Damage{"EmptyCurrent", empty, "CURRENT"},
                                           Damage{"GarbageManifest", overwrite, "MANIFEST"},
                                           Damage{"EmptyManifest", empty, "MANIFEST"},
                                           Damage{"MissingManifest", remove, "MANIFEST"},
                                           Damage{"CutTable", cut, ".sst"},
                                           Damage{"GarbageTable", overwrite, ".sst"},
                                           Damage{"MissingTable", remove, ".sst"}),
                         [](const auto& test) { return test.param.name; });

TEST_P(DamagedDatabase, IsRefusedAsCorruptedWithItsDirectory) {
  make_database();
  const std::vector<fs::path> damaged = files(GetParam().file);
  ASSERT_FALSE(damaged.empty());
  std::for_each(damaged.begin(), damaged.end(), GetParam().inflict);

  const auto opened = try_open();

  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().kind, ErrorKind::corrupted_state);
  EXPECT_THAT(opened.error().message, HasSubstr(path().string()));
}

TEST_F(RocksdbBackendTest, ARottenBlockIsFoundWhenItIsRead) {
  make_database();
  for (const fs::path& table : files(".sst")) {
    // The data blocks come first; the footer, which is read at the open, stays whole.
    std::fstream file(table, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(10);
    file << "rot";
  }
  const auto backend = try_open().value();
  const auto store = backend->open_store(named("s")).value();
  const auto snapshot = store->snapshots()->snapshot();

  const auto kind_of = [](auto&& read) -> std::optional<ErrorKind> {
    try {
      read();
    } catch (const StoreFailure& failure) {
      return failure.error().kind;
    }
    return std::nullopt;
  };

  EXPECT_EQ(kind_of([&] { store->get(kWholeStore, "k"); }), ErrorKind::corrupted_state);
  EXPECT_EQ(kind_of([&] {
              rows_of(store->scan(kWholeStore, std::nullopt, std::nullopt, Direction::backward));
            }),
            ErrorKind::corrupted_state);
  EXPECT_EQ(snapshot->get(kWholeStore, "k").error().kind, ErrorKind::corrupted_state);
  EXPECT_EQ(backend->metadata("last").error().kind, ErrorKind::corrupted_state);
}

TEST_F(RocksdbBackendTest, RefusesAFamilyThatIsNotOnesOfPawl) {
  make_database();
  {
    rocksdb::Options options;
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* raw = nullptr;
    ASSERT_TRUE(
        rocksdb::DB::Open(options, path(), {{"default", options}, {"s/0", options}}, &handles, &raw)
            .ok());
    const std::unique_ptr<rocksdb::DB> database(raw);
    rocksdb::ColumnFamilyHandle* foreign = nullptr;
    ASSERT_TRUE(database->CreateColumnFamily(options, "somebody-elses", &foreign).ok());
    handles.push_back(foreign);
    for (rocksdb::ColumnFamilyHandle* handle : handles) {
      ASSERT_TRUE(database->DestroyColumnFamilyHandle(handle).ok());
    }
  }

  const auto opened = try_open();

  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().kind, ErrorKind::corrupted_state);
  EXPECT_THAT(opened.error().message,
              AllOf(HasSubstr(path().string()), HasSubstr("somebody-elses")));
}

TEST_F(RocksdbBackendTest, ADirectoryThatCannotBeMadeIsFatal) {
  overwrite(directory_.path() / "state");  // a file is in the way

  const auto opened = try_open();

  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().kind, ErrorKind::fatal);
  EXPECT_THAT(opened.error().message, HasSubstr(path().string()));
}

// A thread that waited here could not commit what its other tasks did.
TEST_F(RocksdbBackendTest, ADatabaseThatAQueryStillReadsIsToBeOpenedLater) {
  auto backend = try_open().value();
  auto store = backend->open_store(named("s")).value();
  put(*backend, *store, kWholeStore, "1");
  auto query = store->snapshots()->snapshot();
  store.reset();
  backend.reset();

  const auto opened = try_open();
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().kind, ErrorKind::retriable);
  EXPECT_THAT(opened.error().message, HasSubstr("a query still reads it"));
  EXPECT_EQ(query->get(kWholeStore, "k").value(), "1") << "still readable";
  query.reset();

  EXPECT_TRUE(try_open().has_value());
}

TEST_F(RocksdbBackendTest, ADirectoryThatIsOpenElsewhereIsFatalAndNotCorrupted) {
  const auto backend = try_open().value();

  // As from another process: RocksDB's own lock refuses it.
  const auto opened = open_rocksdb_backend(path(), make_rocksdb_memory({}));

  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().kind, ErrorKind::fatal) << "a rebuild would take the other one's files";
  EXPECT_THAT(opened.error().message, HasSubstr(path().string()));
}

TEST_F(RocksdbBackendTest, CountsItsMemoryInOnePlace) {
  const auto backend = try_open().value();
  const auto store = backend->open_store(named("s")).value();
  const std::size_t before = memory_->write_buffer_bytes();

  put(*backend, *store, kWholeStore, Bytes(1'000'000, 'v'));

  EXPECT_GE(memory_->write_buffer_bytes(), before + 1'000'000);
}

}  // namespace
}  // namespace pawl::test

// RocksdbDatabase: one open RocksDB with a column family per live segment of each store and the
// default family for the task's metadata. Families are made when their first row arrives.
//
// Names: family `<store>/<segment>`; a key-value store has the one segment 0.
// Settings that correctness rests on: no write-ahead log (the changelog is the log), atomic flush
// (all families and the metadata reach the disk as one state), no flush at shutdown (what is not
// flushed is replayed from the changelog, so closing is quick).
// Thread rule: the owner thread writes and reads freely; another thread reads through a view() and
// keeps the database open for as long as it has one.
#pragma once

#include "rocksdb/rocksdb_process.h"

#include <pawl/statestore/store_backend.h>

#include <rocksdb/db.h>

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace pawl::internal {

// A column family; gives its handle back, which lets RocksDB free the files of a dropped one.
class RocksdbFamily {
 public:
  RocksdbFamily(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* handle) : db_(db), handle_(handle) {}
  RocksdbFamily(const RocksdbFamily&) = delete;
  RocksdbFamily& operator=(const RocksdbFamily&) = delete;
  ~RocksdbFamily();
  [[nodiscard]] rocksdb::ColumnFamilyHandle* handle() const { return handle_; }

 private:
  rocksdb::DB& db_;
  rocksdb::ColumnFamilyHandle* handle_;
};

using RocksdbSegments = std::map<SegmentId, std::shared_ptr<RocksdbFamily>>;

// The segments of one store. The owner declares segments dead in it.
struct RocksdbStore {
  RocksdbSegments segments;  // dead ones included until they are freed
  SegmentId first_live{0};
  bool open = false;
};

class RocksdbDatabase {
 public:
  // What another thread reads: the live segments of a store at one moment.
  // Lifetime: whoever asked gives it back with release().
  struct View {
    RocksdbSegments segments;
    const rocksdb::Snapshot* snapshot = nullptr;
  };

  // Errors: corrupted_state, fatal.
  static Result<std::shared_ptr<RocksdbDatabase>> open(const std::filesystem::path& directory,
                                                       std::shared_ptr<RocksdbProcess> process);
  RocksdbDatabase(const RocksdbDatabase&) = delete;
  RocksdbDatabase& operator=(const RocksdbDatabase&) = delete;
  ~RocksdbDatabase();

  // Owner thread.
  [[nodiscard]] rocksdb::DB& db() { return *db_; }
  [[nodiscard]] rocksdb::ColumnFamilyHandle* metadata() const { return metadata_->handle(); }
  // Lifetime: until the database closes.
  [[nodiscard]] RocksdbStore& store(const std::string& name) { return stores_[name]; }
  void set_open(RocksdbStore& store, bool open);
  void declare_dead_below(RocksdbStore& store, SegmentId first_live);
  [[nodiscard]] bool has_dead_segments() const;
  // Makes the family of a segment that has none.
  Result<void> add_segment(const std::string& store, SegmentId segment);
  Result<void> write(rocksdb::WriteBatch& batch);
  Result<void> flush(FlushMode mode);
  // Requires: a finished flush since the segments were declared dead.
  Result<void> free_dead_segments();
  // Frees all segments of a store that is not open.
  Result<void> remove(const std::string& store);

  // Any thread. Returns: nothing when the store is closed.
  [[nodiscard]] std::optional<View> view(const RocksdbStore& store) const;
  void release(const View& view);

 private:
  RocksdbDatabase(const std::filesystem::path& directory, std::shared_ptr<RocksdbProcess> process);
  Result<void> open_families();
  Result<void> drop(RocksdbStore& store, RocksdbSegments::iterator end);
  [[nodiscard]] Error error(const std::string& what, const rocksdb::Status& status) const;

  std::string directory_;
  std::shared_ptr<RocksdbProcess> process_;
  rocksdb::Options options_;
  std::unique_ptr<rocksdb::DB> db_;
  std::unique_ptr<RocksdbFamily> metadata_;
  mutable std::mutex mutex_;  // guards what view() reads against the owner's changes
  std::map<std::string, RocksdbStore> stores_;
};

}  // namespace pawl::internal

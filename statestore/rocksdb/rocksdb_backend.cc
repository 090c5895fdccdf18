// The RocksDB StoreBackend of one task: batches over all its stores, metadata, flushes.
#include "rocksdb/rocksdb_database.h"
#include "rocksdb/rocksdb_error.h"
#include "rocksdb/rocksdb_rows.h"

#include <pawl/model/assert.h>
#include <pawl/model/crash_point.h>
#include <pawl/statestore/backends.h>

#include <rocksdb/write_batch.h>

#include <utility>

namespace pawl {
namespace internal {
namespace {

class RocksdbBackend final : public StoreBackend {
 public:
  explicit RocksdbBackend(std::shared_ptr<RocksdbDatabase> database)
      : database_(std::move(database)) {}

  Result<std::unique_ptr<CommittedRows>> open_store(const StoreSpec& spec) override {
    return std::unique_ptr<CommittedRows>(std::make_unique<RocksdbRows>(spec.name, database_));
  }

  Result<void> remove_store(const std::string& name) override { return database_->remove(name); }

  Result<void> apply(std::span<const StoreChanges> changes,
                     std::span<const MetadataChange> metadata) override {
    batch_.Clear();
    for (const StoreChanges& change : changes) {
      PAWL_TRY(static_cast<RocksdbRows*>(change.store)->add_to(batch_, change.rows));
    }
    for (const MetadataChange& change : metadata) {
      const rocksdb::Status added =
          change.value.has_value() ? batch_.Put(database_->metadata(), change.name, *change.value)
                                   : batch_.Delete(database_->metadata(), change.name);
      if (!added.ok()) {
        return rocksdb_error("metadata " + change.name + " cannot be written", added);
      }
    }
    return database_->write(batch_);
  }

  Result<std::optional<Bytes>> metadata(const std::string& name) override {
    Bytes value;
    const rocksdb::Status status =
        database_->db().Get(rocksdb::ReadOptions(), database_->metadata(), name, &value);
    if (status.IsNotFound()) {
      return std::optional<Bytes>();
    }
    if (!status.ok()) {
      return rocksdb_error("metadata " + name + " cannot be read", status);
    }
    return std::optional<Bytes>(std::move(value));
  }

  Result<void> flush(FlushMode mode) override {
    PAWL_TRY(database_->flush(mode));
    if (mode == FlushMode::wait) {
      const CrashPoint before("rocksdb.before_free_segments");
      PAWL_TRY(database_->free_dead_segments());
    }
    return {};
  }

  [[nodiscard]] bool has_dead_segments() const override { return database_->has_dead_segments(); }
  [[nodiscard]] bool persistent() const override { return true; }

 private:
  std::shared_ptr<RocksdbDatabase> database_;
  rocksdb::WriteBatch batch_;
};

}  // namespace
}  // namespace internal

Result<std::unique_ptr<StoreBackend>> open_rocksdb_backend(const std::filesystem::path& directory,
                                                           std::shared_ptr<RocksdbMemory> memory) {
  auto process = std::dynamic_pointer_cast<internal::RocksdbProcess>(std::move(memory));
  PAWL_ASSERT(process != nullptr);
  return std::unique_ptr<StoreBackend>(std::make_unique<internal::RocksdbBackend>(
      PAWL_TRY(internal::RocksdbDatabase::open(directory, std::move(process)))));
}

}  // namespace pawl

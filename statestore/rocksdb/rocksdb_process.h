// RocksdbProcess: what all RocksDB databases of one process share: their memory, and who has which
// directory open. A query that still reads a closed task's database keeps it open for a while;
// whoever opens that directory next is told here to come again, because RocksDB refuses a directory
// that is open twice in one process.
// Thread rule: any thread.
#pragma once

#include <pawl/statestore/backends.h>

#include <rocksdb/cache.h>
#include <rocksdb/write_buffer_manager.h>

#include <filesystem>
#include <memory>
#include <mutex>
#include <set>

namespace pawl::internal {

class RocksdbProcess final : public RocksdbMemory {
 public:
  explicit RocksdbProcess(const RocksdbMemoryLimits& limits);

  [[nodiscard]] std::size_t block_cache_bytes() const override;
  [[nodiscard]] std::size_t write_buffer_bytes() const override;
  [[nodiscard]] const std::shared_ptr<rocksdb::Cache>& block_cache() const { return block_cache_; }
  [[nodiscard]] const std::shared_ptr<rocksdb::WriteBufferManager>& write_buffers() const {
    return write_buffers_;
  }

  // Returns: false when the directory is still open.
  [[nodiscard]] bool claim(const std::filesystem::path& directory);
  void release(const std::filesystem::path& directory);

 private:
  std::shared_ptr<rocksdb::Cache> block_cache_;
  std::shared_ptr<rocksdb::WriteBufferManager> write_buffers_;
  std::mutex mutex_;
  std::set<std::filesystem::path> open_;
};

}  // namespace pawl::internal

// Makes the backends. RocksDB types stay behind these functions.
// Thread rule: the functions from any thread; RocksdbMemory is shared by all backends of a process.
#pragma once

#include <pawl/model/result.h>
#include <pawl/statestore/store_backend.h>

#include <cstddef>
#include <filesystem>
#include <memory>

namespace pawl {

// What all RocksDB databases of a process share: block cache (index and filter blocks included) and
// memtable memory.
class RocksdbMemory {
 public:
  RocksdbMemory() = default;
  RocksdbMemory(const RocksdbMemory&) = delete;
  RocksdbMemory& operator=(const RocksdbMemory&) = delete;
  virtual ~RocksdbMemory() = default;
  [[nodiscard]] virtual std::size_t block_cache_bytes() const = 0;
  [[nodiscard]] virtual std::size_t write_buffer_bytes() const = 0;
};

struct RocksdbMemoryLimits {
  std::size_t block_cache_bytes_max = 64U << 20U;
  std::size_t write_buffer_bytes_max = 64U << 20U;
};

std::shared_ptr<RocksdbMemory> make_rocksdb_memory(const RocksdbMemoryLimits& limits);

// Opens or creates the database of one task in `directory`.
// Errors: retriable (a query still reads the database of the former owner), corrupted_state
// (rebuild from the changelogs), fatal (permissions, disk full).
Result<std::unique_ptr<StoreBackend>> open_rocksdb_backend(const std::filesystem::path& directory,
                                                           std::shared_ptr<RocksdbMemory> memory);

std::unique_ptr<StoreBackend> make_memory_backend();

}  // namespace pawl

#include "rocksdb/rocksdb_process.h"

#include <pawl/model/assert.h>

namespace pawl {
namespace internal {

RocksdbProcess::RocksdbProcess(const RocksdbMemoryLimits& limits)
    : block_cache_(rocksdb::NewLRUCache(limits.block_cache_bytes_max)),
      write_buffers_(std::make_shared<rocksdb::WriteBufferManager>(limits.write_buffer_bytes_max)) {
}

std::size_t RocksdbProcess::block_cache_bytes() const {
  return block_cache_->GetUsage();
}

std::size_t RocksdbProcess::write_buffer_bytes() const {
  return write_buffers_->memory_usage();
}

bool RocksdbProcess::claim(const std::filesystem::path& directory) {
  const std::lock_guard lock(mutex_);
  return open_.insert(directory).second;
}

void RocksdbProcess::release(const std::filesystem::path& directory) {
  const std::lock_guard lock(mutex_);
  PAWL_ASSERT(open_.erase(directory) == 1, directory.string());
}

}  // namespace internal

std::shared_ptr<RocksdbMemory> make_rocksdb_memory(const RocksdbMemoryLimits& limits) {
  return std::make_shared<internal::RocksdbProcess>(limits);
}

}  // namespace pawl

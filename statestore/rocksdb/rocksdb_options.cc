#include "rocksdb/rocksdb_options.h"

#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>

namespace pawl::internal {
namespace {

constexpr std::size_t kMemtableBytesMax = 16U << 20U;
constexpr std::size_t kArenaBlockBytes = 256U << 10U;
constexpr std::size_t kBlockBytes = 8U << 10U;
constexpr int kFilterBitsPerKey = 10;
constexpr int kOpenFilesMax = 256;
constexpr std::size_t kLogBytesMax = 1U << 20U;

}  // namespace

rocksdb::Options rocksdb_options(const RocksdbProcess& process) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = process.block_cache();
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.block_size = kBlockBytes;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kFilterBitsPerKey));
  table.optimize_filters_for_memory = true;

  rocksdb::Options options;
  options.create_if_missing = true;
  // See the head of rocksdb_database.h.
  options.atomic_flush = true;
  options.avoid_flush_during_shutdown = true;
  options.write_buffer_manager = process.write_buffers();
  options.write_buffer_size = kMemtableBytesMax;
  options.arena_block_size = kArenaBlockBytes;
  options.max_write_buffer_number = 3;
  // One thread writes to a database.
  options.allow_concurrent_memtable_write = false;
  options.enable_write_thread_adaptive_yield = false;
  options.compression = rocksdb::kLZ4Compression;
  options.max_open_files = kOpenFilesMax;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  // RocksDB's own log: errors and warnings, bounded; no statistics threads.
  options.info_log_level = rocksdb::WARN_LEVEL;
  options.max_log_file_size = kLogBytesMax;
  options.keep_log_file_num = 2;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  return options;
}

}  // namespace pawl::internal

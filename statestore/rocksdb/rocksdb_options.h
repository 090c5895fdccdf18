// The RocksDB settings of a task's database.
#pragma once

#include "rocksdb/rocksdb_process.h"

#include <rocksdb/options.h>

namespace pawl::internal {

rocksdb::Options rocksdb_options(const RocksdbProcess& process);

}  // namespace pawl::internal

// What a RocksDB status means to pawl: state that must be rebuilt, or a disk nobody but a person
// can help. Thread rule: pure functions.
#pragma once

#include <pawl/model/error.h>

#include <rocksdb/status.h>

#include <string>

namespace pawl::internal {

// Requires: !status.ok(). Returns: corrupted_state or fatal, with a remedy where there is one.
Error rocksdb_error(const std::string& what, const rocksdb::Status& status);

// Errors: throws StoreFailure unless `status` is ok.
void throw_unless_ok(const std::string& what, const rocksdb::Status& status);

}  // namespace pawl::internal

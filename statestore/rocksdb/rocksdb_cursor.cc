#include "rocksdb/rocksdb_cursor.h"

#include "rocksdb/rocksdb_error.h"

#include <pawl/model/assert.h>

namespace pawl::internal {

RocksdbCursor::RocksdbCursor(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* family,
                             const rocksdb::Snapshot* snapshot, NullableBytesView from,
                             NullableBytesView to, Direction direction)
    : direction_(direction) {
  if (family == nullptr || (from.has_value() && to.has_value() && *from > *to)) {
    return;
  }
  rocksdb::ReadOptions options;
  options.snapshot = snapshot;
  if (from.has_value()) {
    lower_ = *from;
    lower_slice_ = lower_;
    options.iterate_lower_bound = &lower_slice_;
  }
  if (to.has_value()) {
    beyond_ = *to;
    beyond_.push_back('\0');  // the first key after `to`: RocksDB's upper bound is exclusive
    beyond_slice_ = beyond_;
    options.iterate_upper_bound = &beyond_slice_;
  }
  rows_.reset(db.NewIterator(options, family));
  if (direction == Direction::forward) {
    rows_->SeekToFirst();
  } else {
    rows_->SeekToLast();
  }
  check();
}

void RocksdbCursor::next() {
  PAWL_ASSERT(valid());
  if (direction_ == Direction::forward) {
    rows_->Next();
  } else {
    rows_->Prev();
  }
  check();
}

void RocksdbCursor::check() const {
  if (!rows_->Valid()) {
    throw_unless_ok("RocksDB cannot be read", rows_->status());
  }
}

}  // namespace pawl::internal

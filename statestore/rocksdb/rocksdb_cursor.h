// RocksdbCursor: the rows of one column family between two bounds.
// Errors: a disk error throws StoreFailure.
// Lifetime: ends before its database closes. Thread rule: one thread.
#pragma once

#include <pawl/statestore/store_iterator.h>

#include <rocksdb/db.h>

#include <memory>

namespace pawl::internal {

class RocksdbCursor final : public KeyValueCursor {
 public:
  // A null family has no rows; a null snapshot means the newest state. Both bounds are inclusive.
  RocksdbCursor(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* family,
                const rocksdb::Snapshot* snapshot, NullableBytesView from, NullableBytesView to,
                Direction direction);

  [[nodiscard]] bool valid() const override { return rows_ != nullptr && rows_->Valid(); }
  void next() override;
  [[nodiscard]] BytesView key() const override { return rows_->key().ToStringView(); }
  [[nodiscard]] BytesView value() const override { return rows_->value().ToStringView(); }

 private:
  void check() const;

  Direction direction_;
  Bytes lower_;
  Bytes beyond_;
  rocksdb::Slice lower_slice_;
  rocksdb::Slice beyond_slice_;
  std::unique_ptr<rocksdb::Iterator> rows_;
};

}  // namespace pawl::internal

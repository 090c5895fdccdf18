// RocksdbRows: the committed rows of one store in a task's database, for its owner, and the source
// of snapshots of them for other threads.
#pragma once

#include "rocksdb/rocksdb_database.h"

#include <pawl/statestore/store_backend.h>

#include <memory>
#include <string>
#include <vector>

namespace pawl::internal {

class RocksdbRows final : public CommittedRows {
 public:
  // Requires: the store is not open.
  RocksdbRows(std::string name, std::shared_ptr<RocksdbDatabase> database);
  RocksdbRows(const RocksdbRows&) = delete;
  RocksdbRows& operator=(const RocksdbRows&) = delete;
  ~RocksdbRows() override;

  NullableBytesView get(SegmentId segment, BytesView key) override;
  std::unique_ptr<KeyValueCursor> scan(SegmentId segment, NullableBytesView from,
                                       NullableBytesView to, Direction direction) override;
  [[nodiscard]] std::vector<SegmentId> segments() const override;
  void declare_dead_below(SegmentId first_live) override;
  [[nodiscard]] std::uint64_t approximate_rows() const override;
  [[nodiscard]] std::shared_ptr<const RowSnapshotSource> snapshots() const override;

  // Adds the changes of live segments to `batch`.
  Result<void> add_to(rocksdb::WriteBatch& batch, std::span<const RowChange> rows);

 private:
  // Returns: null when the segment is dead or has no row.
  [[nodiscard]] rocksdb::ColumnFamilyHandle* family(SegmentId segment) const;

  std::string name_;
  std::shared_ptr<RocksdbDatabase> database_;
  RocksdbStore& store_;
  std::shared_ptr<const RowSnapshotSource> snapshots_;
  rocksdb::PinnableSlice found_;
};

}  // namespace pawl::internal

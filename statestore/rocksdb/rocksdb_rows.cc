#include "rocksdb/rocksdb_rows.h"

#include "rocksdb/rocksdb_cursor.h"
#include "rocksdb/rocksdb_error.h"

#include <pawl/model/assert.h>

#include <utility>

namespace pawl::internal {
namespace {

class RocksdbSnapshot final : public RowSnapshot {
 public:
  RocksdbSnapshot(std::shared_ptr<RocksdbDatabase> database, RocksdbDatabase::View view)
      : database_(std::move(database)), view_(std::move(view)) {}
  RocksdbSnapshot(const RocksdbSnapshot&) = delete;
  RocksdbSnapshot& operator=(const RocksdbSnapshot&) = delete;
  ~RocksdbSnapshot() override { database_->release(view_); }

  [[nodiscard]] std::vector<SegmentId> segments() const override {
    std::vector<SegmentId> ids;
    for (const auto& [id, family] : view_.segments) {
      ids.push_back(id);
    }
    return ids;
  }

  [[nodiscard]] Result<std::optional<Bytes>> get(SegmentId segment, BytesView key) const override {
    rocksdb::ColumnFamilyHandle* const rows = family(segment);
    if (rows == nullptr) {
      return std::optional<Bytes>();
    }
    rocksdb::ReadOptions options;
    options.snapshot = view_.snapshot;
    Bytes value;
    const rocksdb::Status status = database_->db().Get(options, rows, key, &value);
    if (status.IsNotFound()) {
      return std::optional<Bytes>();
    }
    if (!status.ok()) {
      return rocksdb_error("RocksDB cannot be read", status);
    }
    return std::optional<Bytes>(std::move(value));
  }

  [[nodiscard]] std::unique_ptr<KeyValueCursor> scan(SegmentId segment, NullableBytesView from,
                                                     NullableBytesView to,
                                                     Direction direction) const override {
    return std::make_unique<RocksdbCursor>(database_->db(), family(segment), view_.snapshot, from,
                                           to, direction);
  }

 private:
  [[nodiscard]] rocksdb::ColumnFamilyHandle* family(SegmentId segment) const {
    const auto found = view_.segments.find(segment);
    return found == view_.segments.end() ? nullptr : found->second->handle();
  }

  std::shared_ptr<RocksdbDatabase> database_;
  RocksdbDatabase::View view_;  // goes before the database, whose families it holds
};

std::uint64_t approximate_rows_of(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* family) {
  std::uint64_t rows = 0;
  return db.GetIntProperty(family, rocksdb::DB::Properties::kEstimateNumKeys, &rows) ? rows : 0;
}

// Does not keep the database open: only the snapshots it gives do.
class RocksdbSnapshotSource final : public RowSnapshotSource {
 public:
  RocksdbSnapshotSource(std::weak_ptr<RocksdbDatabase> database, const RocksdbStore& store)
      : database_(std::move(database)), store_(store) {}

  [[nodiscard]] std::shared_ptr<const RowSnapshot> snapshot() const override {
    std::shared_ptr<RocksdbDatabase> database = database_.lock();
    if (database == nullptr) {
      return nullptr;
    }
    std::optional<RocksdbDatabase::View> view = database->view(store_);
    if (!view.has_value()) {
      return nullptr;
    }
    return std::make_shared<RocksdbSnapshot>(std::move(database), std::move(*view));
  }
  [[nodiscard]] std::shared_ptr<const RowSnapshot> snapshot_of(
      const RowChoice& /*rows*/) const override {
    return snapshot();
  }
  [[nodiscard]] Result<std::optional<Bytes>> get(SegmentId segment, BytesView key) const override {
    const std::shared_ptr<const RowSnapshot> now = snapshot();
    if (now == nullptr) {
      return Error{ErrorKind::fatal, "the store is closed"};
    }
    return now->get(segment, key);
  }
  [[nodiscard]] std::optional<std::uint64_t> approximate_rows() const override {
    const std::shared_ptr<RocksdbDatabase> database = database_.lock();
    if (database == nullptr) {
      return std::nullopt;
    }
    const std::optional<RocksdbDatabase::View> view = database->view(store_);
    if (!view.has_value()) {
      return std::nullopt;
    }
    std::uint64_t rows = 0;
    for (const auto& [id, family] : view->segments) {
      rows += approximate_rows_of(database->db(), family->handle());
    }
    database->release(*view);
    return rows;
  }

 private:
  std::weak_ptr<RocksdbDatabase> database_;
  const RocksdbStore& store_;  // lives as long as the database
};

}  // namespace

RocksdbRows::RocksdbRows(std::string name, std::shared_ptr<RocksdbDatabase> database)
    : name_(std::move(name)),
      database_(std::move(database)),
      store_(database_->store(name_)),
      snapshots_(std::make_shared<RocksdbSnapshotSource>(database_, store_)) {
  PAWL_ASSERT(!store_.open, name_);
  database_->set_open(store_, true);
}

RocksdbRows::~RocksdbRows() {
  database_->set_open(store_, false);
}

rocksdb::ColumnFamilyHandle* RocksdbRows::family(SegmentId segment) const {
  if (segment < store_.first_live) {
    return nullptr;
  }
  const auto found = store_.segments.find(segment);
  return found == store_.segments.end() ? nullptr : found->second->handle();
}

NullableBytesView RocksdbRows::get(SegmentId segment, BytesView key) {
  rocksdb::ColumnFamilyHandle* const rows = family(segment);
  if (rows == nullptr) {
    return std::nullopt;
  }
  found_.Reset();
  const rocksdb::Status status = database_->db().Get(rocksdb::ReadOptions(), rows, key, &found_);
  if (status.IsNotFound()) {
    return std::nullopt;
  }
  throw_unless_ok("store " + name_ + " cannot be read", status);
  return found_.ToStringView();
}

std::unique_ptr<KeyValueCursor> RocksdbRows::scan(SegmentId segment, NullableBytesView from,
                                                  NullableBytesView to, Direction direction) {
  return std::make_unique<RocksdbCursor>(database_->db(), family(segment), nullptr, from, to,
                                         direction);
}

std::vector<SegmentId> RocksdbRows::segments() const {
  std::vector<SegmentId> ids;
  for (auto segment = store_.segments.lower_bound(store_.first_live);
       segment != store_.segments.end(); ++segment) {
    ids.push_back(segment->first);
  }
  return ids;
}

void RocksdbRows::declare_dead_below(SegmentId first_live) {
  database_->declare_dead_below(store_, first_live);
}

std::uint64_t RocksdbRows::approximate_rows() const {
  std::uint64_t rows = 0;
  for (const SegmentId segment : segments()) {
    rows += approximate_rows_of(database_->db(), family(segment));
  }
  return rows;
}

std::shared_ptr<const RowSnapshotSource> RocksdbRows::snapshots() const {
  return snapshots_;
}

Result<void> RocksdbRows::add_to(rocksdb::WriteBatch& batch, std::span<const RowChange> rows) {
  // Rows come sorted by segment.
  std::optional<SegmentId> current;
  rocksdb::ColumnFamilyHandle* target = nullptr;
  for (const RowChange& row : rows) {
    if (row.segment < store_.first_live) {
      continue;
    }
    if (current != row.segment || (target == nullptr && row.value.has_value())) {
      current = row.segment;
      target = family(row.segment);
      if (target == nullptr && row.value.has_value()) {
        PAWL_TRY(database_->add_segment(name_, row.segment));
        target = family(row.segment);
      }
    }
    if (target == nullptr) {
      continue;  // deletes from a segment without rows
    }
    const rocksdb::Status added = row.value.has_value() ? batch.Put(target, row.key, *row.value)
                                                        : batch.Delete(target, row.key);
    if (!added.ok()) {
      return rocksdb_error("store " + name_ + " cannot be written", added);
    }
  }
  return {};
}

}  // namespace pawl::internal

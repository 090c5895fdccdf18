// CountedRows: snapshots of a store that count what is read of them, for tests of what a query
// costs.
#pragma once

#include <pawl/statestore/store_backend.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace pawl::test {

// Lifetime: until its snapshots and their cursors are gone.
class CountedRows final : public RowSnapshotSource {
 public:
  explicit CountedRows(std::shared_ptr<const RowSnapshotSource> rows) : rows_(std::move(rows)) {}

  // How many rows were asked for or visited.
  [[nodiscard]] std::size_t read() const { return read_; }
  // How often the whole store was asked for, which in memory is a copy of it.
  [[nodiscard]] std::size_t whole() const { return whole_; }

  [[nodiscard]] std::shared_ptr<const RowSnapshot> snapshot() const override {
    ++whole_;
    return std::make_shared<Snapshot>(rows_->snapshot(), read_);
  }
  [[nodiscard]] std::shared_ptr<const RowSnapshot> snapshot_of(
      const RowChoice& rows) const override {
    return std::make_shared<Snapshot>(rows_->snapshot_of(rows), read_);
  }
  [[nodiscard]] Result<std::optional<Bytes>> get(SegmentId segment, BytesView key) const override {
    ++read_;
    return rows_->get(segment, key);
  }
  [[nodiscard]] std::optional<std::uint64_t> approximate_rows() const override {
    return rows_->approximate_rows();
  }

 private:
  class Cursor final : public KeyValueCursor {
   public:
    Cursor(std::unique_ptr<KeyValueCursor> rows, std::size_t& read)
        : rows_(std::move(rows)), read_(read) {}
    [[nodiscard]] bool valid() const override { return rows_->valid(); }
    void next() override {
      ++read_;
      rows_->next();
    }
    [[nodiscard]] BytesView key() const override { return rows_->key(); }
    [[nodiscard]] BytesView value() const override { return rows_->value(); }

   private:
    std::unique_ptr<KeyValueCursor> rows_;
    std::size_t& read_;
  };
  class Snapshot final : public RowSnapshot {
   public:
    Snapshot(std::shared_ptr<const RowSnapshot> rows, std::size_t& read)
        : rows_(std::move(rows)), read_(read) {}
    [[nodiscard]] std::vector<SegmentId> segments() const override { return rows_->segments(); }
    [[nodiscard]] Result<std::optional<Bytes>> get(SegmentId segment,
                                                   BytesView key) const override {
      ++read_;
      return rows_->get(segment, key);
    }
    [[nodiscard]] std::unique_ptr<KeyValueCursor> scan(SegmentId segment, NullableBytesView from,
                                                       NullableBytesView to,
                                                       Direction direction) const override {
      return std::make_unique<Cursor>(rows_->scan(segment, from, to, direction), read_);
    }

   private:
    std::shared_ptr<const RowSnapshot> rows_;
    std::size_t& read_;
  };

  std::shared_ptr<const RowSnapshotSource> rows_;
  mutable std::size_t read_ = 0;
  mutable std::size_t whole_ = 0;
};

}  // namespace pawl::test

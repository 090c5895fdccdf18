#include "prefix_scan.h"
#include "read_only_parts.h"

#include <pawl/statestore/shared_store.h>

#include <stdexcept>
#include <utility>

namespace pawl {
namespace {

template <class T>
T read(Result<T> result) {
  if (!result.has_value()) {
    throw StoreFailure(std::move(result).error());
  }
  return *std::move(result);
}

// A cursor together with the snapshot it reads.
class SnapshotCursor final : public KeyValueCursor {
 public:
  SnapshotCursor(std::shared_ptr<const RowSnapshot> snapshot, NullableBytesView from,
                 NullableBytesView to, Direction direction)
      : snapshot_(std::move(snapshot)), rows_(snapshot_->scan(kWholeStore, from, to, direction)) {}
  [[nodiscard]] bool valid() const override { return rows_->valid(); }
  void next() override { rows_->next(); }
  [[nodiscard]] BytesView key() const override { return rows_->key(); }
  [[nodiscard]] BytesView value() const override { return rows_->value(); }

 private:
  std::shared_ptr<const RowSnapshot> snapshot_;
  std::unique_ptr<KeyValueCursor> rows_;
};

class SharedKeyValueStore final : public KeyValueStore {
 public:
  SharedKeyValueStore(StoreSpec spec, std::shared_ptr<const RowSnapshotSource> rows)
      : spec_(std::move(spec)), rows_(std::move(rows)) {}

  [[nodiscard]] const std::string& name() const override { return spec_.name; }
  [[nodiscard]] bool persistent() const override {
    return spec_.persistence == Persistence::persistent;
  }
  NullableBytesView get(BytesView key) override {
    found_ = read(rows_->get(kWholeStore, key));
    return found_.has_value() ? NullableBytesView(*found_) : std::nullopt;
  }
  PutOutcome put(BytesView /*key*/, NullableBytesView /*value*/, Timestamp /*logged_at*/) override {
    throw std::logic_error("store '" + spec_.name +
                           "' is global: only the processor of its own topic writes it");
  }
  std::unique_ptr<KeyValueCursor> range(NullableBytesView from, NullableBytesView to,
                                        Direction direction) override {
    std::shared_ptr<const RowSnapshot> snapshot =
        rows_->snapshot_of(internal::rows_between(kWholeStore, from, to));
    if (snapshot == nullptr) {
      throw StoreFailure({ErrorKind::fatal, "store " + spec_.name + " is closed"});
    }
    return std::make_unique<SnapshotCursor>(std::move(snapshot), from, to, direction);
  }
  std::unique_ptr<KeyValueCursor> prefix(BytesView prefix) override {
    return internal::scan_prefix(
        prefix, [this](NullableBytesView from, NullableBytesView to, Direction direction) {
          return range(from, to, direction);
        });
  }
  std::uint64_t approximate_entries() override {
    std::uint64_t entries = 0;
    for (auto row = range(std::nullopt, std::nullopt, Direction::forward); row->valid();
         row->next()) {
      ++entries;
    }
    return entries;
  }
  [[nodiscard]] RowFormat row_format() const override { return row_format_of(spec_); }
  [[nodiscard]] const WriteContext& context() const override { return context_; }

 private:
  StoreSpec spec_;
  std::shared_ptr<const RowSnapshotSource> rows_;
  std::optional<Bytes> found_;
  WriteContext context_;
};

}  // namespace

std::unique_ptr<KeyValueStore> shared_key_value_store(
    const StoreSpec& spec, std::shared_ptr<const RowSnapshotSource> rows) {
  return std::make_unique<SharedKeyValueStore>(spec, std::move(rows));
}

}  // namespace pawl

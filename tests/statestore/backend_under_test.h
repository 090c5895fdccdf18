// The two backends behind one face, for tests that must hold on both, and what makes their rows
// readable in an assertion.
#pragma once

#include "support/temporary_directory.h"

#include <pawl/statestore/backends.h>
#include <pawl/statestore/managed_store.h>
#include <pawl/statestore/store_backend.h>

#include <gtest/gtest.h>

#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace pawl::test {

enum class BackendKind { memory, rocksdb };

inline std::string to_string(BackendKind kind) {
  return kind == BackendKind::memory ? "Memory" : "RocksDb";
}
inline void PrintTo(BackendKind kind, std::ostream* out) {
  *out << to_string(kind);
}

class BackendUnderTest {
 public:
  explicit BackendUnderTest(BackendKind kind) : kind_(kind) { open(); }

  // What was not flushed is gone, as after a crash. Requires: no store of it is open.
  void reopen() {
    backend_.reset();
    open();
  }
  [[nodiscard]] BackendKind kind() const { return kind_; }
  [[nodiscard]] StoreBackend& operator*() { return *backend_; }
  [[nodiscard]] StoreBackend* operator->() { return backend_.get(); }

 private:
  void open() {
    backend_ = kind_ == BackendKind::memory
                   ? make_memory_backend()
                   : open_rocksdb_backend(directory_.path() / "db", memory_).value();
  }

  BackendKind kind_;
  TemporaryDirectory directory_{quick_directory()};
  std::shared_ptr<RocksdbMemory> memory_ = make_rocksdb_memory({});
  std::unique_ptr<StoreBackend> backend_;
};

using Rows = std::vector<std::pair<Bytes, Bytes>>;

inline Rows rows_of(const std::unique_ptr<KeyValueCursor>& cursor) {
  Rows rows;
  for (; cursor->valid(); cursor->next()) {
    rows.emplace_back(cursor->key(), cursor->value());
  }
  return rows;
}

inline Rows reversed(const Rows& rows) {
  return {rows.rbegin(), rows.rend()};
}

// A store by itself, without a task: a commit is what TaskStores::commit does.
class StoreUnderTest {
 public:
  StoreUnderTest(StoreBackend& backend, const StoreSpec& spec, StoreSurroundings surroundings = {})
      : backend_(backend) {
    surroundings.backend = &backend;
    if (surroundings.context == nullptr) {
      surroundings.context = &context_;
    }
    store_ = open_managed_store(spec, surroundings).value();
  }

  void apply_frozen(const std::vector<MetadataChange>& metadata = {}) {
    const std::vector<StoreChanges> changes{store_->changes()};
    const Result<void> applied = backend_.apply(changes, metadata);
    ASSERT_TRUE(applied.has_value()) << applied.error();
    store_->settle();
  }
  void commit() {
    store_->log_pending();
    store_->freeze();
    apply_frozen();
  }
  [[nodiscard]] ManagedStore& operator*() { return *store_; }
  [[nodiscard]] ManagedStore* operator->() { return store_.get(); }

 private:
  StoreBackend& backend_;
  WriteContext context_;
  std::unique_ptr<ManagedStore> store_;
};

}  // namespace pawl::test

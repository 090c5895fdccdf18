// WriterStores: stores of a task whose content is a function of how many batches were committed.
// The program pawl-test-store-writer writes them until it is killed; the test of crashes compares
// what is left with the same batches in memory.
#pragma once

#include <pawl/statestore/managed_store.h>
#include <pawl/statestore/store_backend.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace pawl::test {

class WriterStores {
 public:
  explicit WriterStores(StoreBackend& backend);

  // Returns: how many batches are committed, as the metadata says.
  std::int64_t batches();
  // Commits one more batch: rows of all stores and the new number in one apply.
  void commit_batch();
  // The bug that the test must notice: rows first and metadata later, with a flush between.
  void commit_batch_in_two_parts();
  // Every visible row of every store.
  std::string content();

 private:
  void write_batch(std::int64_t number);
  void apply(bool rows, bool metadata, std::int64_t number);

  StoreBackend& backend_;
  WriteContext context_;
  std::vector<std::unique_ptr<ManagedStore>> stores_;  // two of keys and values, one of windows
};

}  // namespace pawl::test

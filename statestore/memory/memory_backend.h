// MemoryBackend: committed state in ordered maps. Serves in-memory stores, the test driver, and as
// the oracle of the RocksDB backend. Nothing survives the process; stores are rebuilt from their
// changelogs. Thread rule: owner thread only. A query from another thread gets a copy of the store;
// while it is made, an apply() waits.
#pragma once

#include <pawl/statestore/store_backend.h>

#include <map>
#include <memory>
#include <string>

namespace pawl::internal {

class MemoryRows;

class MemoryBackend final : public StoreBackend {
 public:
  Result<std::unique_ptr<CommittedRows>> open_store(const StoreSpec& spec) override;
  Result<void> remove_store(const std::string& name) override;
  Result<void> apply(std::span<const StoreChanges> changes,
                     std::span<const MetadataChange> metadata) override;
  Result<std::optional<Bytes>> metadata(const std::string& name) override;
  Result<void> flush(FlushMode mode) override;
  [[nodiscard]] bool has_dead_segments() const override { return false; }
  [[nodiscard]] bool persistent() const override { return false; }

 private:
  std::map<std::string, Bytes> metadata_;
};

}  // namespace pawl::internal

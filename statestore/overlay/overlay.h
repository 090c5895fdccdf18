// Overlay: everything a store has not committed yet, as a short stack of layers: the active layer
// takes the writes of the running transaction; freeze() sets it aside while its commit is carried
// into the backend, and a fresh one takes over. Reads look through both. An abort drops both: what
// is below was never touched, so nothing has to be restored.
//
// Invariant: at most one frozen layer; it is settled (applied) or dropped before the next freeze.
// Thread rule: owner thread only.
#pragma once

#include "overlay/overlay_layer.h"

#include <pawl/model/assert.h>
#include <pawl/statestore/managed_store.h>

#include <memory>
#include <utility>

namespace pawl::internal {

class Overlay {
 public:
  [[nodiscard]] OverlayLayer& active() { return *active_; }
  [[nodiscard]] OverlayLayer& frozen() { return *frozen_; }

  // Returns: the newest uncommitted state of a row, tombstones included, or null: then the backend
  // knows.
  [[nodiscard]] const OverlayRow* find(SegmentId segment, BytesView key, BytesView group) const {
    if (!active_->empty()) {
      if (const OverlayRow* row = active_->find(segment, key, group)) {
        return row;
      }
    }
    return frozen_->empty() ? nullptr : frozen_->find(segment, key, group);
  }

  [[nodiscard]] bool empty() const { return active_->empty() && frozen_->empty(); }
  [[nodiscard]] PendingChanges pending() const {
    return {active_->size() + frozen_->size(), active_->used_bytes() + frozen_->used_bytes()};
  }

  void freeze() {
    PAWL_ASSERT(frozen_->empty());
    std::swap(active_, frozen_);
  }
  // The frozen layer has been applied: the backend shows its rows now.
  void settle() { frozen_->clear(); }
  void drop() {
    active_->clear();
    frozen_->clear();
  }

 private:
  std::unique_ptr<OverlayLayer> active_ = std::make_unique<OverlayLayer>();
  std::unique_ptr<OverlayLayer> frozen_ = std::make_unique<OverlayLayer>();
};

}  // namespace pawl::internal

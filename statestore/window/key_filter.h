// KeyFilter: "this key has no row in that segment", without asking the backend. One growing Bloom
// filter per segment over the keys of its committed rows. Deduplication asks mostly for ids it has
// never seen, and a miss is the dearest lookup there is: it would search every segment.
//
// Invariant: a key with a committed row in a segment is in that segment's filter.
// Thread rule: owner thread only.
#pragma once

#include "window/split_block_bloom.h"

#include <pawl/statestore/store_backend.h>

#include <cstdint>
#include <map>
#include <vector>

namespace pawl::internal {

class KeyFilter {
 public:
  void add(SegmentId segment, std::uint64_t key_hash) {
    Stack& stack = segments_[segment];
    if (stack.filters.empty() || stack.keys == stack.capacity) {
      // Each further filter of a segment is four times as large, so a segment has few of them.
      stack.capacity = stack.filters.empty() ? kFirstCapacity : stack.capacity * 4;
      stack.keys = 0;
      stack.filters.emplace_back(stack.capacity);
    }
    ++stack.keys;
    stack.filters.back().add(key_hash);
  }

  [[nodiscard]] bool may_contain(SegmentId segment, std::uint64_t key_hash) const {
    const auto stack = segments_.find(segment);
    if (stack == segments_.end()) {
      return false;
    }
    for (const SplitBlockBloom& filter : stack->second.filters) {
      if (filter.may_contain(key_hash)) {
        return true;
      }
    }
    return false;
  }

  void forget_below(SegmentId first_live) {
    segments_.erase(segments_.begin(), segments_.lower_bound(first_live));
  }

  [[nodiscard]] std::size_t used_bytes() const {
    std::size_t bytes = 0;
    for (const auto& [segment, stack] : segments_) {
      for (const SplitBlockBloom& filter : stack.filters) {
        bytes += filter.used_bytes();
      }
    }
    return bytes;
  }

 private:
  static constexpr std::size_t kFirstCapacity = std::size_t{64} * 1024;
  struct Stack {
    std::vector<SplitBlockBloom> filters;
    std::size_t capacity = 0;  // of the last filter
    std::size_t keys = 0;      // in the last filter
  };
  std::map<SegmentId, Stack> segments_;
};

}  // namespace pawl::internal

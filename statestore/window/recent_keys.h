// RecentKeys: the latest committed window start of recently written keys. Repetitions mostly come
// soon, so most duplicates are found here. Two generations: when the younger is full it becomes the
// older, and the older is forgotten. It only ever says "yes, there": what it does not know may
// still be in the backend. Thread rule: owner thread only.
#pragma once

#include "overlay/arena.h"
#include "overlay/bytes_hash.h"

#include <pawl/model/timestamp.h>

#include <boost/unordered/unordered_flat_map.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

namespace pawl::internal {

class RecentKeys {
 public:
  explicit RecentKeys(std::size_t bytes_max) : generation_bytes_max_(bytes_max / 2) {}

  void add(BytesView key, Timestamp start) {
    if (young_.bytes() >= generation_bytes_max_) {
      std::swap(young_, old_);
      young_.clear();
    }
    const auto found = young_.starts.find(key);
    if (found != young_.starts.end()) {
      found->second = std::max(found->second, start);
      return;
    }
    young_.starts.emplace(young_.keys.copy(key), start);
  }

  // Returns: a committed start of the key, if one is remembered.
  [[nodiscard]] std::optional<Timestamp> start_of(BytesView key) const {
    for (const Generation* generation : {&young_, &old_}) {
      const auto found = generation->starts.find(key);
      if (found != generation->starts.end()) {
        return found->second;
      }
    }
    return std::nullopt;
  }

  void clear() {
    young_.clear();
    old_.clear();
  }

 private:
  struct Generation {
    Arena keys;
    boost::unordered_flat_map<BytesView, Timestamp, BytesHash> starts;
    [[nodiscard]] std::size_t bytes() const {
      return keys.used_bytes() + starts.size() * (sizeof(BytesView) + sizeof(Timestamp)) * 3 / 2;
    }
    void clear() {
      starts.clear();
      keys.clear();
    }
  };
  std::size_t generation_bytes_max_;
  Generation young_;
  Generation old_;
};

}  // namespace pawl::internal

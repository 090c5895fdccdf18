// Arena: memory for many small byte strings that die together. No free per string; clear() keeps
// the memory. Thread rule: owner thread only.
#pragma once

#include <pawl/model/bytes.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

namespace pawl::internal {

class Arena {
 public:
  // Returns: room for `size` bytes, valid until clear().
  char* allocate(std::size_t size) {
    if (size > room_) {
      grow(size);
    }
    char* place = next_;
    next_ += size;
    room_ -= size;
    used_ += size;
    return place;
  }

  // Returns: a copy of `bytes`, valid until clear().
  BytesView copy(BytesView bytes) {
    if (bytes.empty()) {
      return {};
    }
    char* place = allocate(bytes.size());
    std::memcpy(place, bytes.data(), bytes.size());
    return {place, bytes.size()};
  }

  void clear() {
    used_ = 0;
    chunk_ = 0;
    next_ = nullptr;
    room_ = 0;
    if (chunks_.size() > kChunksKept) {
      chunks_.resize(kChunksKept);
    }
  }

  [[nodiscard]] std::size_t used_bytes() const { return used_; }

 private:
  struct Chunk {
    std::unique_ptr<char[]> memory;  // NOLINT(modernize-avoid-c-arrays)
    std::size_t size = 0;
  };
  static constexpr std::size_t kChunkBytes = std::size_t{64} * 1024;
  // What a quiet store keeps after a busy commit: 4 MiB.
  static constexpr std::size_t kChunksKept = 64;

  void grow(std::size_t size) {
    while (chunk_ < chunks_.size() && chunks_[chunk_].size < size) {
      ++chunk_;
    }
    if (chunk_ == chunks_.size()) {
      const std::size_t bytes = std::max(size, kChunkBytes);
      // NOLINTNEXTLINE(modernize-avoid-c-arrays)
      chunks_.push_back({std::make_unique_for_overwrite<char[]>(bytes), bytes});
    }
    next_ = chunks_[chunk_].memory.get();
    room_ = chunks_[chunk_].size;
    ++chunk_;
  }

  std::vector<Chunk> chunks_;
  std::size_t chunk_ = 0;  // the next chunk to use
  char* next_ = nullptr;
  std::size_t room_ = 0;
  std::size_t used_ = 0;
};

}  // namespace pawl::internal

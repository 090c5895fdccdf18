// FixedSize: what a codec says of itself when all its values have one size. Lists of such values
// are written without a size for each. A codec derives from it besides Codec<T>.
// Source: ListSerializer, whose list of such types it is: Short, Integer, Long, Float, Double,
// UUID. Thread rule: as Codec.
#pragma once

#include <cstddef>

namespace pawl {

class FixedSize {
 public:
  explicit FixedSize(std::size_t size) : size_(size) {}
  FixedSize(const FixedSize&) = delete;
  FixedSize& operator=(const FixedSize&) = delete;
  virtual ~FixedSize() = default;

  // Units: bytes of an encoded value; not 0.
  [[nodiscard]] std::size_t encoded_size() const { return size_; }

 private:
  std::size_t size_;
};

}  // namespace pawl

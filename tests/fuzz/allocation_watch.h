// AllocationWatch: how much memory was asked for at once while it lives. It watches the global
// operator new of the program it is linked into. Thread rule: counts for its own thread.
#pragma once

#include <cstddef>

namespace pawl::test {

class AllocationWatch {
 public:
  AllocationWatch();
  AllocationWatch(const AllocationWatch&) = delete;
  AllocationWatch& operator=(const AllocationWatch&) = delete;
  ~AllocationWatch();

  // Units: bytes.
  [[nodiscard]] std::size_t largest() const;
};

}  // namespace pawl::test

#include "fuzz/allocation_watch.h"

#include <algorithm>
#include <cstdlib>
#include <new>

namespace {

thread_local bool watching = false;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
thread_local std::size_t largest_asked =
    0;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

}  // namespace

void* operator new(std::size_t size) {
  if (watching) {
    largest_asked = std::max(largest_asked, size);
  }
  void* memory = std::malloc(std::max<std::size_t>(size, 1));
  if (memory == nullptr) {
    throw std::bad_alloc();
  }
  return memory;
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t /*size*/) noexcept {
  std::free(memory);
}

namespace pawl::test {

AllocationWatch::AllocationWatch() {
  largest_asked = 0;
  watching = true;
}
AllocationWatch::~AllocationWatch() {
  watching = false;
}
std::size_t AllocationWatch::largest() const {
  return largest_asked;
}

}  // namespace pawl::test

#include "fuzz/allocation_watch.h"

#include <algorithm>
#include <cstdlib>
#include <new>

namespace {

// NOLINTBEGIN(cppcoreguidelines-avoid-non-const-global-variables): there is one allocator
thread_local bool watching = false;
thread_local std::size_t largest_asked = 0;
// NOLINTEND(cppcoreguidelines-avoid-non-const-global-variables)

void note(std::size_t size) {
  if (watching) {
    largest_asked = std::max(largest_asked, size);
  }
}

}  // namespace

#ifdef __SANITIZE_ADDRESS__

// The sanitizer has operators of its own, which check more than ours could. GCC has the function,
// but not the header that declares it.
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*malloc_hook)(const volatile void*,
                                                                             std::size_t),
                                                         void (*free_hook)(const volatile void*));

namespace {

// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): runs before main
[[maybe_unused]] const int hooked = __sanitizer_install_malloc_and_free_hooks(
    [](const volatile void*, std::size_t size) { note(size); }, [](const volatile void*) {});

}  // namespace

#else

// The others of the language call these.
void* operator new(std::size_t size) {
  note(size);
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

#endif

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

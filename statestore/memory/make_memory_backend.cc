#include "memory/memory_backend.h"

#include <pawl/statestore/backends.h>

namespace pawl {

std::unique_ptr<StoreBackend> make_memory_backend() {
  return std::make_unique<internal::MemoryBackend>();
}

}  // namespace pawl

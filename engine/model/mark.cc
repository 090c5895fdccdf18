#include <pawl/model/mark.h>

namespace pawl {
namespace internal {
MarkListener mark_listener = nullptr;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
}

void set_mark_listener(MarkListener listener) {
  internal::mark_listener = listener;
}

}  // namespace pawl

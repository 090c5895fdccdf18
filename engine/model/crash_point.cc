#include <pawl/model/crash_point.h>

namespace pawl {
namespace internal {
CrashPointHandler crash_point_handler =
    nullptr;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
}

void set_crash_point_handler(CrashPointHandler handler) {
  internal::crash_point_handler = handler;
}

}  // namespace pawl

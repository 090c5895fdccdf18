#include <pawl/model/crash_point.h>

namespace pawl {
namespace internal {
// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): a seam for tests
CrashPointHandler crash_point_handler = nullptr;
}  // namespace internal

void set_crash_point_handler(CrashPointHandler handler) {
  internal::crash_point_handler = handler;
}

}  // namespace pawl

// CrashPoint("name"): marks a place where dying matters. Does nothing unless a handler is set: a
// crash test kills the process there, the simulator branches there. The handler is process-wide on
// purpose: a crash ends the whole process. Set it before the first thread starts. Thread rule: any
// thread.
#pragma once

namespace pawl {

using CrashPointHandler = void (*)(const char* name);
void set_crash_point_handler(CrashPointHandler handler);

namespace internal {
extern CrashPointHandler
    crash_point_handler;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
}

class CrashPoint {
 public:
  explicit CrashPoint(const char* name) {
    if (internal::crash_point_handler != nullptr) {
      internal::crash_point_handler(name);
    }
  }
};

}  // namespace pawl

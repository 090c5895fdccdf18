// crash_at_environment(): lets a test kill a program at an exact place: with PAWL_CRASH_AT=point:n
// in the environment the process sends itself SIGKILL when it passes the crash point of that name
// for the n-th time. Without it nothing happens. Points: every CrashPoint("...") in the sources.
// Thread rule: call it in main(), before the first thread starts.
#pragma once

namespace pawl::testing {

// Throws std::invalid_argument when the variable is not of the form point:n.
void crash_at_environment();

}  // namespace pawl::testing

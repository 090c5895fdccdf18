#include <pawl/model/crash_point.h>
#include <pawl/testing/crash_at.h>

#include <atomic>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unistd.h>

namespace pawl::testing {
namespace {

// Written once before the first thread starts.
std::string crash_point;          // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
std::atomic<int> passes_left{0};  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

void crash_if_due(const char* name) {
  if (crash_point == name && passes_left.fetch_sub(1) == 1) {
    ::kill(::getpid(), SIGKILL);
  }
}

}  // namespace

void crash_at_environment() {
  const char* const variable =
      std::getenv("PAWL_CRASH_AT");  // NOLINT(concurrency-mt-unsafe): before any thread
  if (variable == nullptr) {
    return;
  }
  const std::string_view text(variable);
  const std::size_t colon = text.rfind(':');
  int passes = 0;
  if (colon == std::string_view::npos || colon == 0 ||
      std::from_chars(text.data() + colon + 1, text.data() + text.size(), passes).ptr !=
          text.data() + text.size() ||
      passes < 1) {
    throw std::invalid_argument("PAWL_CRASH_AT is '" + std::string(text) + "': it must be point:n");
  }
  crash_point = text.substr(0, colon);
  passes_left.store(passes);
  set_crash_point_handler(&crash_if_due);
}

}  // namespace pawl::testing

#include <pawl/model/assert.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>

namespace pawl {
namespace {

void abort_after_printing(const std::string&) {
  std::abort();
}

// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): a seam for tests
std::atomic<AssertionHandler> handler{&abort_after_printing};

}  // namespace

AssertionHandler set_assertion_handler(AssertionHandler replacement) {
  return handler.exchange(replacement);
}

namespace internal {

void assertion_failed(const char* condition, const std::string& values,
                      const std::source_location& where) {
  const std::string message = std::string("pawl: broken invariant: ") + condition + " at " +
                              where.file_name() + ":" + std::to_string(where.line()) + " in " +
                              where.function_name() + (values.empty() ? "" : ", values:" + values);
  std::fprintf(stderr, "%s\n", message.c_str());
  handler.load()(message);
  std::abort();
}

}  // namespace internal
}  // namespace pawl

#include <pawl/model/sticky_stop.h>

#include <utility>

namespace pawl {
namespace {

// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables)
thread_local StickyStop* innermost = nullptr;

}  // namespace

StickyStop::StickyStop() : outer_(std::exchange(innermost, this)) {}

StickyStop::~StickyStop() {
  innermost = outer_;
}

void StickyStop::note(const Error& error) {
  if (innermost != nullptr && !innermost->first_.has_value()) {
    innermost->first_ = error;
  }
}

const Error* StickyStop::noted() {
  return innermost != nullptr && innermost->first_.has_value() ? &*innermost->first_ : nullptr;
}

}  // namespace pawl

// Mark("name"): a coverage mark. A test that claims to exercise a rare path asks whether its mark
// was hit, so that it cannot pass by missing the path. Costs one load and one branch when nobody
// listens. Thread rule: any thread; the listener must be thread-safe.
#pragma once

namespace pawl {

using MarkListener = void (*)(const char* name);
void set_mark_listener(MarkListener listener);

namespace internal {
extern MarkListener mark_listener;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
}

class Mark {
 public:
  explicit Mark(const char* name) {
    if (internal::mark_listener != nullptr) {
      internal::mark_listener(name);
    }
  }
};

}  // namespace pawl

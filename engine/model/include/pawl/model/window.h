// Window: a span of event time. Windowed<K>: a key within a window.
// Time windows (tumbling, hopping) are half open: [start, end). Session windows and sliding windows
// are closed. Thread rule: values.
#pragma once

#include <pawl/model/timestamp.h>

#include <compare>
#include <functional>

namespace pawl {

struct Window {
  Timestamp start;
  Timestamp end;
  friend auto operator<=>(const Window&, const Window&) = default;
};

template <class K>
struct Windowed {
  K key;
  Window window;
  friend auto operator<=>(const Windowed&, const Windowed&) = default;
};

}  // namespace pawl

template <class K>
struct std::hash<pawl::Windowed<K>> {
  std::size_t operator()(const pawl::Windowed<K>& windowed) const noexcept {
    return std::hash<K>{}(windowed.key) * 31U + std::hash<pawl::Timestamp>{}(windowed.window.start);
  }
};

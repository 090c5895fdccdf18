// Strong: an integer that cannot be mistaken for another one. Explicit in, `.value()` out, no
// implicit conversion back. Thread rule: a value.
#pragma once

#include <compare>
#include <cstddef>
#include <functional>

namespace pawl {

template <class Tag, class Rep>
class Strong {
 public:
  constexpr Strong() = default;
  constexpr explicit Strong(Rep value) : value_(value) {}
  [[nodiscard]] constexpr Rep value() const { return value_; }
  friend constexpr auto operator<=>(Strong, Strong) = default;

 private:
  Rep value_{};
};

}  // namespace pawl

template <class Tag, class Rep>
struct std::hash<pawl::Strong<Tag, Rep>> {
  std::size_t operator()(pawl::Strong<Tag, Rep> id) const noexcept {
    return std::hash<Rep>{}(id.value());
  }
};

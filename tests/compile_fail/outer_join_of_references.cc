// An outer join of tables with a function that cannot be told that a side is missing.
// Expected: pawl: the joiner of an outer join of tables takes (const L*, const R*)
#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#ifdef PAWL_WRONG
using Side = const std::string&;
std::string text(Side side) {
  return side;
}
#else
using Side = const std::string*;
std::string text(Side side) {
  return side == nullptr ? std::string() : *side;
}
#endif

void build(pawl::StreamBuilder& builder) {
  const auto left = builder.table<std::string, std::string>("left");
  const auto right = builder.table<std::string, std::string>("right");
  left.outer_join(right, [](Side one, Side other) { return text(one) + text(other); });
}

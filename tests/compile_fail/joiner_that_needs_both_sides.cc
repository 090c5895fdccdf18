// In a left join of two streams the right side may be missing.
// Expected: pawl: the joiner of a join of two streams takes
#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

void build(pawl::StreamBuilder& builder) {
  const auto left = builder.stream<std::string, std::string>("left");
  const auto right = builder.stream<std::string, std::string>("right");
  const auto windows = pawl::JoinWindows::of(std::chrono::seconds(10)).no_grace();
#ifdef PAWL_WRONG
  left.left_join(
      right, [](const std::string& one, const std::string& other) { return one + other; }, windows);
#else
  left.left_join(
      right,
      [](const std::string& one, const std::string* other) {
        return other == nullptr ? one : one + *other;
      },
      windows);
#endif
}

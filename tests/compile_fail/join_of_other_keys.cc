// Records meet by their keys.
// Expected: pawl: streams can be joined only when their keys have the same type
#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

void build(pawl::StreamBuilder& builder) {
  const auto left = builder.stream<std::string, std::string>("left");
#ifdef PAWL_WRONG
  const auto right = builder.stream<std::int64_t, std::string>("right");
#else
  const auto right = builder.stream<std::string, std::string>("right");
#endif
  left.join(
      right, [](const std::string& one, const std::string& other) { return one + other; },
      pawl::JoinWindows::of(std::chrono::seconds(10)).no_grace());
}

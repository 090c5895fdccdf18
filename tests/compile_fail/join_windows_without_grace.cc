// A join needs to be told how long it waits for late records.
// Expected: JoinWindowsWithoutGrace
#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

void build(pawl::StreamBuilder& builder) {
  const auto left = builder.stream<std::string, std::string>("left");
  const auto right = builder.stream<std::string, std::string>("right");
  const auto joined = [](const std::string& one, const std::string& other) { return one + other; };
  const auto windows = pawl::JoinWindows::of(std::chrono::seconds(10));
#ifdef PAWL_WRONG
  left.join(right, joined, windows);
#else
  left.join(right, joined, windows.grace(std::chrono::seconds(5)));
#endif
}

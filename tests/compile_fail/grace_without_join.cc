// Only joins wait: a group has no grace.
// Expected: kHasGrace
#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <chrono>

void build(pawl::StreamBuilder& builder) {
  const std::chrono::milliseconds grace(10);
  const auto stream = builder.stream<std::string, std::string>("in");
#ifdef PAWL_WRONG
  (void)stream.group_by_key(pawl::Grouped::as("group").grace(grace));
#else
  const auto table = builder.table<std::string, std::string>(
      "table", pawl::Materialized::as_versioned("versions", grace));
  (void)stream.join(
      table, [](const std::string& left, const std::string& right) { return left + right; },
      pawl::Joined::as("joined").grace(grace));
#endif
}

// An aggregate per session, without a word on how two sessions become one.
// Expected: aggregate
// Expected: Merger
#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <chrono>

void build(pawl::StreamBuilder& builder) {
  const auto sessions = pawl::SessionWindows::with_inactivity_gap(std::chrono::minutes(30));
  const auto windowed = builder.stream<std::string, std::string>("in").group_by_key().windowed_by(
      sessions.no_grace());
  const auto zero = [] { return std::int64_t{0}; };
  const auto add = [](const std::string&, const std::string&, std::int64_t& sum) { ++sum; };
#ifdef PAWL_WRONG
  windowed.aggregate(zero, add);
#else
  windowed.aggregate(
      zero, add, [](const std::string&, const std::int64_t& earlier, const std::int64_t& later) {
        return earlier + later;
      });
#endif
}

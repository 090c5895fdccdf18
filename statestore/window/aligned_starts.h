// AlignedStarts: the starts that windows of a fixed distance can have between two times, where they
// are few enough that asking for each beats a scan over the windows of all keys.
// Thread rule: a value.
#pragma once

#include <pawl/model/timestamp.h>
#include <pawl/statestore/store_spec.h>

#include <cstdint>
#include <optional>

namespace pawl::internal {

struct AlignedStarts {
  // Empty when the first is behind the last.
  Timestamp first;
  Timestamp last;

  // Requires: `from` is not negative. Returns: nothing when the windows of the store can begin
  // anywhere, are found by key anyway, or when the starts are too many.
  static std::optional<AlignedStarts> between(const StoreSpec& spec, Timestamp from, Timestamp to) {
    constexpr std::int64_t kStartsMax = 1024;
    const std::int64_t step = spec.start_step.count();
    if (spec.layout != WindowLayout::time_first || step <= 0 || spec.retain_duplicates) {
      return std::nullopt;
    }
    if (from > to) {
      return AlignedStarts{Timestamp(step), Timestamp(0)};
    }
    const Timestamp last(to.value() / step * step);
    const std::int64_t behind = from.value() % step;
    if (behind > 0 && last < from) {
      return AlignedStarts{Timestamp(step), Timestamp(0)};
    }
    const Timestamp first(behind == 0 ? from.value() : from.value() - behind + step);
    if ((last.value() - first.value()) / step >= kStartsMax) {
      return std::nullopt;
    }
    return AlignedStarts{first, last};
  }
};

}  // namespace pawl::internal

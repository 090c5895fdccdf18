#include <pawl/statestore/store_spec.h>

#include <algorithm>

namespace pawl {

std::chrono::milliseconds segment_interval_of(const StoreSpec& spec) {
  // Source: AbstractSegments; three live segments at most.
  return spec.segment_interval.count() > 0
             ? spec.segment_interval
             : std::max(spec.retention / 2, std::chrono::milliseconds(60'000));
}

}  // namespace pawl

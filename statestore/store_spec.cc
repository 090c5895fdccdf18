#include <pawl/statestore/store_spec.h>

#include <algorithm>

namespace pawl {

namespace {

// Source: Stores.persistentVersionedKeyValueStore, defaultSegmentInterval.
std::chrono::milliseconds version_interval_of(std::chrono::milliseconds history) {
  using std::chrono::milliseconds;
  if (history <= milliseconds(60'000)) {
    return std::max(history / 3, milliseconds(2'000));
  }
  if (history <= milliseconds(300'000)) {
    return std::max(history / 5, milliseconds(20'000));
  }
  if (history <= milliseconds(3'600'000)) {
    return std::max(history / 12, milliseconds(60'000));
  }
  return std::max(history / 24, milliseconds(300'000));
}

}  // namespace

std::chrono::milliseconds segment_interval_of(const StoreSpec& spec) {
  if (spec.kind == StoreKind::versioned_key_value) {
    return spec.segment_interval.count() > 0 ? spec.segment_interval
                                             : version_interval_of(spec.retention);
  }
  // Source: AbstractSegments; three live segments at most.
  return spec.segment_interval.count() > 0
             ? spec.segment_interval
             : std::max(spec.retention / 2, std::chrono::milliseconds(60'000));
}

}  // namespace pawl

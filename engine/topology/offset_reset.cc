#include <pawl/engine/offset_reset.h>
#include <pawl/engine/topology.h>

#include <fmt/format.h>

namespace pawl {

OffsetReset OffsetReset::by_duration(std::chrono::milliseconds duration) {
  if (duration.count() < 0) {
    throw TopologyError(fmt::format(
        "a source cannot start {} ms ahead of now: OffsetReset::by_duration needs a duration of at "
        "least 0",
        -duration.count()));
  }
  return OffsetReset(Kind::by_duration, duration);
}

}  // namespace pawl

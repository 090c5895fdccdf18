#include "departures/departures.h"

#include "departures/departure.pb.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>
#include <pawl/serde/protobuf.h>

namespace pawl::topologies {

using std::chrono::hours;

Topology departures_per_hour(const DeparturesOptions& options) {
  StreamBuilder builder;
  builder.stream(options.input, serde::string(), serde::protobuf<Departure>())
      .deduplicate(
          Deduplication::by_key().within(options.repeated_within).named("unique-departures"))
      .select_key([](const Departure& departure) { return departure.origin(); })
      .group_by_key(Grouped::as("departures-by-origin"))
      .windowed_by(TumblingWindows::of(hours(1)).grace(options.grace))
      .count(Materialized::as("departures-per-hour"))
      .suppress(Suppressed::until_window_closes(Buffer::unbounded()).named("closed-hours"))
      .to_stream()
      .to(options.output);
  return builder.build();
}

}  // namespace pawl::topologies

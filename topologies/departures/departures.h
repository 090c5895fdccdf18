// Departures per airport and hour, each event counted once: deduplicate -> count per hour -> one
// final result per window.
//
//   departures (key: event id)                       hourly-departures (key: airport, hour; value:
//   int64)
//       │                                                  ▲
//       └─▶ deduplicate 24 h ─▶ key: airport ─▶ [repartition topic] ─▶ count per hour ─▶ suppress
//       until closed
#pragma once

#include <pawl/engine/topology.h>

#include <chrono>
#include <string>

namespace pawl::topologies {

struct DeparturesOptions {
  std::string input = "departures";
  std::string output = "hourly-departures";
  // An event that comes again within this time is the same one.
  std::chrono::milliseconds repeated_within = std::chrono::hours(24);
  // How long after its end an hour still takes events. Tasks upstream of the repartition topic run
  // apart in event time by as much as the producer lets them; what they may run apart must fit in
  // here.
  std::chrono::milliseconds grace = std::chrono::hours(8 * 24);
};

Topology departures_per_hour(const DeparturesOptions& options);

}  // namespace pawl::topologies

// What the patterns of sources match when an application starts. Thread rule: one thread.
#pragma once

#include "client/admin.h"

#include <pawl/engine/settings.h>
#include <pawl/engine/topology.h>

#include <chrono>

namespace pawl::internal {

// Returns: the plan in which sources with a pattern read the topics that it matches now: of those
// on the broker, but its own internal ones, the application's own and its dead letters. Errors:
// retriable (the broker is away), fatal: one matches nothing, or two match the same topic.
Result<Topology> match_topics(const Topology& topology, const Settings& settings,
                              const AdminClient& admin, std::chrono::milliseconds timeout);

}  // namespace pawl::internal

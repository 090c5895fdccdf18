// The topics of an application at its start: those of users are looked up, internal ones are made
// where they are missing and verified where they exist (they are never altered). Thread rule: one
// thread, before the stream threads start.
#pragma once

#include "client/admin.h"
#include "topology/partition_counts.h"

#include <pawl/engine/settings.h>
#include <pawl/engine/topology.h>
#include <pawl/model/log.h>

#include <chrono>
#include <map>
#include <string>

namespace pawl::internal {

struct ResolvedTopics {
  PartitionCounts counts;
  // How many partitions each topic of a global store has.
  std::map<std::string, std::int32_t> global_partitions;
  // How many partitions each source topic has, internal ones included.
  std::map<std::string, std::int32_t> source_partitions;
  // Kafka's topic id of each changelog topic.
  std::map<std::string, std::string> changelog_ids;
  // delete.retention.ms of each compacted one.
  std::map<std::string, std::chrono::milliseconds> deletions_kept;
};

// Errors: retriable (the broker is away), fatal: a source topic is missing, joined topics differ in
// their counts, an internal topic has another partition count or cleanup policy, the dead-letter
// topic is missing; every message names the topic and the remedy.
Result<ResolvedTopics> prepare_topics(const Topology& topology, const Settings& settings,
                                      const AdminClient& admin, LogSink& log,
                                      std::chrono::milliseconds timeout);

}  // namespace pawl::internal

// ThreadSurroundings: what the stream threads of a process share. Everything outlives the threads.
#pragma once

#include "client/clients.h"
#include "runtime/startup_topics.h"
#include "runtime/store_registry.h"
#include "state/global_stores.h"
#include "state/state_directory.h"

#include <pawl/engine/metrics.h>
#include <pawl/engine/restore_listener.h>
#include <pawl/engine/settings.h>
#include <pawl/engine/topology.h>
#include <pawl/model/clock.h>
#include <pawl/model/log.h>
#include <pawl/model/random.h>
#include <pawl/statestore/backends.h>

#include <functional>
#include <memory>
#include <string>

namespace pawl::internal {

struct ThreadSurroundings {
  const Settings* settings = nullptr;
  const Topology* topology = nullptr;
  const Clients* clients = nullptr;
  const ResolvedTopics* topics = nullptr;
  StateDirectory* directory = nullptr;  // null: state is kept in memory
  std::shared_ptr<RocksdbMemory> memory;
  StoreRegistry* stores = nullptr;
  const GlobalStores* global_stores = nullptr;  // null: the topology has none
  const Clock* clock = nullptr;
  LogSink* log = nullptr;
  RestoreListener* restore = nullptr;  // may be null
  // Whether the group, of which the caller is a member, still runs this topology; null: it does.
  // Errors: retriable, fatal: it runs another one.
  std::function<Result<void>()> confirm_claim;
  // Receives what a thread has counted, from time to time.
  std::function<void(int thread, MetricsSnapshot snapshot)> publish_metrics;
};

// Returns: the member id of a thread that survives restarts; empty when nothing is kept on disk and
// none was given.
inline std::string stable_thread_id(const ThreadSurroundings& surroundings, int thread) {
  const std::string instance = surroundings.directory != nullptr
                                   ? surroundings.directory->instance_id()
                                   : surroundings.settings->instance_id;
  return instance.empty() ? "" : instance + "-" + std::to_string(thread);
}

}  // namespace pawl::internal

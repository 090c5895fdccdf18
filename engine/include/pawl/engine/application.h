// Application: runs a topology against Kafka: one instance among as many as are started under the
// same application id.
//
//   pawl::Application app(builder.build(), settings);
//   return app.run();   // until SIGINT or SIGTERM: commits, closes clean, and returns an exit code
// Thread rule: any thread, but construction and destruction. Lifetime: stop before destruction, or
// the destructor stops.
#pragma once

#include <pawl/engine/metrics.h>
#include <pawl/engine/restore_listener.h>
#include <pawl/engine/settings.h>
#include <pawl/engine/topology.h>
#include <pawl/model/clock.h>
#include <pawl/model/log.h>
#include <pawl/statestore/typed/read_only.h>
#include <pawl/statestore/typed/session_queries.h>
#include <pawl/statestore/typed/versioned_queries.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace pawl {

namespace internal {
class Clients;
struct KafkaConnection;
}  // namespace internal

//  created ──▶ starting ──▶ running ──▶ stopping ──▶ stopped
//                 │            │            │
//                 └────────────┴────────────┴──▶ failed
enum class ApplicationState {
  created,
  starting,  // waiting for brokers, looking up and making topics
  running,
  stopping,
  stopped,
  failed,
};

std::string_view to_string(ApplicationState state);

// What is not data. Everything may be left out.
struct Components {
  std::shared_ptr<LogSink> log;              // default: stderr
  std::shared_ptr<Clock> clock;              // default: the system's clocks
  std::shared_ptr<RestoreListener> restore;  // default: none; see terminal_progress_bar()
  // Called on every change of state, on the thread that makes it.
  std::function<void(ApplicationState)> on_state;
  // Seeds what is drawn at random; 0 = from the system.
  std::uint64_t seed = 0;
  // Makes the connections to Kafka; default: librdkafka. For simulators and fault tests.
  std::function<Result<std::unique_ptr<internal::Clients>>(const internal::KafkaConnection&)>
      connect;
};

class Application {
 public:
  // Throws ConfigError with every mistake in the settings.
  Application(Topology topology, Settings settings, Components components = {});
  Application(const Application&) = delete;
  Application& operator=(const Application&) = delete;
  ~Application();

  // Runs until SIGINT, SIGTERM or stop(). Returns: 0 after a clean stop, 1 after a failure, whose
  // reason is logged.
  int run();

  // The same in steps, without signals. start() returns at once; the brokers may come up later.
  void start();
  enum class Stop {
    stay,   // stays in the group: a restart within the session time-out finds its tasks at once
    leave,  // gives its tasks to the other instances now
  };
  // Asks for a clean stop.
  void stop(Stop how = Stop::stay);
  // Waits for the end. Returns: the exit code.
  int wait();

  [[nodiscard]] ApplicationState state() const;
  // Returns: why it failed; empty otherwise.
  [[nodiscard]] std::string failure() const;
  [[nodiscard]] MetricsSnapshot metrics() const;

  // Read-only queries of the committed state on this instance, from any thread. Throws
  // std::invalid_argument when the topology has no such store, or one of another kind.
  template <class K, class V>
  KeyValueQueries<K, V> key_value_store(const std::string& name, Serde<K> key = default_serde<K>(),
                                        Serde<V> value = default_serde<V>()) const {
    return {query_key_value(name), std::move(key), std::move(value)};
  }
  template <class K, class V>
  WindowQueries<K, V> window_store(const std::string& name, Serde<K> key = default_serde<K>(),
                                   Serde<V> value = default_serde<V>()) const {
    return {query_window(name), std::move(key), std::move(value)};
  }
  template <class K, class V>
  VersionedQueries<K, V> versioned_store(const std::string& name, Serde<K> key = default_serde<K>(),
                                         Serde<V> value = default_serde<V>()) const {
    return {query_versioned(name), std::move(key), std::move(value)};
  }

  template <class K, class V>
  SessionQueries<K, V> session_store(const std::string& name, Serde<K> key = default_serde<K>(),
                                     Serde<V> value = default_serde<V>()) const {
    return {query_session(name), std::move(key), std::move(value)};
  }

 private:
  [[nodiscard]] ReadOnlyKeyValueStore query_key_value(const std::string& name) const;
  [[nodiscard]] ReadOnlyVersionedStore query_versioned(const std::string& name) const;
  [[nodiscard]] ReadOnlyWindowStore query_window(const std::string& name) const;
  [[nodiscard]] ReadOnlySessionStore query_session(const std::string& name) const;

  class Runtime;
  std::unique_ptr<Runtime> runtime_;
};

// Returns: a listener that draws a progress bar on stderr while stores are restored; plain lines
// when that is no terminal.
std::shared_ptr<RestoreListener> terminal_progress_bar();

}  // namespace pawl

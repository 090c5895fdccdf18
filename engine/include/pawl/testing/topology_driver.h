// TopologyDriver: runs a topology without a broker, synchronously, for unit tests: pipe records in,
// read what comes out, move both clocks by hand, look into stores, restart. It runs the engine's
// own tasks and stores; only Kafka is missing. Source: TopologyTestDriver (KIP-247).
//
//   testing::TopologyDriver driver(builder.build());
//   auto in = driver.input<std::string, std::string>("words");
//   auto out = driver.output<std::string, std::int64_t>("counts");
//   in.pipe("pawl", "x", Timestamp(0));
//   EXPECT_EQ(out.read()->value, 1);
//
// With DriverOptions::partitions every subtopology has a task for each partition, as on a broker:
// records go where a producer puts them, repartition topics have as many partitions as there.
// Not simulated: rebalances, fencing.
// Thread rule: one thread. Errors: what stops a task is thrown as ProcessingStopped.
#pragma once

#include <pawl/engine/compatibility.h>
#include <pawl/engine/error_policy.h>
#include <pawl/engine/metrics.h>
#include <pawl/engine/topology.h>
#include <pawl/model/headers.h>
#include <pawl/model/log.h>
#include <pawl/model/timestamp.h>
#include <pawl/statestore/state_store.h>
#include <pawl/statestore/typed/read_only.h>
#include <pawl/statestore/typed/session_queries.h>
#include <pawl/statestore/typed/versioned_queries.h>
#include <pawl/testing/test_topics.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace pawl::testing {

// How subtopologies become tasks.
enum class DriverLayout {
  per_subtopology,  // as on a real broker: times and record choice are per subtopology
  one_task,  // as Kafka Streams' driver: everything in one task, with its ties between partitions
};

enum class DriverCommit {
  each_record,  // after every processed record: every update is visible
  every_n,      // after every DriverOptions::commit_every of them
  by_hand,      // commit() only
};

struct DriverOptions {
  std::string application_id = "app";
  DriverLayout layout = DriverLayout::per_subtopology;
  // How many partitions topics have; 1, as in Kafka Streams' driver: every topic has one, whatever
  // the topology says.
  std::int32_t partitions = 1;
  // Topics of users that have another number.
  std::map<std::string, std::int32_t> partitions_of;
  // The topics that there are, for sources that read them by a pattern, besides partitions_of.
  std::set<std::string> topics;
  DriverCommit commit = DriverCommit::each_record;
  std::uint64_t commit_every = 100;
  Compatibility compatibility = Compatibility::native;
  ErrorPolicy errors;
  // As Settings::record_cache_bytes_max; 0 = off.
  std::size_t record_cache_bytes_max = 0;
  Timestamp wall_clock_start{0};
  // Where persistent stores live; empty: in memory, which behaves the same.
  std::filesystem::path state_dir;
  // ProcessingContext::emit_interval; 0 as in Kafka Streams' driver: with every record.
  std::chrono::milliseconds emit_interval{0};
  // Receives log lines; null: dropped.
  std::shared_ptr<LogSink> log;
};

class TopologyDriver {
 public:
  // Throws std::invalid_argument for options that contradict each other, TopologyError as a start
  // on a broker does.
  explicit TopologyDriver(Topology topology, DriverOptions options = {});
  TopologyDriver(const TopologyDriver&) = delete;
  TopologyDriver& operator=(const TopologyDriver&) = delete;
  ~TopologyDriver();

  // Typed ends. Lifetime: as the driver.
  template <class K, class V>
  InputTopic<K, V> input(std::string topic, Serde<K> key = default_serde<K>(),
                         Serde<V> value = default_serde<V>()) {
    return InputTopic<K, V>(*core_, std::move(topic), std::move(key), std::move(value));
  }
  template <class K, class V>
  OutputTopic<K, V> output(std::string topic, Serde<K> key = default_serde<K>(),
                           Serde<V> value = default_serde<V>()) {
    return OutputTopic<K, V>(*core_, std::move(topic), std::move(key), std::move(value));
  }

  // The same in bytes.
  void pipe(const std::string& topic, const TestRecordBytes& record);
  // Returns: everything sent since the last call, changelogs and repartition topics included, in
  // the order of sending.
  std::vector<ProducedRecord> take_produced();

  // Moves the wall clock and fires wall-clock punctuations that became due.
  void advance_wall_clock(std::chrono::milliseconds by);
  [[nodiscard]] Timestamp wall_clock() const;
  // Lets the record cache go, too; what that sends to topics of the topology is processed behind
  // the commit.
  void commit();
  // Undoes everything since the last commit, as an aborted transaction does; uncommitted inputs are
  // processed again by the next call that processes. Output that was already read or taken cannot
  // be taken back.
  void abort();

  // Stops all tasks and starts them again from what was committed: stores from their changelogs
  // (`keep_state` = false: the state directory is lost) or from disk.
  enum class State { kept, lost };
  void restart(State state);

  // Returns: the typed store of a definition, as operators see it: uncommitted writes included.
  // With several partitions: the part of one of them. Lifetime: until the next restart.
  template <class Definition>
  typename Definition::Store store(const Definition& definition,
                                   std::optional<PartitionId> partition = std::nullopt) {
    return definition.bind(state_store(definition.spec().name, partition));
  }
  // Throws std::invalid_argument for an unknown name, and for a store of several parts unless one
  // is named.
  StateStore& state_store(const std::string& name,
                          std::optional<PartitionId> partition = std::nullopt);

  // Read-only queries of what is committed in all partitions, as those of Application. Lifetime:
  // until the next restart. Throws std::invalid_argument when the topology has no such store, or
  // one of another kind.
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

  // Returns: what is committed as offset metadata, by `topic-partition`.
  [[nodiscard]] std::map<std::string, std::string> committed_metadata() const;
  [[nodiscard]] MetricsSnapshot metrics() const;

 private:
  [[nodiscard]] ReadOnlyKeyValueStore query_key_value(const std::string& name) const;
  [[nodiscard]] ReadOnlyWindowStore query_window(const std::string& name) const;
  [[nodiscard]] ReadOnlyVersionedStore query_versioned(const std::string& name) const;
  [[nodiscard]] ReadOnlySessionStore query_session(const std::string& name) const;

  std::unique_ptr<internal::DriverCore> core_;
};

}  // namespace pawl::testing

// DriverCore: the untyped driver behind TopologyDriver: it runs the tasks, gives them what is in
// the logs of their sources, and puts what they send where it belongs. Thread rule: one thread.
#pragma once

#include "task/global_task.h"
#include "task/stream_task.h"
#include "testing/driver_collector.h"
#include "testing/driver_logs.h"
#include "testing/driver_outputs.h"
#include "testing/driver_partitions.h"

#include <pawl/testing/manual_clock.h>
#include <pawl/testing/topology_driver.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace pawl::testing::internal {

class NoLog final : public LogSink {
 public:
  void write(LogLevel /*level*/, std::string_view /*component*/,
             std::string_view /*message*/) override {}
};

class DriverCore {
 public:
  DriverCore(Topology topology, DriverOptions options);
  ~DriverCore();

  void pipe(const std::string& topic, const TestRecordBytes& record);
  DriverOutputs& outputs() { return outputs_; }
  [[nodiscard]] std::int32_t partitions_of(const std::string& topic) const {
    return partitions_.of(topic);
  }
  void advance_wall_clock(std::chrono::milliseconds by);
  [[nodiscard]] Timestamp wall_clock() const { return clock_.wall(); }
  void commit();
  void abort();
  void restart(TopologyDriver::State state);
  StateStore& state_store(const std::string& name, std::optional<PartitionId> partition);
  // Returns: the committed rows of a store, by task. Throws std::invalid_argument when there is no
  // such store of that kind.
  [[nodiscard]] RowSnapshotSources parts_of(const std::string& name, StoreKind kind) const;
  [[nodiscard]] const Topology& topology() const { return topology_; }
  [[nodiscard]] std::map<std::string, std::string> committed_metadata() const;
  [[nodiscard]] MetricsSnapshot metrics() const { return metrics_.snapshot(); }

 private:
  using Task = pawl::internal::StreamTask;
  using GlobalTask = pawl::internal::GlobalTask;
  using TaskEnvironment = pawl::internal::TaskEnvironment;

  struct Source {
    Task* task;
    std::size_t partition;
  };

  void start_tasks(bool from_scratch);
  void start_task(const std::vector<SubtopologyId>& subtopologies, PartitionId partition);
  void start_global_task();
  // Takes a record into the global stores.
  void feed_global(const TopicPartition& where, pawl::Offset offset);
  [[nodiscard]] TaskEnvironment environment();
  void restore(Task& task);
  // Returns: how far a changelog reaches.
  [[nodiscard]] pawl::Offset end_of(const TopicPartition& changelog) const;
  void append(const TopicPartition& where, TestRecordBytes record, DriverLogs::Writer writer);
  void feed(const TopicPartition& where, pawl::Offset offset);
  // Feeds what is behind the committed offsets.
  void feed_again();
  // Processes until nothing is left, committing as the options say; a failure is thrown.
  void run();
  void process_all();
  void commit_tasks();
  // After how many processed records; unless by hand.
  [[nodiscard]] std::uint64_t commit_every() const;
  // Moves what tasks sent to where it belongs: inputs again, changelogs, outputs.
  void capture();
  [[nodiscard]] ProducedRecord::Kind kind_of(const std::string& topic) const;

  Topology topology_;
  DriverOptions options_;
  DriverPartitions partitions_;
  ManualClock clock_;
  NoLog no_log_;
  MetricsRecorder metrics_;
  DriverCollector collector_{&partitions_};
  std::unique_ptr<GlobalTask> global_;  // null: there are no global stores; outlives the tasks
  std::map<TopicPartition, std::size_t> global_sources_;  // their index in global_
  CacheBudget record_cache_;
  std::vector<std::unique_ptr<Task>> tasks_;
  std::multimap<TopicPartition, Source> sources_;
  DriverLogs logs_;
  // Into topics of global stores.
  std::vector<std::pair<TopicPartition, TestRecordBytes>> uncommitted_global_;
  std::map<TopicPartition, pawl::internal::CommittedOffset> committed_;
  std::set<std::string> repartition_topics_;
  std::set<std::string> changelog_topics_;
  DriverOutputs outputs_;
  std::uint64_t since_commit_ = 0;  // processed records
};

}  // namespace pawl::testing::internal

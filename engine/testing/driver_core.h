// DriverCore: the untyped driver behind TopologyDriver: tasks, a collector that keeps what they
// send, and an in-memory stand-in for the topics they read. Thread rule: one thread.
#pragma once

#include "task/global_task.h"
#include "task/stream_task.h"

#include <pawl/testing/manual_clock.h>
#include <pawl/testing/topology_driver.h>

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace pawl::testing::internal {

// Keeps what tasks send.
class DriverCollector final : public OutputCollector {
 public:
  void send(const OutputRecord& record) override;
  [[nodiscard]] std::uint64_t sent() const override { return sent_; }
  std::int32_t partition_count(const std::string& /*topic*/) override { return 1; }
  // Returns: everything sent since the last call.
  std::vector<ProducedRecord> take() { return std::exchange(records_, {}); }
  void drop() { records_.clear(); }

 private:
  std::vector<ProducedRecord> records_;
  std::uint64_t sent_ = 0;
};

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
  std::optional<ProducedRecord> read(const std::string& topic);
  [[nodiscard]] std::size_t unread(const std::string& topic) const;
  std::vector<ProducedRecord> take_produced();
  void advance_wall_clock(std::chrono::milliseconds by);
  [[nodiscard]] Timestamp wall_clock() const { return clock_.wall(); }
  void commit();
  void abort();
  void restart(TopologyDriver::State state);
  StateStore& state_store(const std::string& name);
  [[nodiscard]] std::map<std::string, std::string> committed_metadata() const;
  [[nodiscard]] MetricsSnapshot metrics() const { return metrics_.snapshot(); }

 private:
  using Task = pawl::internal::StreamTask;
  using GlobalTask = pawl::internal::GlobalTask;
  using TaskEnvironment = pawl::internal::TaskEnvironment;

  // A topic that the topology reads: everything that was put into it.
  struct Log {
    std::vector<TestRecordBytes> records;
    bool produced_into = false;  // by the topology itself
    std::size_t committed = 0;   // how many of what it produced are committed
  };
  struct Source {
    Task* task;
    std::size_t partition;
  };

  void start_tasks(bool from_scratch);
  void start_global_task();
  // Takes a record into the global stores.
  void feed_global(const std::string& topic, std::size_t index);
  [[nodiscard]] TaskEnvironment environment();
  void restore(Task& task);
  // Returns: how far a changelog reaches.
  pawl::Offset end_of(const TopicPartition& changelog);
  void append(const std::string& topic, TestRecordBytes record);
  void feed(const std::string& topic, std::size_t index);
  void feed_from(const std::string& topic, pawl::Offset from);
  // Processes until nothing is left, committing as the options say; a failure is thrown.
  void run();
  void process_all();
  void commit_tasks();
  // Moves what tasks sent to where it belongs: inputs again, changelogs, outputs.
  void capture();
  // Forgets what was sent since the last commit and was not read yet.
  void take_back_outputs();
  [[nodiscard]] ProducedRecord::Kind kind_of(const std::string& topic) const;

  Topology topology_;
  DriverOptions options_;
  ManualClock clock_;
  NoLog no_log_;
  MetricsRecorder metrics_;
  DriverCollector collector_;
  std::unique_ptr<GlobalTask> global_;  // null: there are no global stores; outlives the tasks
  std::map<std::string, std::size_t> global_partitions_;  // by topic: their index in global_
  CacheBudget record_cache_;
  std::vector<std::unique_ptr<Task>> tasks_;
  std::multimap<std::string, Source> sources_;
  std::map<std::string, Log> logs_;                                // by source topic
  std::map<std::string, std::vector<ProducedRecord>> changelogs_;  // committed, by topic
  std::vector<ProducedRecord> uncommitted_changelog_;
  std::vector<ProducedRecord> uncommitted_global_;  // into topics of global stores
  std::map<TopicPartition, pawl::internal::CommittedOffset> committed_;
  std::set<std::string> repartition_topics_;
  std::map<std::string, std::deque<ProducedRecord>> unread_;
  std::vector<ProducedRecord> produced_;
  // How many of the last in unread_ and produced_ no commit has confirmed.
  std::map<std::string, std::size_t> uncommitted_unread_;
  std::size_t uncommitted_produced_ = 0;
};

}  // namespace pawl::testing::internal

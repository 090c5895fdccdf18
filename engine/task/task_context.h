// TaskContext: what the nodes of one task share: the record in hand, the times, the schedules, the
// stores. NodeContext: one node's view of it, which is what user code sees as ProcessingContext.
// Thread rule: owner thread only. Lifetime: both outlive the nodes.
#pragma once

#include "state/task_stores.h"
#include "task/punctuation_queue.h"
#include "task/task_environment.h"
#include "task/task_errors.h"

#include <pawl/engine/processing_context.h>
#include <pawl/engine/topology.h>
#include <pawl/statestore/key_value_store.h>

#include <map>
#include <memory>
#include <string>

namespace pawl::internal {

struct TaskContext {
  TaskContext(const TaskEnvironment& task_environment, TaskId task)
      : environment(task_environment), id(task), errors(task_environment, task) {}

  const TaskEnvironment& environment;
  TaskId id;
  TaskErrors errors;
  TaskStores* stores = nullptr;
  // Views of the global stores that were asked for.
  std::map<std::string, std::unique_ptr<KeyValueStore>> global_stores;

  RecordCoordinates coordinates;
  WriteContext write;
  const InputRecord* input = nullptr;   // null in a punctuation
  std::uint64_t sent_before_input = 0;  // outputs sent when the input came into hand
  Timestamp stream_time = Timestamp::unknown();
  Timestamp wall_time;
  bool commit_requested = false;
  bool punctuates = true;  // somebody fires what is scheduled

  PunctuationQueue stream_time_punctuations;
  PunctuationQueue wall_clock_punctuations;
  std::map<std::string, OperatorTime> operator_times;  // by node name
  // Times that Kafka Streams commits under names of its own.
  std::map<std::string, OperatorTime> processor_metadata;
};

class NodeContext final : public ProcessingContext {
 public:
  NodeContext(TaskContext& task, const NodeSpec& spec, Node& node)
      : task_(task), spec_(spec), node_(node) {}

  [[nodiscard]] const std::string& application_id() const override {
    return task_.environment.application_id;
  }
  [[nodiscard]] TaskId task_id() const override { return task_.id; }
  [[nodiscard]] Compatibility compatibility() const override {
    return task_.environment.compatibility;
  }
  [[nodiscard]] bool exactly_once() const override { return task_.environment.exactly_once; }
  [[nodiscard]] std::optional<std::filesystem::path> state_directory() const override;
  [[nodiscard]] const RecordCoordinates& coordinates() const override { return task_.coordinates; }
  [[nodiscard]] Timestamp stream_time() const override { return task_.stream_time; }
  [[nodiscard]] Timestamp wall_time() const override { return task_.wall_time; }
  [[nodiscard]] const Clock& clock() const override { return *task_.environment.clock; }
  StateStore& state_store(const std::string& name) override;
  PunctuationHandle schedule(std::chrono::milliseconds interval, PunctuationType type,
                             Punctuator punctuator) override;
  PunctuationHandle schedule(Timestamp start, std::chrono::milliseconds interval,
                             PunctuationType type, Punctuator punctuator) override;
  void request_commit() override { task_.commit_requested = true; }
  Counter& counter(const std::string& name) override {
    return task_.environment.metrics->counter(name, labels());
  }
  Counter& dropped_counter(const std::string& reason) override;
  DurationHistogram& histogram(const std::string& name) override {
    return task_.environment.metrics->histogram(name, labels());
  }
  OperatorTime& operator_time() override { return task_.operator_times[spec_.name]; }
  OperatorTime& processor_metadata(const std::string& name) override {
    return task_.processor_metadata[name];
  }
  [[nodiscard]] std::chrono::milliseconds emit_interval() const override {
    return task_.environment.emit_interval;
  }
  OutputCollector& outputs() override { return *task_.environment.outputs; }
  [[nodiscard]] std::string internal_topic(const std::string& name) const override;
  WriteContext& write_context() override { return task_.write; }
  TaskInput exchange_input(const TaskInput& other) override;
  void processing_failed(const Node& node) override;

 private:
  [[nodiscard]] MetricLabels labels() const;
  // Throws std::logic_error where nobody fires what is scheduled.
  void check_punctuates() const;
  // Returns: the punctuator in front of the node's observer, if it has one.
  [[nodiscard]] Punctuator observed(Punctuator punctuator) const;
  // Returns: the task's view of a global store, or null.
  StateStore* global_store(const std::string& name);

  TaskContext& task_;
  const NodeSpec& spec_;
  Node& node_;
};

}  // namespace pawl::internal

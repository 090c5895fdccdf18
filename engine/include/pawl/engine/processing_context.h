// ProcessingContext: what a node can ask of its task: stores, time, schedules, metrics, the record
// in hand. Thread rule: owner thread only. Lifetime: as long as the node.
#pragma once

#include <pawl/engine/compatibility.h>
#include <pawl/engine/input_record.h>
#include <pawl/engine/metrics.h>
#include <pawl/engine/node.h>
#include <pawl/engine/operator_time.h>
#include <pawl/engine/output_collector.h>
#include <pawl/engine/punctuation.h>
#include <pawl/model/clock.h>
#include <pawl/model/ids.h>
#include <pawl/model/record_coordinates.h>
#include <pawl/statestore/state_store.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

namespace pawl {

// What is in hand of a task: a record, what it is known by, and its bytes (null in a punctuation).
struct TaskInput {
  WriteContext write;
  RecordCoordinates coordinates;
  const InputRecord* input = nullptr;
};

class ProcessingContext {
 public:
  ProcessingContext() = default;
  ProcessingContext(const ProcessingContext&) = delete;
  ProcessingContext& operator=(const ProcessingContext&) = delete;
  virtual ~ProcessingContext() = default;

  [[nodiscard]] virtual const std::string& application_id() const = 0;
  [[nodiscard]] virtual TaskId task_id() const = 0;
  [[nodiscard]] virtual Compatibility compatibility() const = 0;
  // Whether outputs, state and offsets are committed in one transaction. If not, a record may be
  // processed again with its earlier effects already in the stores.
  [[nodiscard]] virtual bool exactly_once() const = 0;

  // A directory for files of this task's nodes, made now; absent when the application keeps its
  // state in memory, and for processors of global stores. A cache: it stays on the machine when the
  // task goes to another one, and is emptied with the state of the task when that has to be
  // rebuilt; no transaction covers it.
  [[nodiscard]] virtual std::optional<std::filesystem::path> state_directory() const = 0;

  // Where the record in hand came from; empty during a punctuation.
  [[nodiscard]] virtual const RecordCoordinates& coordinates() const = 0;
  // The latest record timestamp the task has seen, over all its partitions; unknown() before the
  // first.
  [[nodiscard]] virtual Timestamp stream_time() const = 0;
  // Wall-clock time, read once per turn of the thread.
  [[nodiscard]] virtual Timestamp wall_time() const = 0;
  [[nodiscard]] virtual const Clock& clock() const = 0;

  // Returns: a store that this node is connected to, or a global store, to be read only. Throws
  // TopologyError when it is not: connect it while building.
  virtual StateStore& state_store(const std::string& name) = 0;
  // Returns: the typed store of a definition.
  template <class Definition>
  typename Definition::Store store(const Definition& definition) {
    return definition.bind(state_store(definition.spec().name));
  }

  // Calls `punctuator` again and again until the handle cancels it.
  virtual PunctuationHandle schedule(std::chrono::milliseconds interval, PunctuationType type,
                                     Punctuator punctuator) = 0;
  // The same at `start` and whole intervals behind it only: when `start` is over, first at the next
  // of these times. `start`: Timestamp(0) or later.
  virtual PunctuationHandle schedule(Timestamp start, std::chrono::milliseconds interval,
                                     PunctuationType type, Punctuator punctuator) = 0;
  // Asks for a commit soon after the current record.
  virtual void request_commit() = 0;

  // Metrics of this node; the engine adds task and node as labels.
  virtual Counter& counter(const std::string& name) = 0;
  virtual DurationHistogram& histogram(const std::string& name) = 0;
  // Counts records that this node drops: records.dropped with the reason as a label.
  virtual Counter& dropped_counter(const std::string& reason) = 0;

  // The time of this node that survives restarts. Asked for in init() or never.
  virtual OperatorTime& operator_time() = 0;

  // A time that Kafka Streams commits under this name (its processor metadata), unknown() at first.
  // Asked for in init() or never, under kafka_streams_4_3.
  virtual OperatorTime& processor_metadata(const std::string& name) = 0;
  // How often, by the wall clock, operators look for results that became final, under
  // kafka_streams_4_3; natively they look with every record.
  [[nodiscard]] virtual std::chrono::milliseconds emit_interval() const = 0;

  // For nodes that send: the collector, and the name of an internal topic on the broker.
  virtual OutputCollector& outputs() = 0;
  [[nodiscard]] virtual std::string internal_topic(const std::string& name) const = 0;

  // The record in hand as it was pushed into a store's changelog context: plain stores log with its
  // timestamp.
  virtual WriteContext& write_context() = 0;

  // Makes another record the one in hand. Returns: the former, which is to be put back
  // (other_record_in_hand.h does).
  virtual TaskInput exchange_input(const TaskInput& other) = 0;

  // Called inside a catch block: `node` threw. Returns when the policy says to drop the record and
  // go on (counted, or dead-lettered); throws ProcessingStopped when it says stop.
  virtual void processing_failed(const Node& node) = 0;
};

}  // namespace pawl

// GlobalTask: feeds the global stores of a topology: the nodes of all its global subtopologies on
// every partition of their topics. It has no changelogs and commits nothing to Kafka: its stores
// are read anew from the topics at each start. What it applied is what other threads see.
// A record that cannot be used or makes its processor throw is handled by the error policies, but
// none can be dead-lettered from here: it is skipped then, and counted.
// Source: GlobalStateUpdateTask. Thread rule: owner thread only.
#pragma once

#include "state/global_stores.h"
#include "task/processor_chain.h"
#include "task/record_queue.h"
#include "task/task_context.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace pawl::internal {

// Returns: whether the topology has global stores.
bool has_global_stores(const Topology& topology);

class GlobalTask {
 public:
  // `environment.outputs` is ignored.
  GlobalTask(const Topology& topology, TaskEnvironment environment);
  GlobalTask(const GlobalTask&) = delete;
  GlobalTask& operator=(const GlobalTask&) = delete;
  ~GlobalTask();

  // Opens empty stores and initialises the nodes. `partitions`: of each topic.
  // `open_persistent`: gives an empty backend. Errors: as TaskStores::open; fatal when a processor
  // throws.
  Result<void> open(const OpenBackend& open_persistent,
                    const std::map<std::string, std::int32_t>& partitions);

  // The partitions it reads, in the order of their index.
  [[nodiscard]] std::vector<TopicPartition> partitions() const;
  // Processes a record. Errors: fatal, corrupted_state.
  Result<void> process(std::size_t partition, ConsumedRecord record);
  // Shows what was processed to the readers.
  Result<void> apply() { return stores_.commit(); }
  [[nodiscard]] const GlobalStores& stores() const { return shown_; }
  // Returns: the owner's view of a store, or null.
  [[nodiscard]] StateStore* find(const std::string& store) const { return stores_.find(store); }

 private:
  // Takes no record: global processors have no children, and there is no transaction.
  class NoOutputs;

  Result<void> process_head(RecordQueue& queue);

  const Topology& topology_;
  std::unique_ptr<NoOutputs> outputs_;
  TaskEnvironment environment_;
  TaskContext context_;
  TaskStores stores_;
  ProcessorChain chain_;
  std::vector<std::unique_ptr<RecordQueue>> queues_;
  GlobalStores shown_;
};

}  // namespace pawl::internal

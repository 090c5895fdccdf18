// TaskRecordInHand: the record in hand of a task, as the record cache keeps it and puts it back in
// hand when an entry is written back. Such a record has no raw bytes any more: its dead letter has
// neither key nor value, as in Kafka Streams. Thread rule: owner thread only.
#pragma once

#include "task/task_context.h"

#include <pawl/engine/input_record.h>
#include <pawl/statestore/cached_store.h>

#include <functional>

namespace pawl::internal {

class TaskRecordInHand final : public RecordInHand {
 public:
  explicit TaskRecordInHand(TaskContext& context) : context_(context) {}

  [[nodiscard]] const WriteContext& write_context() const override { return context_.write; }
  [[nodiscard]] const RecordCoordinates& coordinates() const override {
    return context_.coordinates;
  }
  void exchanged_for(const WriteContext& write, const RecordCoordinates& coordinates,
                     const std::function<void()>& work) override;

 private:
  TaskContext& context_;
};

}  // namespace pawl::internal

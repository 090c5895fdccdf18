#include "runtime/source_router.h"

#include <pawl/model/assert.h>
#include <pawl/model/mark.h>

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace pawl::internal {

Result<void> SourceRouter::add(StreamTask& task, const std::vector<Offset>& offsets) {
  const std::vector<TopicPartition> partitions = task.partitions();
  PAWL_ASSERT(partitions.size() == offsets.size());
  std::vector<PartitionStart> starts;
  for (std::size_t partition = 0; partition < partitions.size(); ++partition) {
    auto route = std::find_if(routes_.begin(), routes_.end(),
                              [](const Route& candidate) { return candidate.task == nullptr; });
    if (route == routes_.end()) {
      route = routes_.insert(routes_.end(), Route{});
    }
    *route = {&task, partition, partitions[partition]};
    starts.push_back({partitions[partition], offsets[partition],
                      static_cast<PartitionToken>(route - routes_.begin())});
  }
  return consumer_.assign(starts);
}

Result<void> SourceRouter::remove(StreamTask& task) {
  std::vector<TopicPartition> partitions;
  for (PartitionToken token = 0; token < routes_.size(); ++token) {
    if (routes_[token].task == &task) {
      partitions.push_back(routes_[token].where);
      paused_.erase(token);
      lost_positions_.erase(token);
      routes_[token] = Route{};
    }
  }
  return partitions.empty() ? Result<void>() : consumer_.unassign(partitions);
}

Result<void> SourceRouter::rewind(StreamTask& task) {
  for (PartitionToken token = 0; token < routes_.size(); ++token) {
    const Route& route = routes_[token];
    if (route.task == &task) {
      lost_positions_.erase(token);
      PAWL_TRY(consumer_.seek(route.where, task.committed_offsets()[route.partition]));
    }
  }
  return {};
}

bool SourceRouter::over_limit(const Route& route) const {
  return route.task->queued_records(route.partition) > limits_.records_max ||
         route.task->queued_bytes(route.partition) > limits_.bytes_max;
}

Result<void> SourceRouter::poll(std::chrono::milliseconds timeout, std::size_t records_max) {
  touched_.clear();
  PAWL_TRY(consumer_.poll(timeout, records_max, *this));
  std::vector<TopicPartition> full;
  for (const PartitionToken token : touched_) {
    Route& route = routes_[token];
    route.touched = false;
    if (route.task != nullptr && !route.paused && over_limit(route)) {
      const Mark mark("partition_paused");
      route.paused = true;
      paused_.insert(token);
      full.push_back(route.where);
    }
  }
  return full.empty() ? Result<void>() : consumer_.pause(full);
}

Result<void> SourceRouter::resume_drained() {
  std::vector<TopicPartition> drained;
  for (auto token = paused_.begin(); token != paused_.end();) {
    Route& route = routes_[*token];
    if (route.task->queued_records(route.partition) <= limits_.records_max / 2 &&
        route.task->queued_bytes(route.partition) <= limits_.bytes_max / 2) {
      route.paused = false;
      drained.push_back(route.where);
      token = paused_.erase(token);
    } else {
      ++token;
    }
  }
  return drained.empty() ? Result<void>() : consumer_.resume(drained);
}

void SourceRouter::record(PartitionToken token, ConsumedRecord record) {
  Route& route = routes_[token];
  if (route.task == nullptr) {
    return;  // unassigned meanwhile
  }
  if (!route.touched) {
    route.touched = true;
    touched_.push_back(token);
  }
  route.task->push(route.partition, std::move(record));
}

void SourceRouter::end_of_partition(PartitionToken token, Offset offset) {
  const Route& route = routes_[token];
  if (route.task != nullptr) {
    route.task->end_of_partition(route.partition, offset);
  }
}

void SourceRouter::out_of_range(PartitionToken token, const Error& error) {
  const Route& route = routes_[token];
  if (route.task == nullptr) {
    return;
  }
  lost_positions_[token] = {route.task, route.partition, route.where, error.message};
}

}  // namespace pawl::internal

#include "task/partition_group.h"

#include <pawl/model/assert.h>

#include <algorithm>

namespace pawl::internal {

std::size_t PartitionGroup::add(std::unique_ptr<RecordQueue> queue) {
  queues_.push_back(std::move(queue));
  offered_.push_back(false);
  idle_since_.emplace_back();
  ++without_head_;
  return queues_.size() - 1;
}

bool PartitionGroup::push(std::size_t partition, ConsumedRecord record) {
  const bool was_empty = queues_[partition]->empty();
  const bool taken = queues_[partition]->push(std::move(record));
  if (was_empty && taken) {
    to_load_.push_back(partition);
  }
  return taken;
}

Result<void> PartitionGroup::load_heads() {
  // In the order in which partitions became non-empty, which decides ties in the Java order.
  while (!to_load_.empty()) {
    const std::size_t partition = to_load_.front();
    const std::optional<Timestamp> head = PAWL_TRY(queues_[partition]->load_head());
    to_load_.erase(to_load_.begin());
    if (head.has_value() && !offered_[partition]) {
      chooser_->offer(partition, *head);
      offered_[partition] = true;
      idle_since_[partition].reset();
      --without_head_;
    }
  }
  return {};
}

Result<bool> PartitionGroup::ready(MonotonicTime now) {
  PAWL_TRY(load_heads());
  if (without_head_ == 0) {
    return true;
  }
  if (max_idle_.count() < 0) {
    return without_head_ < queues_.size();
  }
  bool waited = true;
  for (std::size_t partition = 0; partition < queues_.size(); ++partition) {
    if (offered_[partition]) {
      continue;
    }
    std::optional<MonotonicTime>& since = idle_since_[partition];
    if (!queues_[partition]->at_end()) {
      since.reset();
      waited = false;  // its data is on the way
      continue;
    }
    if (!since.has_value()) {
      since = now;
    }
    waited = waited && now - *since >= max_idle_;
  }
  return waited && without_head_ < queues_.size();
}

std::optional<std::size_t> PartitionGroup::awaited() const {
  if (max_idle_.count() < 0 || without_head_ == queues_.size()) {
    return std::nullopt;
  }
  for (std::size_t partition = 0; partition < queues_.size(); ++partition) {
    if (queues_[partition]->empty() && !queues_[partition]->at_end()) {
      return partition;
    }
  }
  return std::nullopt;
}

std::size_t PartitionGroup::take() {
  const std::size_t partition = chooser_->take();
  offered_[partition] = false;
  ++without_head_;
  return partition;
}

void PartitionGroup::done(std::size_t partition) {
  queues_[partition]->pop_head();
  if (!queues_[partition]->empty()) {
    to_load_.push_back(partition);
  }
}

void PartitionGroup::clear_heads() {
  chooser_->clear();
  std::fill(offered_.begin(), offered_.end(), false);
  without_head_ = queues_.size();
  to_load_.clear();
  std::fill(idle_since_.begin(), idle_since_.end(), std::nullopt);
}

}  // namespace pawl::internal

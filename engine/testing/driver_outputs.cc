#include "testing/driver_outputs.h"

#include <algorithm>
#include <utility>

namespace pawl::testing::internal {
namespace {

// Removes the last `count` records, or as many as there are.
template <class Records>
void remove_last(Records& records, std::size_t count) {
  records.erase(records.end() - static_cast<std::ptrdiff_t>(std::min(count, records.size())),
                records.end());
}

}  // namespace

void DriverOutputs::add(const ProducedRecord& record) {
  if (record.kind != ProducedRecord::Kind::changelog) {
    unread_[record.topic].push_back(record);
    ++uncommitted_unread_[record.topic];
  }
  produced_.push_back(record);
  ++uncommitted_produced_;
}

std::optional<ProducedRecord> DriverOutputs::read(const std::string& topic) {
  std::deque<ProducedRecord>& records = unread_[topic];
  if (records.empty()) {
    return std::nullopt;
  }
  ProducedRecord record = std::move(records.front());
  records.pop_front();
  return record;
}

std::size_t DriverOutputs::unread(const std::string& topic) const {
  const auto found = unread_.find(topic);
  return found == unread_.end() ? 0 : found->second.size();
}

std::vector<ProducedRecord> DriverOutputs::take() {
  return std::exchange(produced_, {});
}

void DriverOutputs::commit() {
  uncommitted_unread_.clear();
  uncommitted_produced_ = 0;
}

void DriverOutputs::abort() {
  for (const auto& [topic, count] : uncommitted_unread_) {
    remove_last(unread_[topic], count);
  }
  remove_last(produced_, uncommitted_produced_);
  commit();
}

}  // namespace pawl::testing::internal

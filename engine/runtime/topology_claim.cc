#include "runtime/topology_claim.h"

#include <pawl/model/mark.h>

#include <fmt/format.h>
#include <utility>

namespace pawl::internal {
namespace {

constexpr const char* kClaimKey = "topology";

// Keeps the last value of a key in one partition.
class LastValue final : public ConsumerSink {
 public:
  void record(PartitionToken /*token*/, ConsumedRecord record) override {
    if (record.record().key == BytesView(kClaimKey) && record.record().value.has_value()) {
      value_.emplace(*record.record().value);
    }
  }
  void end_of_partition(PartitionToken /*token*/, Offset /*offset*/) override { at_end_ = true; }
  void out_of_range(PartitionToken /*token*/, const Error& /*error*/) override { at_end_ = true; }
  [[nodiscard]] bool at_end() const { return at_end_; }
  [[nodiscard]] const std::optional<std::string>& value() const { return value_; }

 private:
  std::optional<std::string> value_;
  bool at_end_ = false;
};

}  // namespace

TopologyClaim::TopologyClaim(const Clients& clients, std::string group, std::string task_topic,
                             std::string fingerprint, const Clock& clock)
    : clients_(clients),
      group_(std::move(group)),
      task_topic_(std::move(task_topic)),
      fingerprint_(std::move(fingerprint)),
      clock_(clock) {}

Result<std::optional<std::string>> TopologyClaim::read(std::chrono::milliseconds timeout) const {
  ConsumerOptions options;
  options.client_id = group_ + "-claim";
  options.isolation = Isolation::read_uncommitted;
  options.fetch_wait_max = std::chrono::milliseconds(10);
  const std::unique_ptr<ConsumerClient> consumer = PAWL_TRY(clients_.make_consumer(options));
  const PartitionStart start{{task_topic_, PartitionId(0)}, LogicalOffset::beginning, 0};
  PAWL_TRY(consumer->assign({&start, 1}));
  LastValue last;
  const MonotonicTime deadline = clock_.monotonic() + timeout;
  while (!last.at_end()) {
    PAWL_TRY(consumer->poll(std::chrono::milliseconds(50), 1000, last));
    if (clock_.monotonic() >= deadline) {
      return Error{ErrorKind::retriable,
                   fmt::format("topic '{}' could not be read in time", task_topic_)};
    }
  }
  return last.value();
}

Result<void> TopologyClaim::write(const std::string& fingerprint,
                                  std::chrono::milliseconds timeout) {
  ProducerOptions options;
  options.client_id = group_ + "-claim";
  const std::unique_ptr<ProducerClient> producer = PAWL_TRY(clients_.make_producer(options));
  OutputRecord record;
  record.topic = &task_topic_;
  record.partition = PartitionId(0);
  record.key = BytesView(kClaimKey);
  record.value = fingerprint;
  record.timestamp = clock_.wall();
  PAWL_TRY(producer->send(record));
  return producer->flush(timeout);
}

Result<bool> TopologyClaim::group_has_members(std::chrono::milliseconds timeout) {
  const GroupDescription group = PAWL_TRY(clients_.admin().describe_group(group_, timeout));
  return !group.members.empty();
}

Result<TopologyClaim::Standing> TopologyClaim::check(std::chrono::milliseconds timeout) {
  if (overwritten_.has_value()) {
    // The last call could not finish.
    PAWL_TRY(write(*overwritten_, timeout));
    overwritten_.reset();
  }
  const std::optional<std::string> claimed = PAWL_TRY(read(timeout));
  if (claimed == fingerprint_) {
    return Standing::ours;
  }
  if (claimed.has_value() && PAWL_TRY(group_has_members(timeout))) {
    const Mark mark("waiting_for_other_topology");
    return Standing::waiting;
  }
  if (claimed.has_value() && PAWL_TRY(held(timeout))) {
    // Another instance of this one was quicker: it may be a member before a second claim is there,
    // which would be taken back then.
    return Standing::ours;
  }
  overwritten_ = claimed;
  PAWL_TRY(write(fingerprint_, timeout));
  if (claimed.has_value() && PAWL_TRY(group_has_members(timeout))) {
    // Who joined meanwhile may have looked before this claim was there.
    const Mark mark("claim_taken_back");
    PAWL_TRY(write(*claimed, timeout));
    overwritten_.reset();
    return Standing::waiting;
  }
  overwritten_.reset();
  // Of two that claim at the same moment, the later record counts for both.
  return PAWL_TRY(held(timeout)) ? Standing::ours : Standing::waiting;
}

Result<bool> TopologyClaim::held(std::chrono::milliseconds timeout) const {
  return PAWL_TRY(read(timeout)) == fingerprint_;
}

}  // namespace pawl::internal

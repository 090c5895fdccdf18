#include "task/record_chooser.h"

#include "task/java_priority_queue.h"

#include <pawl/model/assert.h>

#include <algorithm>
#include <utility>

namespace pawl::internal {
namespace {

struct Head {
  std::size_t partition;
  Timestamp time;
};

class LowestPartitionChooser final : public RecordChooser {
 public:
  void offer(std::size_t partition, Timestamp head) override {
    heads_.push_back({partition, head});
  }
  [[nodiscard]] std::optional<std::size_t> peek() const override {
    return heads_.empty() ? std::nullopt : std::optional(earliest()->partition);
  }
  std::size_t take() override {
    PAWL_ASSERT(!heads_.empty());
    const auto found = earliest();
    const std::size_t partition = found->partition;
    heads_.erase(found);
    return partition;
  }
  void clear() override { heads_.clear(); }

 private:
  // A task has few partitions, so looking at all heads is as quick as any tree.
  [[nodiscard]] std::vector<Head>::const_iterator earliest() const {
    return std::min_element(heads_.begin(), heads_.end(), [](const Head& left, const Head& right) {
      return left.time != right.time ? left.time < right.time : left.partition < right.partition;
    });
  }
  std::vector<Head> heads_;
};

class JavaChooser final : public RecordChooser {
 public:
  void offer(std::size_t partition, Timestamp head) override { heads_.push({partition, head}); }
  [[nodiscard]] std::optional<std::size_t> peek() const override {
    return heads_.empty() ? std::nullopt : std::optional(heads_.front().partition);
  }
  std::size_t take() override { return heads_.pop().partition; }
  void clear() override { heads_.clear(); }

 private:
  struct TimeOfHead {
    Timestamp operator()(const Head& head) const { return head.time; }
  };
  JavaPriorityQueue<Head, TimeOfHead> heads_;
};

}  // namespace

std::unique_ptr<RecordChooser> make_lowest_partition_chooser() {
  return std::make_unique<LowestPartitionChooser>();
}

std::unique_ptr<RecordChooser> make_java_chooser() {
  return std::make_unique<JavaChooser>();
}

}  // namespace pawl::internal

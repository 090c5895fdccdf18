#include "task/record_chooser.h"

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

// A binary heap that sifts exactly as java.util.PriorityQueue does, so that ties come out the same.
class JavaChooser final : public RecordChooser {
 public:
  void offer(std::size_t partition, Timestamp head) override {
    heap_.push_back({partition, head});
    std::size_t at = heap_.size() - 1;
    while (at > 0) {
      const std::size_t parent = (at - 1) / 2;
      if (heap_[at].time >= heap_[parent].time) {
        break;
      }
      std::swap(heap_[at], heap_[parent]);
      at = parent;
    }
  }
  [[nodiscard]] std::optional<std::size_t> peek() const override {
    return heap_.empty() ? std::nullopt : std::optional(heap_.front().partition);
  }
  std::size_t take() override {
    PAWL_ASSERT(!heap_.empty());
    const std::size_t partition = heap_.front().partition;
    heap_.front() = heap_.back();
    heap_.pop_back();
    std::size_t at = 0;
    while (at * 2 + 1 < heap_.size()) {
      std::size_t child = at * 2 + 1;
      if (child + 1 < heap_.size() && heap_[child].time > heap_[child + 1].time) {
        ++child;
      }
      if (heap_[at].time <= heap_[child].time) {
        break;
      }
      std::swap(heap_[at], heap_[child]);
      at = child;
    }
    return partition;
  }
  void clear() override { heap_.clear(); }

 private:
  std::vector<Head> heap_;
};

}  // namespace

std::unique_ptr<RecordChooser> make_lowest_partition_chooser() {
  return std::make_unique<LowestPartitionChooser>();
}

std::unique_ptr<RecordChooser> make_java_chooser() {
  return std::make_unique<JavaChooser>();
}

}  // namespace pawl::internal

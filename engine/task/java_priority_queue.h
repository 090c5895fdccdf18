// JavaPriorityQueue: a binary heap that sifts exactly as java.util.PriorityQueue does, so that ties
// come out in the same order. `Time(item)` is what it orders by. Thread rule: owner thread only.
#pragma once

#include <pawl/model/assert.h>

#include <cstddef>
#include <utility>
#include <vector>

namespace pawl::internal {

template <class T, class Time>
class JavaPriorityQueue {
 public:
  void push(T item) {
    heap_.push_back(std::move(item));
    std::size_t at = heap_.size() - 1;
    while (at > 0) {
      const std::size_t parent = (at - 1) / 2;
      if (time(at) >= time(parent)) {
        break;
      }
      std::swap(heap_[at], heap_[parent]);
      at = parent;
    }
  }
  // Requires: not empty.
  [[nodiscard]] const T& front() const { return heap_.front(); }
  // Removes the first. Requires: not empty.
  T pop() {
    PAWL_ASSERT(!heap_.empty());
    T first = std::move(heap_.front());
    if (heap_.size() > 1) {
      heap_.front() = std::move(heap_.back());
    }
    heap_.pop_back();
    std::size_t at = 0;
    while (at * 2 + 1 < heap_.size()) {
      std::size_t child = at * 2 + 1;
      if (child + 1 < heap_.size() && time(child) > time(child + 1)) {
        ++child;
      }
      if (time(at) <= time(child)) {
        break;
      }
      std::swap(heap_[at], heap_[child]);
      at = child;
    }
    return first;
  }
  void clear() { heap_.clear(); }
  [[nodiscard]] bool empty() const { return heap_.empty(); }
  // In the order of the heap.
  [[nodiscard]] const std::vector<T>& items() const { return heap_; }
  [[nodiscard]] std::vector<T>& items() { return heap_; }

 private:
  [[nodiscard]] auto time(std::size_t at) const { return Time()(heap_[at]); }
  std::vector<T> heap_;
};

}  // namespace pawl::internal

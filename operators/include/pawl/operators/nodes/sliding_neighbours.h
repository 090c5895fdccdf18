// SlidingNeighbours: what the windows around a record tell about those that it has to create, and
// which records are near. Source: KStreamSlidingWindowAggregate (local variables of its process
// functions). Thread rule: a value of one node, reused for every record.
#pragma once

#include <pawl/model/timestamp.h>
#include <pawl/statestore/typed/store_codec.h>

#include <optional>
#include <vector>

namespace pawl::internal {

template <class A>
struct SlidingNeighbours {
  // The latest window that ends before the record: its aggregate is that of the record's left
  // window without the record.
  ValueAndTimestamp<A> left{};
  // A window that reaches beyond the record: its aggregate without what is not later is that of the
  // record's right window.
  ValueAndTimestamp<A> right{};
  bool has_right = false;
  // [0, difference], of records before `difference`.
  ValueAndTimestamp<A> combined{};
  bool has_combined = false;
  bool left_window_exists = false;
  bool right_window_exists = false;
  std::optional<Timestamp> previous_record;
  std::vector<Timestamp> starts;  // of the windows that were met

  void keep_right(const A& value, Timestamp timestamp, Timestamp record) {
    has_right = true;
    right.timestamp = timestamp;
    if (timestamp > record) {  // else there is nothing to copy
      right.value = value;
    }
  }
  void clear() {
    has_right = has_combined = left_window_exists = right_window_exists = false;
    previous_record.reset();
    starts.clear();
  }
};

}  // namespace pawl::internal

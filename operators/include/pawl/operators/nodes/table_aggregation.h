// Table aggregations: how a group of a table's rows changes when rows come and go, in the one form
// that TableAggregateNode uses:
//   add(existed, key, value, aggregate) -> bool  takes a value in; `existed`: there is an
//   aggregate; false: there is none now
//   subtract(key, value, aggregate) -> bool      takes a value away again
// Source: KGroupedTableImpl. Thread rule: values; called on the task's thread.
#pragma once

#include <pawl/operators/nodes/aggregation.h>

#include <utility>

namespace pawl::internal {

// Adds with one aggregation of streams and subtracts with another one.
template <class Adder, class Subtractor>
class AddAndSubtract {
 public:
  using Aggregate = typename Adder::Aggregate;
  AddAndSubtract(Adder adder, Subtractor subtractor)
      : adder_(std::move(adder)), subtractor_(std::move(subtractor)) {}

  template <class K, class V>
  bool add(bool existed, const K* key, const V* value, Aggregate& aggregate) const {
    if (!existed) {
      adder_.begin(aggregate);
    }
    return aggregate_value(adder_, existed, key, value, aggregate);
  }
  template <class K, class V>
  bool subtract(const K* key, const V* value, Aggregate& aggregate) const {
    return subtractor_.add(key, value, aggregate);
  }

 private:
  Adder adder_;
  Subtractor subtractor_;
};

// A row that leaves a counted group.
template <class K, class V>
struct UncountAggregation {
  bool add(const K* /*key*/, const V* /*value*/, std::int64_t& count) const {
    --count;
    return true;
  }
};

}  // namespace pawl::internal

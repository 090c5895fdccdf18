// StreamJoinSpec: what both sides of a join of two streams are made of. Thread rule: values.
#pragma once

#include <pawl/operators/join_windows.h>
#include <pawl/operators/stream_joiner.h>
#include <pawl/statestore/typed/stores.h>

#include <string>

namespace pawl::internal {

template <class K, class VLeft, class VRight, class Joiner>
struct StreamJoinSpec {
  StreamJoinKind kind;
  Joiner joiner;
  JoinWindows windows;
  stores::Window<K, VLeft> left_store;
  stores::Window<K, VRight> right_store;
  std::string unmatched_store;  // empty: nothing is kept for later
};

}  // namespace pawl::internal

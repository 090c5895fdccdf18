// Names and stores of a join of two streams. Source: KStreamImplJoin, StreamJoinedStoreFactory,
// OuterStreamJoinStoreFactory. Thread rule: one thread, until the topology is built.
#pragma once

#include <pawl/operators/join_windows.h>
#include <pawl/operators/logical_plan.h>
#include <pawl/operators/stream_joined.h>
#include <pawl/operators/stream_joiner.h>
#include <pawl/statestore/store_spec.h>

#include <string>

namespace pawl::internal {

struct StreamJoinNames {
  std::string left_window;
  std::string right_window;
  std::string left_join;
  std::string right_join;
  std::string merge;
  std::string left_store;
  std::string right_store;
  std::string unmatched_store;  // of left and outer joins
};

// Takes five numbers, whatever is named. Stores without a name are called after the join's
// generated node names.
StreamJoinNames stream_join_names(LogicalPlan& plan, StreamJoinKind kind,
                                  const StreamJoinChoices& choices);

// Returns: the store of one side's records.
StoreSpec join_window_spec(const std::string& name, const JoinWindows& windows,
                           const StreamJoinChoices& choices);
// Returns: the store of records that have met none yet.
StoreSpec unmatched_store_spec(const std::string& name, const StreamJoinChoices& choices);

}  // namespace pawl::internal

// The names of a foreign-key join's nodes, topics and store; each takes a number, in this order,
// whether it is given or not. Source: KTableImpl.doJoinOnForeignKey.
// Thread rule: one thread, until the topology is built.
#pragma once

#include <pawl/operators/logical_plan.h>

#include <optional>
#include <string>

namespace pawl::internal {

struct ForeignKeyJoinNames {
  std::string subscription_topic;
  std::string send;
  std::string subscription_sink;
  std::string subscription_source;
  std::string store;
  std::string receive;
  std::string join;
  std::string foreign_join;
  std::string response_topic;
  std::string response_sink;
  std::string response_source;
  std::string resolve;
  std::string result;
};

ForeignKeyJoinNames foreign_key_join_names(LogicalPlan& plan,
                                           const std::optional<std::string>& given);

}  // namespace pawl::internal

// Joins of two tables by key.
#include "vectors/printed.h"
#include "vectors/vector_topologies.h"

#include <pawl/operators/stateless_verbs.h>
#include <pawl/operators/stream_builder.h>
#include <pawl/operators/suppress_verb.h>
#include <pawl/operators/table_filter_verb.h>
#include <pawl/operators/table_group_by_verb.h>
#include <pawl/operators/table_table_join_verb.h>
#include <pawl/serde/primitives.h>

#include <chrono>
#include <utility>

namespace pawl::test {
namespace {

std::string joined(const std::string* left, const std::string* right) {
  return printed(left) + "|" + printed(right);
}
bool keep(const std::string& value) {
  return value.find('7') == std::string::npos;
}
std::pair<std::string, std::string> by_value(const std::string& key, const std::string& value) {
  return {value, key};
}

Topology inner_join() {
  StreamBuilder builder;
  const auto left = builder.table<std::string, std::string>("left");
  const auto right = builder.table<std::string, std::string>("right");
  left.join(right, joined).to_stream().to("out");
  return builder.build();
}

Topology left_join() {
  StreamBuilder builder;
  const auto left = builder.table<std::string, std::string>("left");
  const auto right = builder.table<std::string, std::string>("right");
  left.left_join(right, joined).to_stream().to("out");
  return builder.build();
}

Topology outer_join() {
  StreamBuilder builder;
  const auto left = builder.table<std::string, std::string>("left");
  const auto right = builder.table<std::string, std::string>("right");
  left.outer_join(right, joined).to_stream().to("out");
  return builder.build();
}

Topology inner_join_materialized_filter_count() {
  StreamBuilder builder;
  const auto left = builder.table<std::string, std::string>("left");
  const auto right = builder.table<std::string, std::string>("right");
  const auto both = left.join(right, joined, Materialized::as("js"), Named::as("jn"));
  both.filter(keep).to_stream().to("out");
  both.group_by(by_value).count(Materialized::as("cnt")).to_stream().to("outC");
  return builder.build();
}

Topology suppress_table_source_then_join() {
  StreamBuilder builder;
  const auto left = builder.table<std::string, std::string>("t1").suppress(
      Suppressed::until_time_limit(std::chrono::milliseconds(10), Buffer::unbounded())
          .named("sup"));
  const auto right = builder.table<std::string, std::string>("t2");
  left.join(right, joined).to_stream().to("out");
  return builder.build();
}

}  // namespace

VectorTopologies table_join_topologies() {
  return {{"tt_inner_join", inner_join},
          {"tt_left_join", left_join},
          {"tt_outer_join", outer_join},
          {"tt_inner_join_materialized_filter_count", inner_join_materialized_filter_count},
          {"suppress_table_source_then_join", suppress_table_source_then_join}};
}

}  // namespace pawl::test

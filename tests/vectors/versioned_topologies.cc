// Tables and aggregations in versioned stores, and joins with them.
#include "vectors/printed.h"
#include "vectors/vector_topologies.h"

#include <pawl/operators/grouped_stream.h>
#include <pawl/operators/stream_builder.h>
#include <pawl/operators/stream_table_join_verb.h>
#include <pawl/operators/to_verb.h>
#include <pawl/serde/primitives.h>

#include <chrono>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;

std::string joined(const std::string& left, const std::string& right) {
  return left + "|" + right;
}
std::string left_joined(const std::string& left, const std::string* right) {
  return left + "|" + printed(right);
}

Topology count() {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .group_by_key()
      .count(Materialized::as_versioned("counts", milliseconds(100)))
      .to_stream()
      .to("out");
  return builder.build();
}

Topology table_source() {
  StreamBuilder builder;
  builder.table<std::string, std::string>("in", Materialized::as_versioned("vt", milliseconds(100)))
      .to_stream()
      .to("out");
  return builder.build();
}

Topology left_join_no_grace() {
  StreamBuilder builder;
  const auto table = builder.table<std::string, std::string>(
      "table", Materialized::as_versioned("vt", milliseconds(50)));
  builder.stream<std::string, std::string>("in").left_join(table, left_joined).to("out");
  return builder.build();
}

Topology inner_join_grace() {
  StreamBuilder builder;
  const auto table = builder.table<std::string, std::string>(
      "table", Materialized::as_versioned("vt", milliseconds(100)));
  builder.stream<std::string, std::string>("in")
      .join(table, joined, Joined::as("jn").grace(milliseconds(10)))
      .to("out");
  return builder.build();
}

Topology left_join_grace_unnamed() {
  StreamBuilder builder;
  const auto table = builder.table<std::string, std::string>(
      "table", Materialized::as_versioned("vt", milliseconds(100)));
  builder.stream<std::string, std::string>("in")
      .left_join(table, left_joined,
                 Joined::with(serde::string(), serde::string()).grace(milliseconds(10)))
      .to("out");
  return builder.build();
}

}  // namespace

VectorTopologies versioned_topologies() {
  return {{"agg_count_versioned_store", count},
          {"table_versioned_source", table_source},
          {"st_left_join_versioned_no_grace", left_join_no_grace},
          {"st_inner_join_versioned_grace", inner_join_grace},
          {"st_left_join_versioned_grace_unnamed", left_join_grace_unnamed}};
}

}  // namespace pawl::test

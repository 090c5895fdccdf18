#include "vectors/printed.h"
#include "vectors/vector_topologies.h"

#include <pawl/operators/grouped_stream.h>
#include <pawl/operators/select_key_verb.h>
#include <pawl/operators/stream_builder.h>
#include <pawl/operators/stream_table_join_verb.h>
#include <pawl/operators/to_verb.h>
#include <pawl/serde/primitives.h>

namespace pawl::test {
namespace {

std::string joined(const std::string& left, const std::string& right) {
  return left + "|" + right;
}

Topology inner_join() {
  StreamBuilder builder;
  const auto table = builder.table<std::string, std::string>("table");
  builder.stream<std::string, std::string>("in").join(table, joined).to("out");
  return builder.build();
}

Topology inner_join_repartition_named() {
  StreamBuilder builder;
  const auto table = builder.table<std::string, std::string>("table", Materialized::as("tab"));
  builder.stream<std::string, std::string>("in")
      .select_key(first_character)
      .join(table, joined, Joined::as("jn"))
      .to("out");
  return builder.build();
}

Topology join_with_own_aggregate() {
  StreamBuilder builder;
  const auto stream = builder.stream<std::string, std::string>("in");
  const auto counts = stream.group_by_key().count(Materialized::as("cnt"));
  stream
      .join(counts, [](const std::string& value,
                       const std::int64_t& count) { return value + "|" + std::to_string(count); })
      .to("out");
  return builder.build();
}

Topology unmaterialized() {
  StreamBuilder builder;
  builder.table<std::string, std::string>("in").to_stream().to("out");
  return builder.build();
}

Topology materialized() {
  StreamBuilder builder;
  builder.table<std::string, std::string>("in", Materialized::as("tab")).to_stream().to("out");
  return builder.build();
}

}  // namespace

VectorTopologies table_topologies() {
  return {{"st_inner_join", inner_join},
          {"st_inner_join_repartition_named", inner_join_repartition_named},
          {"join_with_own_aggregate", join_with_own_aggregate},
          {"table_unmaterialized", unmaterialized},
          {"table_materialized", materialized}};
}

}  // namespace pawl::test

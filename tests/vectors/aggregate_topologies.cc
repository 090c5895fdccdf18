#include "vectors/printed.h"
#include "vectors/vector_topologies.h"

#include <pawl/operators/grouped_stream.h>
#include <pawl/operators/stream_builder.h>
#include <pawl/operators/to_verb.h>
#include <pawl/serde/primitives.h>

namespace pawl::test {
namespace {

// Counts the records of each key into `out`.
Topology counted(const Materialized& materialized) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .group_by_key()
      .count(materialized)
      .to_stream()
      .to("out");
  return builder.build();
}

Topology count_groupbykey() {
  return counted(Materialized::as("counts"));
}

Topology count_unnamed_store() {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in").group_by_key().count().to_stream().to("out");
  return builder.build();
}

Topology count_unnamed_store_materialized_with() {
  return counted(Materialized());
}

Topology reduce_groupby_repartition() {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .group_by(first_character)
      .reduce(
          [](const std::string& before, const std::string& value) { return before + "+" + value; })
      .to_stream()
      .to("out");
  return builder.build();
}

Topology count_in_memory_store() {
  return counted(Materialized::as("counts").in_memory());
}

Topology count_logging_disabled() {
  return counted(Materialized::as("counts").logging_disabled());
}

Topology count_plain_kv_supplier() {
  return counted(Materialized::as("counts").plain_values());
}

Topology count_with_log_config() {
  return counted(Materialized::as("counts").changelog_config(
      {{"retention.ms", "1234567"}, {"segment.bytes", "1000000"}}));
}

}  // namespace

VectorTopologies aggregate_topologies() {
  return {{"agg_count_groupbykey", count_groupbykey},
          {"agg_count_unnamed_store", count_unnamed_store},
          {"agg_count_unnamed_store_materialized_with", count_unnamed_store_materialized_with},
          {"agg_reduce_groupby_repartition", reduce_groupby_repartition},
          {"agg_count_in_memory_store", count_in_memory_store},
          {"agg_count_logging_disabled", count_logging_disabled},
          {"agg_count_plain_kv_supplier", count_plain_kv_supplier},
          {"agg_count_with_log_config", count_with_log_config}};
}

}  // namespace pawl::test

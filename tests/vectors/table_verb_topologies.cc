// filter, map_values, transform_values, to_stream with a selector, to_table.
#include "vectors/printed.h"
#include "vectors/vector_topologies.h"

#include <pawl/operators/stateless_verbs.h>
#include <pawl/operators/stream_builder.h>
#include <pawl/operators/table_filter_verb.h>
#include <pawl/operators/table_map_values_verb.h>
#include <pawl/operators/table_table_join_verb.h>
#include <pawl/operators/table_transform_values_verb.h>
#include <pawl/operators/to_table_verb.h>
#include <pawl/serde/primitives.h>

#include <memory>

namespace pawl::test {
namespace {

bool keep(const std::string& value) {
  return value.find('o') != std::string::npos || value.size() % 2 == 0;
}
bool drop(const std::string& value) {
  return value.find('x') != std::string::npos;
}
std::string tag(const std::string& key, const std::string& value) {
  return key + "=" + value;
}
std::string key_or_first_character(const std::string* key, const std::string* value) {
  return value == nullptr ? *key : value->substr(0, 1);
}
std::string joined(const std::string& left, const std::string& right) {
  return left + "|" + right;
}

class Described final : public TableValueProcessor<std::string, std::string> {
 public:
  std::optional<std::string> transform(const std::string& key, const std::string* value) override {
    return value == nullptr ? "none:" + key : key + ":" + *value;
  }
};

Topology filter_chain_unmaterialized() {
  StreamBuilder builder;
  builder.table<std::string, std::string>("in").filter(keep).map_values(tag).to_stream().to("out");
  return builder.build();
}

Topology filter_source_materialized() {
  StreamBuilder builder;
  builder.table<std::string, std::string>("in", Materialized::as("tab"))
      .filter(keep)
      .to_stream()
      .to("out");
  return builder.build();
}

Topology filter_mapvalues_materialized() {
  StreamBuilder builder;
  builder.table<std::string, std::string>("in")
      .filter_not(drop, Materialized::as("f"))
      .map_values(tag, Materialized::as("m"))
      .to_stream()
      .to("out");
  return builder.build();
}

Topology transform_values() {
  StreamBuilder builder;
  builder.table<std::string, std::string>("in", Materialized::as("tab"))
      .transform_values([] { return std::make_unique<Described>(); })
      .to_stream()
      .to("out");
  return builder.build();
}

Topology tostream_with_mapper_and_totable() {
  StreamBuilder builder;
  const auto table = builder.table<std::string, std::string>("in", Materialized::as("tab"));
  table.to_stream(key_or_first_character).to("out");
  table.to_stream()
      .select_key(key_or_first_character)
      .to_table(Materialized::as("tt-store"), Named::as("tt"))
      .to_stream()
      .to("out2");
  return builder.build();
}

Topology totable_unnamed_join() {
  StreamBuilder builder;
  const auto left = builder.stream<std::string, std::string>("in").to_table();
  const auto right = builder.table<std::string, std::string>("in2");
  left.join(right, joined).to_stream().to("out");
  return builder.build();
}

Topology optimized_source_as_changelog() {
  StreamBuilder builder;
  builder.table<std::string, std::string>("in", Materialized::as("tab")).to_stream().to("out");
  return builder.build(Optimizations::all());
}

}  // namespace

VectorTopologies table_verb_topologies() {
  return {{"table_filter_chain_unmaterialized", filter_chain_unmaterialized},
          {"table_filter_source_materialized", filter_source_materialized},
          {"table_filter_mapvalues_materialized", filter_mapvalues_materialized},
          {"table_transform_values", transform_values},
          {"table_tostream_with_mapper_and_totable", tostream_with_mapper_and_totable},
          {"stream_totable_unnamed_join", totable_unnamed_join},
          {"table_materialized_optimized_source_as_changelog", optimized_source_as_changelog}};
}

}  // namespace pawl::test

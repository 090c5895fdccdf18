// Tables, and windows with final results, behind the record cache.
#include "vectors/printed.h"
#include "vectors/vector_topologies.h"

#include <pawl/operators/stateless_verbs.h>
#include <pawl/operators/stream_builder.h>
#include <pawl/operators/table_filter_verb.h>
#include <pawl/operators/table_group_by_verb.h>
#include <pawl/operators/table_map_values_verb.h>
#include <pawl/operators/table_table_join_verb.h>
#include <pawl/operators/windowed_stream.h>
#include <pawl/serde/primitives.h>

#include <chrono>
#include <optional>
#include <utility>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;

bool keep(const std::string& value) {
  return value.find('x') == std::string::npos;
}
std::string tag(const std::string& value) {
  return value + "!";
}
std::string zero() {
  return "0";
}

Topology table_source_and_chain() {
  StreamBuilder builder;
  builder.table<std::string, std::string>("in", Materialized::as("tab").caching_enabled())
      .filter(keep, Materialized::as("f").caching_enabled())
      .map_values(tag)
      .to_stream()
      .to("out");
  return builder.build();
}

using Row = std::pair<std::optional<std::string>, std::optional<std::string>>;

Row by_first_character(const std::string& value) {
  if (value.starts_with('N')) {
    return {std::nullopt, value};
  }
  if (value == "nv") {
    return {"n", std::nullopt};
  }
  return {value.substr(0, 1), value};
}

Topology table_groupby_aggregate() {
  StreamBuilder builder;
  builder.table<std::string, std::string>("in", Materialized::as("tab").caching_enabled())
      .group_by(by_first_character, Grouped::as("gr"))
      .aggregate(
          zero,
          [](const std::string&, const std::string& value, const std::string& all) {
            return all + "+" + value;
          },
          [](const std::string&, const std::string& value, const std::string& all) {
            return all + "-" + value;
          },
          Materialized::as("agg").caching_enabled())
      .to_stream()
      .to("out");
  return builder.build();
}

Topology table_join() {
  StreamBuilder builder;
  const auto left =
      builder.table<std::string, std::string>("left", Materialized::as("l").caching_enabled());
  const auto right =
      builder.table<std::string, std::string>("right", Materialized::as("r").caching_enabled());
  left.left_join(right, [](const std::string& value,
                           const std::string* other) { return value + "|" + printed(other); })
      .to_stream()
      .to("out");
  return builder.build();
}

Topology emit_final_tumbling() {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .group_by_key()
      .windowed_by(TumblingWindows::of(milliseconds(10)).grace(milliseconds(5)))
      .emit_strategy(EmitStrategy::on_window_close())
      .count(Materialized::as("counts").caching_enabled())
      .to_stream()
      .to("out");
  return builder.build();
}

}  // namespace

VectorTopologies cached_table_topologies() {
  return {{"cache_table_source_and_chain", table_source_and_chain},
          {"cache_table_groupby_aggregate", table_groupby_aggregate},
          {"cache_table_join", table_join},
          {"cache_emit_final_tumbling", emit_final_tumbling}};
}

}  // namespace pawl::test

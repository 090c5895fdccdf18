// Joins and final results with stores of the DSL that keep headers.
#include "vectors/printed.h"
#include "vectors/vector_topologies.h"

#include <pawl/operators/foreign_key_join_verb.h>
#include <pawl/operators/stateless_verbs.h>
#include <pawl/operators/stream_builder.h>
#include <pawl/operators/stream_stream_join_verb.h>
#include <pawl/operators/table_table_join_verb.h>
#include <pawl/operators/windowed_stream.h>
#include <pawl/serde/primitives.h>

#include <chrono>
#include <optional>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;

std::string joined(const std::string* left, const std::string* right) {
  return printed(left) + "|" + printed(right);
}

Topology table_source_and_join() {
  StreamBuilder builder;
  builder.store_format(StoreFormat::with_headers);
  const auto left = builder.table<std::string, std::string>("left", Materialized::as("l"));
  const auto right = builder.table<std::string, std::string>("right", Materialized::as("r"));
  left.join(right, joined).to_stream().to("out");
  return builder.build();
}

Topology foreign_key_inner_join() {
  StreamBuilder builder;
  builder.store_format(StoreFormat::with_headers);
  const auto left = builder.table<std::string, std::string>("left");
  const auto right = builder.table<std::string, std::string>("right");
  left.join(
          right,
          [](const std::string& value) -> std::optional<std::string> {
            const std::string key = value.substr(0, value.find(':'));
            return key == "null" ? std::nullopt : std::optional(key);
          },
          [](const std::string& value, const std::string* other) {
            return value + "|" + printed(other);
          })
      .to_stream()
      .to("out");
  return builder.build();
}

Topology stream_stream_outer_join() {
  StreamBuilder builder;
  builder.store_format(StoreFormat::with_headers);
  const auto left = builder.stream<std::string, std::string>("left");
  const auto right = builder.stream<std::string, std::string>("right");
  left.outer_join(right, joined, JoinWindows::of(milliseconds(10)).grace(milliseconds(5)))
      .to("out");
  return builder.build();
}

Topology emit_final_sliding() {
  StreamBuilder builder;
  builder.store_format(StoreFormat::with_headers);
  builder.stream<std::string, std::string>("in")
      .group_by_key()
      .windowed_by(SlidingWindows::of_time_difference(milliseconds(10)).grace(milliseconds(5)))
      .emit_strategy(EmitStrategy::on_window_close())
      .count(Materialized::as("counts"))
      .to_stream()
      .to("out");
  return builder.build();
}

}  // namespace

VectorTopologies header_join_topologies() {
  return {{"hdr_table_source_and_join", table_source_and_join},
          {"hdr_fk_inner_join", foreign_key_inner_join},
          {"hdr_stream_stream_outer_join", stream_stream_outer_join},
          {"hdr_emit_final_sliding", emit_final_sliding}};
}

}  // namespace pawl::test

#include "vectors/printed.h"
#include "vectors/vector_topologies.h"

#include <pawl/operators/stream_builder.h>
#include <pawl/operators/to_verb.h>
#include <pawl/operators/windowed_stream.h>
#include <pawl/serde/primitives.h>

#include <chrono>
#include <optional>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;

Topology counted(const Materialized& materialized) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .group_by_key()
      .count(materialized)
      .to_stream()
      .to("out");
  return builder.build();
}

Topology kv_count() {
  return counted(Materialized::as("counts").caching_enabled());
}

Topology kv_count_uncached() {
  return counted(Materialized::as("counts").caching_disabled());
}

Topology kv_aggregate_nulls() {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .group_by_key()
      .aggregate([] { return std::string("0"); },
                 [](const std::string&, const std::string& value,
                    const std::string& before) -> std::optional<std::string> {
                   return value == "del" ? std::nullopt : std::optional(before + "+" + value);
                 },
                 Materialized::as("agg").caching_enabled())
      .to_stream()
      .to("out");
  return builder.build();
}

Topology tumbling_count() {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .group_by_key()
      .windowed_by(TumblingWindows::of(milliseconds(10)).grace(milliseconds(20)))
      .count(Materialized::as("counts").caching_enabled())
      .to_stream()
      .to("out");
  return builder.build();
}

Topology sliding_aggregate() {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .group_by_key()
      .windowed_by(SlidingWindows::of_time_difference(milliseconds(10)).grace(milliseconds(20)))
      .aggregate([] { return std::string("0"); },
                 [](const std::string&, const std::string* value, const std::string& before) {
                   return before + "+" + printed(value);
                 },
                 Materialized::as("agg").caching_enabled())
      .to_stream()
      .to("out");
  return builder.build();
}

}  // namespace

VectorTopologies cache_topologies() {
  return {{"cache_kv_count_big", kv_count},
          {"cache_kv_count_small", kv_count},
          {"cache_kv_count_commit_each_record", kv_count},
          {"cache_disabled_same_input", kv_count_uncached},
          {"cache_kv_aggregate_nulls", kv_aggregate_nulls},
          {"cache_tumbling_count", tumbling_count},
          {"cache_sliding_aggregate_small", sliding_aggregate}};
}

}  // namespace pawl::test

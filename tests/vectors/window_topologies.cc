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

// Counts the records of each key and window into `out`.
template <class K = std::string>
Topology counted(const TimeWindows& windows, const Materialized& materialized) {
  StreamBuilder builder;
  builder.stream<K, std::string>("in")
      .group_by_key()
      .windowed_by(windows)
      .count(materialized)
      .to_stream()
      .to("out");
  return builder.build();
}

Topology tumbling_count_grace() {
  return counted(TumblingWindows::of(milliseconds(10000)).grace(milliseconds(2000)),
                 Materialized::as("counts"));
}

Topology tumbling_count_nograce_unnamed() {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .group_by_key()
      .windowed_by(TumblingWindows::of(milliseconds(100)).no_grace())
      .count()
      .to_stream()
      .to("out");
  return builder.build();
}

Topology tumbling_aggregate_null_and_segments() {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .group_by_key()
      .windowed_by(TumblingWindows::of(milliseconds(10000)).no_grace())
      .aggregate([] { return std::string("0"); },
                 [](const std::string&, const std::string* value,
                    const std::string& before) -> std::optional<std::string> {
                   if (value != nullptr && *value == "del") {
                     return std::nullopt;
                   }
                   return before + "+" + printed(value);
                 },
                 Materialized::as("agg"))
      .to_stream()
      .to("out");
  return builder.build();
}

Topology hopping_count_advance_equals_half() {
  return counted(HoppingWindows::of(milliseconds(20)).advance_by(milliseconds(10)).no_grace(),
                 Materialized::as("counts"));
}

Topology tumbling_count_in_memory() {
  return counted(TumblingWindows::of(milliseconds(10)).grace(milliseconds(10)),
                 Materialized::as("counts").in_memory());
}

Topology tumbling_count_long_keys() {
  return counted<std::int64_t>(TumblingWindows::of(milliseconds(10)).grace(milliseconds(5)),
                               Materialized::as("counts"));
}

}  // namespace

VectorTopologies window_topologies() {
  return {{"tumbling_count_grace", tumbling_count_grace},
          {"tumbling_count_nograce_unnamed", tumbling_count_nograce_unnamed},
          {"tumbling_aggregate_null_and_segments", tumbling_aggregate_null_and_segments},
          {"hopping_count_advance_equals_half", hopping_count_advance_equals_half},
          {"tumbling_count_in_memory", tumbling_count_in_memory},
          {"tumbling_count_long_keys", tumbling_count_long_keys}};
}

}  // namespace pawl::test

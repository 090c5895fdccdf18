#include "vectors/printed.h"
#include "vectors/vector_topologies.h"

#include <pawl/operators/stream_builder.h>
#include <pawl/operators/to_verb.h>
#include <pawl/operators/windowed_stream.h>
#include <pawl/serde/primitives.h>

#include <chrono>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;

auto windowed(StreamBuilder& builder, milliseconds difference, milliseconds grace) {
  return builder.stream<std::string, std::string>("in").group_by_key().windowed_by(
      SlidingWindows::of_time_difference(difference).grace(grace));
}

Topology count_in_order() {
  StreamBuilder builder;
  windowed(builder, milliseconds(10), milliseconds(5))
      .count(Materialized::as("counts"))
      .to_stream()
      .to("out");
  return builder.build();
}

Topology early_records() {
  StreamBuilder builder;
  windowed(builder, milliseconds(50), milliseconds(100))
      .aggregate([] { return std::string("0"); },
                 [](const std::string&, const std::string& value, const std::string& before) {
                   return before + "+" + value;
                 },
                 Materialized::as("agg"))
      .to_stream()
      .to("out");
  return builder.build();
}

Topology reduce_in_memory() {
  StreamBuilder builder;
  windowed(builder, milliseconds(10), milliseconds(20))
      .reduce(
          [](const std::string& before, const std::string& value) { return before + "+" + value; },
          Materialized::as("red").in_memory().retention(milliseconds(40)))
      .to_stream()
      .to("out");
  return builder.build();
}

}  // namespace

VectorTopologies sliding_topologies() {
  return {{"sliding_count_in_order", count_in_order},
          {"sliding_early_records", early_records},
          {"sliding_reduce_in_memory", reduce_in_memory}};
}

}  // namespace pawl::test

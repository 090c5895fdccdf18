#include "vectors/printed.h"
#include "vectors/vector_topologies.h"

#include <pawl/operators/grouped_stream.h>
#include <pawl/operators/select_key_verb.h>
#include <pawl/operators/stream_builder.h>
#include <pawl/operators/stream_stream_join_verb.h>
#include <pawl/operators/to_verb.h>
#include <pawl/serde/primitives.h>

namespace pawl::test {
namespace {

Topology three_repartitions(const Optimizations& optimizations) {
  StreamBuilder builder;
  const auto stream = builder.stream<std::string, std::string>("in").select_key(first_character);
  stream.group_by_key().count(Materialized::as("c")).to_stream().to("outC");
  stream.group_by_key()
      .reduce(
          [](const std::string& before, const std::string& value) { return before + "+" + value; },
          Materialized::as("red"))
      .to_stream()
      .to("outR");
  stream
      .join(
          builder.stream<std::string, std::string>("other"),
          [](const std::string& left, const std::string& right) { return left + "|" + right; },
          JoinWindows::of(std::chrono::milliseconds(10)).no_grace())
      .to("outJ");
  return builder.build(optimizations);
}

Topology merged() {
  return three_repartitions(Optimizations::all());
}

Topology not_merged() {
  return three_repartitions(Optimizations::none());
}

}  // namespace

VectorTopologies optimized_topologies() {
  return {{"opt_merge_repartition_topics", merged}, {"opt_none_same_topology", not_merged}};
}

}  // namespace pawl::test

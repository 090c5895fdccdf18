#include "vectors/printed.h"
#include "vectors/vector_topologies.h"

#include <pawl/operators/cogrouped_stream.h>
#include <pawl/operators/stream_builder.h>
#include <pawl/operators/to_verb.h>
#include <pawl/serde/primitives.h>

#include <chrono>
#include <optional>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;

std::string zero() {
  return "0";
}
std::string plus(const std::string& /*key*/, const std::string* value, const std::string& before) {
  return before + "+" + printed(value);
}
std::string times(const std::string& /*key*/, const std::string* value, const std::string& before) {
  return before + "*" + printed(value);
}
std::optional<std::string> times_or_delete(const std::string& key, const std::string& value,
                                           const std::string& before) {
  return value == "del" ? std::nullopt : std::optional(times(key, &value, before));
}

GroupedStream<std::string, std::string> grouped(StreamBuilder& builder, const char* topic) {
  return builder.stream<std::string, std::string>(topic).group_by_key();
}

Topology two_streams() {
  StreamBuilder builder;
  const auto first = grouped(builder, "in1");
  const auto second = grouped(builder, "in2");
  first.cogroup(plus)
      .cogroup(second, times_or_delete)
      .aggregate(zero, Materialized::as("cg"))
      .to_stream()
      .to("out");
  return builder.build();
}

template <class Windows>
Topology windowed(const Windows& windows) {
  StreamBuilder builder;
  const auto first = grouped(builder, "in1");
  const auto second = grouped(builder, "in2");
  first.cogroup(plus)
      .cogroup(second, times)
      .windowed_by(windows)
      .aggregate(zero, Materialized::as("cg"))
      .to_stream()
      .to("out");
  return builder.build();
}

Topology tumbling() {
  return windowed(TumblingWindows::of(milliseconds(10)).grace(milliseconds(5)));
}

Topology sliding() {
  return windowed(SlidingWindows::of_time_difference(milliseconds(10)).grace(milliseconds(20)));
}

}  // namespace

VectorTopologies cogroup_topologies() {
  return {{"cogroup_two_streams", two_streams},
          {"cogroup_tumbling", tumbling},
          {"cogroup_sliding", sliding}};
}

}  // namespace pawl::test

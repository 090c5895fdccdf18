#include "vectors/printed.h"
#include "vectors/vector_topologies.h"

#include <pawl/operators/session_windowed_stream.h>
#include <pawl/operators/stream_builder.h>
#include <pawl/operators/to_verb.h>
#include <pawl/operators/windowed_stream.h>
#include <pawl/serde/primitives.h>

#include <chrono>

namespace pawl::test {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

// Counts the records of each key and window; the counts of closed windows into `out`.
template <class Windows>
Topology counted(const Windows& windows, const Materialized& materialized) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .group_by_key()
      .windowed_by(windows)
      .emit_strategy(EmitStrategy::on_window_close())
      .count(materialized)
      .to_stream()
      .to("out");
  return builder.build();
}

TimeWindows tumbling_windows() {
  return TumblingWindows::of(milliseconds(10)).grace(milliseconds(5));
}
SlidingWindows sliding_windows() {
  return SlidingWindows::of_time_difference(milliseconds(10)).grace(milliseconds(5));
}

Topology tumbling() {
  return counted(tumbling_windows(), Materialized::as("counts"));
}
Topology tumbling_long_retention() {
  return counted(tumbling_windows(), Materialized::as("counts").retention(hours(1)));
}
Topology sliding() {
  return counted(sliding_windows(), Materialized::as("counts"));
}
Topology sliding_long_retention() {
  return counted(sliding_windows(), Materialized::as("counts").retention(hours(1)));
}

std::string zero() {
  return "0";
}
std::string append(const std::string& /*key*/, const std::string* value,
                   const std::string& before) {
  return before + "+" + printed(value);
}

Topology hopping_long_retention() {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .group_by_key()
      .windowed_by(
          HoppingWindows::of(milliseconds(10)).advance_by(milliseconds(4)).grace(milliseconds(2)))
      .emit_strategy(EmitStrategy::on_window_close())
      .aggregate(zero, append, Materialized::as("agg").retention(hours(1)))
      .to_stream()
      .to("out");
  return builder.build();
}

Topology session_long_retention() {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .group_by_key()
      .windowed_by(SessionWindows::with_inactivity_gap(milliseconds(5)).grace(milliseconds(3)))
      .emit_strategy(EmitStrategy::on_window_close())
      .aggregate(
          zero, append,
          [](const std::string&, const std::string& left, const std::string& right) {
            return left + "/" + right;
          },
          Materialized::as("agg").retention(hours(1)))
      .to_stream()
      .to("out");
  return builder.build();
}

}  // namespace

VectorTopologies emit_final_topologies() {
  return {{"emit_final_tumbling", tumbling},
          {"emit_final_tumbling_throttled", tumbling},
          {"emit_final_tumbling_long_retention", tumbling_long_retention},
          {"emit_final_hopping_long_retention", hopping_long_retention},
          {"emit_final_sliding", sliding},
          {"emit_final_sliding_long_retention", sliding_long_retention},
          {"emit_final_session_long_retention", session_long_retention}};
}

}  // namespace pawl::test

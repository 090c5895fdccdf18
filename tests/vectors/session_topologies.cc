#include "vectors/printed.h"
#include "vectors/vector_topologies.h"

#include <pawl/operators/session_windowed_stream.h>
#include <pawl/operators/stream_builder.h>
#include <pawl/operators/to_verb.h>
#include <pawl/serde/primitives.h>

#include <chrono>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;

Topology counted(const SessionWindows& windows, const Materialized& materialized) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .group_by_key()
      .windowed_by(windows)
      .count(materialized)
      .to_stream()
      .to("out");
  return builder.build();
}

Topology count_merge() {
  return counted(SessionWindows::with_inactivity_gap(milliseconds(5)).grace(milliseconds(1)),
                 Materialized::as("counts"));
}

Topology count_in_memory() {
  return counted(SessionWindows::with_inactivity_gap(milliseconds(5)).grace(milliseconds(10)),
                 Materialized::as("counts").in_memory().retention(milliseconds(15)));
}

Topology reduce_unnamed_nograce() {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .group_by_key()
      .windowed_by(SessionWindows::with_inactivity_gap(milliseconds(5)).no_grace())
      .reduce([](const std::string& before, const std::string* value) {
        return before + "+" + printed(value);
      })
      .to_stream()
      .to("out");
  return builder.build();
}

}  // namespace

VectorTopologies session_topologies() {
  return {{"session_count_merge", count_merge},
          {"session_count_in_memory", count_in_memory},
          {"session_reduce_unnamed_nograce", reduce_unnamed_nograce}};
}

}  // namespace pawl::test

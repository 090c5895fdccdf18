#include "vectors/printed.h"
#include "vectors/vector_topologies.h"

#include <pawl/operators/stateless_verbs.h>
#include <pawl/operators/stream_builder.h>
#include <pawl/operators/suppress_verb.h>
#include <pawl/operators/windowed_stream.h>
#include <pawl/serde/primitives.h>

#include <chrono>
#include <utility>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;

// Counts the records of each key and window; final counts into `out`.
Topology final_counts(const TimeWindows& windows, StrictBuffer buffer) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .group_by_key()
      .windowed_by(windows)
      .count(Materialized::as("counts"))
      .suppress(Suppressed::until_window_closes(std::move(buffer)).named("sup"))
      .to_stream()
      .to("out");
  return builder.build();
}

TimeWindows tumbling() {
  return TumblingWindows::of(milliseconds(10)).grace(milliseconds(5));
}

Topology unbounded() {
  return final_counts(tumbling(), Buffer::unbounded());
}

Topology no_logging() {
  return final_counts(
      HoppingWindows::of(milliseconds(10)).advance_by(milliseconds(5)).grace(milliseconds(5)),
      Buffer::unbounded().logging_disabled());
}

Topology shutdown_when_full() {
  return final_counts(tumbling(), Buffer::max_records(3).shut_down_when_full());
}

Topology manual_commit() {
  return final_counts(TumblingWindows::of(milliseconds(10)).no_grace(), Buffer::unbounded());
}

Topology named_nodes_everywhere() {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in", Consumed<std::string, std::string>::as("src"))
      .filter([](const std::string* value) { return value != nullptr; }, Named::as("flt"))
      .select_key(first_character, Named::as("sel"))
      .group_by_key(Grouped::as("grp"))
      .windowed_by(TumblingWindows::of(milliseconds(100)).no_grace())
      .count(Materialized::as("cnt-store"), Named::as("cnt"))
      .suppress(Suppressed::until_window_closes(Buffer::unbounded()).named("sup"))
      .to_stream(Named::as("ts"))
      .map(
          [](const Windowed<std::string>& windowed, const std::int64_t& count) {
            return std::pair(windowed.key + "@" + std::to_string(windowed.window.start.value()),
                             std::to_string(count));
          },
          Named::as("mp"))
      .to("out", Produced::as("snk"));
  return builder.build();
}

}  // namespace

VectorTopologies suppress_topologies() {
  return {{"suppress_window_close_unbounded", unbounded},
          {"suppress_window_close_no_logging", no_logging},
          {"suppress_window_close_shutdown_when_full", shutdown_when_full},
          {"suppress_manual_commit", manual_commit},
          {"named_nodes_everywhere", named_nodes_everywhere}};
}

}  // namespace pawl::test

#include "vectors/printed.h"
#include "vectors/vector_topologies.h"

#include <pawl/operators/stream_builder.h>
#include <pawl/operators/stream_stream_join_verb.h>
#include <pawl/operators/to_verb.h>
#include <pawl/serde/primitives.h>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;
using Strings = Stream<std::string, std::string>;

std::string outer(const std::string* left, const std::string* right) {
  return printed(left) + "|" + printed(right);
}

Topology outer_join(const JoinWindows& windows, const StreamJoinOptions<>& options = {}) {
  StreamBuilder builder;
  const Strings left = builder.stream<std::string, std::string>("left");
  const Strings right = builder.stream<std::string, std::string>("right");
  left.outer_join(right, outer, windows, options).to("out");
  return builder.build();
}

Topology grace() {
  return outer_join(JoinWindows::of(milliseconds(10)).grace(milliseconds(5)));
}

Topology in_memory_stores() {
  return outer_join(JoinWindows::of(milliseconds(10)).grace(milliseconds(5)),
                    StreamJoined::stores("ls", "rs").in_memory());
}

Topology same_timestamps() {
  return outer_join(JoinWindows::of(milliseconds(0)).grace(milliseconds(3)));
}

Topology self_join(const Optimizations& optimizations) {
  StreamBuilder builder;
  const Strings stream = builder.stream<std::string, std::string>("in");
  stream
      .join(
          stream,
          [](const std::string& left, const std::string& right) { return left + "|" + right; },
          JoinWindows::of(milliseconds(10)).grace(milliseconds(5)))
      .to("out");
  return builder.build(optimizations);
}

Topology self_join_optimized() {
  return self_join(Optimizations::all());
}

Topology self_join_unoptimized() {
  return self_join(Optimizations::none());
}

}  // namespace

VectorTopologies outer_join_topologies() {
  return {{"ss_outer_join_grace", grace},
          {"ss_outer_join_in_memory_stores", in_memory_stores},
          {"ss_outer_join_same_timestamps", same_timestamps},
          {"ss_self_join_optimized", self_join_optimized},
          {"ss_self_join_unoptimized", self_join_unoptimized}};
}

}  // namespace pawl::test

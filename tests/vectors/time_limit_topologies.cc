// suppress until a time limit.
#include "vectors/printed.h"
#include "vectors/vector_topologies.h"

#include <pawl/operators/grouped_stream.h>
#include <pawl/operators/stream_builder.h>
#include <pawl/operators/suppress_verb.h>
#include <pawl/operators/to_verb.h>
#include <pawl/serde/primitives.h>

#include <chrono>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;

std::string zero() {
  return "0";
}
std::optional<std::string> add(const std::string& /*key*/, const std::string* value,
                               const std::string& all) {
  return value != nullptr && *value == "del" ? std::nullopt
                                             : std::optional(all + "+" + printed(value));
}

template <class TimeLimited>
Topology suppressed(const TimeLimited& rules) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .group_by_key()
      .aggregate(zero, add, Materialized::as("agg"))
      .suppress(rules)
      .to_stream()
      .to("out");
  return builder.build();
}

Topology unbounded() {
  return suppressed(
      Suppressed::until_time_limit(milliseconds(20), Buffer::unbounded()).named("sup"));
}
Topology zero_limit() {
  return suppressed(
      Suppressed::until_time_limit(milliseconds(0), Buffer::unbounded()).named("sup"));
}
Topology max_records_emit_early() {
  return suppressed(Suppressed::until_time_limit(milliseconds(1000),
                                                 Buffer::max_records(2).emit_early_when_full())
                        .named("sup"));
}

}  // namespace

VectorTopologies time_limit_topologies() {
  return {{"suppress_time_limit_unbounded", unbounded},
          {"suppress_time_limit_zero", zero_limit},
          {"suppress_time_limit_max_records_emit_early", max_records_emit_early}};
}

}  // namespace pawl::test

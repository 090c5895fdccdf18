#include "vectors/named_topologies.h"
#include "vectors/optimized_builder.h"

#include <pawl/operators/fixed_key_verb.h>
#include <pawl/operators/stateless_verbs.h>
#include <pawl/operators/stream_stream_join_verb.h>
#include <pawl/serde/primitives.h>

#include <memory>
#include <string>

namespace pawl::test {
namespace {

using Strings = Stream<std::string, std::string>;

constexpr std::chrono::milliseconds kTen(10);

std::string joined(const std::string* left, const std::string* right) {
  return (left == nullptr ? "" : *left) + (right == nullptr ? "" : *right);
}

enum class Kind { inner, left, outer };

template <class Options>
void join(Kind kind, const Strings& left, const Strings& right, const Options& options) {
  const JoinWindows windows = JoinWindows::of(kTen).no_grace();
  switch (kind) {
    case Kind::inner:
      left.join(right, joined, windows, options).to("out");
      return;
    case Kind::left:
      left.left_join(right, joined, windows, options).to("out");
      return;
    case Kind::outer:
      left.outer_join(right, joined, windows, options).to("out");
      return;
  }
}

Topology plain(Kind kind, const StreamJoinOptions<>& options) {
  StreamBuilder builder;
  const Strings left = builder.stream<std::string, std::string>("l");
  join(kind, left, builder.stream<std::string, std::string>("r"), options);
  return builder.build();
}

template <class Options>
Topology rekeyed(Kind kind, const Options& options) {
  StreamBuilder builder;
  const auto same = [](const std::string& value) { return value; };
  const Strings left = builder.stream<std::string, std::string>("l").select_key(same);
  join(kind, left, builder.stream<std::string, std::string>("r").select_key(same), options);
  return builder.build();
}

template <Kind kKind>
Topology unnamed() {
  return plain(kKind, {});
}
template <Kind kKind>
Topology named() {
  return plain(kKind, StreamJoined::as("jn"));
}
template <Kind kKind>
Topology store_name() {
  return plain(kKind, StreamJoined::store_name("js"));
}
template <Kind kKind>
Topology both_repartition() {
  return rekeyed(kKind, StreamJoined::with(serde::string(), serde::string(), serde::string()));
}
template <Kind kKind>
Topology both_repartition_named() {
  return rekeyed(kKind, StreamJoined::as("jn").store_name("js"));
}

Topology self_join() {
  StreamBuilder builder;
  const Strings stream = builder.stream<std::string, std::string>("in");
  join(Kind::inner, stream, stream, StreamJoinOptions<>());
  return builder.build();
}

struct PassValueOn final : FixedKeyProcessor<std::string, std::string> {
  void process(const FixedKeyRecord<std::string, std::string>& /*record*/) override {}
};
struct PassOn final : Processor<std::string, std::string> {
  void process(const Record<std::string, std::string>& /*record*/) override {}
};

Topology process_unnamed_and_named() {
  StreamBuilder builder;
  const auto values = [] { return std::make_unique<PassValueOn>(); };
  const auto records = [] { return std::make_unique<PassOn>(); };
  builder.stream<std::string, std::string>("in")
      .process_values(values)
      .process_values(values, {}, Named::as("pv"))
      .process(records)
      .process(records, {}, Named::as("p"))
      .to("out");
  return builder.build();
}

template <Kind kKind>
void add(VectorTopologies& all, const std::string& kind) {
  const std::string prefix = "stream_stream_" + kind;
  all[prefix + "_unnamed"] = unnamed<kKind>;
  all[prefix + "_named"] = named<kKind>;
  all[prefix + "_store_name"] = store_name<kKind>;
  all[prefix + "_both_repartition"] = both_repartition<kKind>;
  all[prefix + "_both_repartition_named"] = both_repartition_named<kKind>;
}

}  // namespace

VectorTopologies named_join_topologies() {
  VectorTopologies all{{"self_join", self_join},
                       {"process_unnamed_and_named", process_unnamed_and_named}};
  add<Kind::inner>(all, "inner");
  add<Kind::left>(all, "left");
  add<Kind::outer>(all, "outer");
  return all;
}

}  // namespace pawl::test
